"""All districts at a glance, for Support: those that need somebody first (C33).

Nothing here is anybody's personal data: states, times and counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from accounts.models import Membership, User
from clever_sync.models import Connection
from core.vocabulary import ConnectionState, HoldState, RunMode, RunState, Trigger
from imports.models import Hold, Run, Schedule
from imports.queries import IMPORTED
from imports.words import Word
from integration_console.overview import CONNECTIONS, NOT_CONNECTED
from schools.models import District

PAGE = 50
FAILED_DAYS = 7
TROUBLE = (ConnectionState.NEEDS_ATTENTION, ConnectionState.DISCONNECTED)
LATE = timedelta(minutes=30)
# The longest time between two good syncs, by how often there should be one.
GAPS = {"weekly": timedelta(days=7, hours=2), "weekdays": timedelta(days=3, hours=2)}
GAP = timedelta(hours=26)
LAST_GOOD = ExpressionWrapper(OuterRef("last_good"), output_field=DateTimeField())
OVERDUE = Word("Overdue", "bad", "clock-alert")
ON_TIME = Word("On time", "good", "circle-check")
NOT_BY_ITSELF = Word("Not by itself", "quiet", "circle-pause")
# The order of each choice, those that need somebody first.
ORDERS = {
    "attention": ("-overdue", "-troubled", "-failed", "-held", "name", "pk"),
    "name": ("name", "pk"),
    "last_good": (F("last_good").asc(nulls_first=True), "name", "pk"),
    "held": ("-held", "name", "pk"),
    "failed": ("-failed", "name", "pk"),
}


@dataclass(frozen=True)
class Row:
    """A district as Support sees it. `member` is whether this user belongs to it."""

    district: District
    connection: Word
    last_good: datetime | None
    held: int
    failed: int
    punctual: Word
    member: bool


@dataclass(frozen=True)
class Asked:
    """What the list is asked for; an order that is not known is the first of them."""

    q: str = ""
    order: str = ""
    page: int = 1


def board(user: User, asked: Asked, now: datetime) -> tuple[Page[District], list[Row]]:
    """A page of districts, by three queries however many there are."""
    found = with_figures(District.objects.all(), user, now)
    if asked.q:
        found = found.filter(Q(name__icontains=asked.q) | Q(slug__icontains=asked.q))
    ordered = found.order_by(*ORDERS.get(asked.order, ORDERS["attention"]))
    page = Paginator(ordered, PAGE).get_page(asked.page)
    return page, [row(district) for district in page.object_list]


def with_figures(found: QuerySet[District], user: User, now: datetime) -> QuerySet[District]:
    here = {"district": OuterRef("pk")}
    runs = Run.objects.filter(**here, mode=RunMode.LIVE).exclude(trigger=Trigger.FILE)
    good = runs.filter(state__in=IMPORTED).order_by("-pk").values("finished_at")
    failed = runs.filter(state=RunState.FAILED, pk__gt=newest_before(now))
    holds = Hold.objects.filter(**here, state=HoldState.OPEN)
    running = Schedule.objects.filter(
        Q(paused_until=None) | Q(paused_until__lte=now), **here, automatic=True,
    ).exclude(first_import_at=None)  # fmt: skip
    return found.annotate(
        connection_state=Subquery(Connection.objects.filter(**here).values("state")[:1]),
        troubled=Exists(Connection.objects.filter(**here, state__in=TROUBLE)),
        last_good=Subquery(good[:1]),
        held=figure(holds, Sum("count")),
        failed=figure(failed, Count("pk")),
        by_itself=Exists(running),
    ).annotate(
        overdue=Exists(running.annotate(good=LAST_GOOD).filter(is_late(now))),
        member=Exists(Membership.objects.filter(**here, user=user)),
    )


def is_late(now: datetime) -> Q:
    """For schedules: what was due has not begun, or no sync was good for longer than it should."""
    late = Q(next_due__lt=now - LATE)
    rare = {name: Q(frequency=name) for name in GAPS}
    for which, gap in ((~Q(frequency__in=GAPS), GAP), *((rare[n], GAPS[n]) for n in GAPS)):
        # Also the first import was a good sync: its time stands at the schedule.
        late |= (
            which
            & Q(first_import_at__lt=now - gap)
            & (Q(good__lt=now - gap) | Q(good__isnull=True))
        )
    return late


def newest_before(now: datetime) -> int:
    """The last run from before the days whose failures count: numbers rise with time."""
    older = Run.objects.filter(created_at__lt=now - timedelta(days=FAILED_DAYS))
    return older.order_by("-pk").values_list("pk", flat=True).first() or 0


def figure(rows: QuerySet[Hold] | QuerySet[Run], what: Count | Sum) -> Coalesce:
    summed = rows.order_by().values("district").values(figure=what)
    return Coalesce(Subquery(summed), 0, output_field=IntegerField())


def row(district: District) -> Row:
    read = district.__dict__
    state = read["connection_state"]
    punctual = OVERDUE if read["overdue"] else ON_TIME
    return Row(
        district=district,
        connection=CONNECTIONS[ConnectionState(state)] if state else NOT_CONNECTED,
        last_good=read["last_good"],
        held=read["held"],
        failed=read["failed"],
        punctual=punctual if read["by_itself"] else NOT_BY_ITSELF,
        member=read["member"],
    )
