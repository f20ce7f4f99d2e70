"""What pages read of runs, plans, holds and alerts. The district always comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from core.vocabulary import (
    ACTIVE_RUN_STATES,
    NOT_OF_CLEVER,
    AlertState,
    HoldState,
    RunMode,
    RunState,
)
from imports import words
from imports.models import Alert, Hold, Run, RunProblem, Schedule
from schools.models import District

IMPORTED = (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
# The published side of a what-if: it was never a run of its own.
BASE = Q(mode=RunMode.WHAT_IF, state=RunState.DISCARDED)


@dataclass(frozen=True)
class Waiting:
    """What waits for a person: alerts, decisions to be processed, and the changes that are held."""

    alerts: int = 0
    staged: int = 0
    held: int = 0

    @property
    def undone(self) -> int:
        """Everything that stands under Resolve Alerts: also what is decided, not processed."""
        return self.alerts + self.staged


def waiting(district: District) -> Waiting:
    """In one statement, since every page of the district asks for it."""
    of_alerts = Alert.objects.filter(district=district).values("district").order_by()
    holds = Hold.objects.filter(district=district, state=HoldState.OPEN).values("district")
    found = District.objects.filter(pk=district.pk).values_list(
        *(
            Coalesce(Subquery(of_alerts.filter(state=state).values(number=Count("pk"))), 0)
            for state in (AlertState.OPEN, AlertState.STAGED)
        ),
        Coalesce(Subquery(holds.order_by().values(number=Sum("count"))), 0),
    )
    return Waiting(*found[0])


def run_of(district: District, number: int) -> Run:
    """The district's run; Http404 for another district's and for none."""
    runs = Run.objects.filter(district=district, pk=number).exclude(BASE)
    found = with_open_holds(runs.select_related("pull", "tested_run", "file")).first()
    if found is None:
        raise Http404
    return found


def active_run(district: District) -> Run | None:
    return Run.objects.filter(district=district, state__in=ACTIVE_RUN_STATES).first()


def latest_runs(district: District, count: int) -> list[Run]:
    runs = Run.objects.filter(district=district).exclude(mode=RunMode.WHAT_IF)
    return list(with_open_holds(runs).order_by("-pk")[:count])


def with_open_holds(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Each run with what `still_held` tells."""
    return runs.annotate(still_held=open_held())


def open_held() -> Coalesce:
    """For runs: how many of their changes wait for a decision."""
    holds = Hold.objects.filter(run=OuterRef("pk"), state=HoldState.OPEN).order_by()
    return Coalesce(Subquery(holds.values("run").values(changes=Sum("count"))), 0)


def still_held(run: Run) -> int:
    """How many of its changes wait for a decision; 0 for a run that was read without them."""
    return int(run.__dict__.get("still_held", 0))


def last_import(district: District) -> Run | None:
    """The newest import from Clever that came to an end, well or not; a cancelled one is none."""
    ended = (*IMPORTED, RunState.FAILED, RunState.READY)
    runs = Run.objects.filter(district=district, mode=RunMode.LIVE, state__in=ended)
    return with_open_holds(runs.exclude(trigger__in=NOT_OF_CLEVER)).order_by("-pk").first()


def last_test(district: District) -> Run | None:
    tests = _tests(district).filter(state=RunState.TESTED)
    return tests.order_by("-pk").first()


def _tests(district: District) -> QuerySet[Run]:
    """The district's Test Imports; the test of an undo, or of a file, is no test of a sync."""
    tests = Run.objects.filter(district=district, mode=RunMode.TEST)
    return tests.exclude(trigger__in=NOT_OF_CLEVER)


def test_named(district: District, number: int | None) -> Run | None:
    """The test of this number; without a number the last finished one. None if there is none."""
    if number is None:
        return last_test(district)
    return _tests(district).filter(pk=number).first()


@dataclass(frozen=True)
class Filter:
    """What the operations page is asked for."""

    kind: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


def runs(district: District, wanted: Filter) -> QuerySet[Run]:
    """The district's runs, newest first; days are the district's own."""
    found = Run.objects.filter(district=district).exclude(BASE).order_by("-pk")
    kinds = {name: (mode, trigger) for name, _, mode, trigger in words.KINDS}
    if wanted.kind in kinds:
        mode, trigger = kinds[wanted.kind]
        found = found.filter(mode=mode, **({"trigger": trigger} if trigger else {}))
    if wanted.state == "active":
        found = found.filter(state__in=ACTIVE_RUN_STATES)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.since:
        found = found.filter(created_at__gte=start_of(district, wanted.since))
    if wanted.until and wanted.until < date.max:  # Python knows no day after the last one.
        found = found.filter(created_at__lt=start_of(district, wanted.until + timedelta(days=1)))
    return found


def start_of(district: District, day: date) -> datetime:
    """The first moment of a day in the district."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(district.time_zone))


def problems_of(run: Run) -> list[RunProblem]:
    """The run's problems, those with the most people first."""
    return list(run.run_problems.order_by("-people", "code", "field", "value")[:200])


def alerts_of(run: Run) -> int:
    """How many alerts the run left open or renewed."""
    still = (AlertState.OPEN, AlertState.STAGED)
    return Alert.objects.filter(district=run.district_id, last_run=run, state__in=still).count()


@dataclass(frozen=True)
class Pause:
    """Data types that the timetable leaves alone for a while."""

    data_types: tuple[str, ...]
    until: datetime
    by: str
    why: str


@dataclass(frozen=True)
class Automation:
    """When the district is synced by itself, and which types are paused."""

    types: tuple[str, ...]
    imported: tuple[str, ...]
    next_due: datetime | None
    paused: tuple[Pause, ...] = ()


def automation(district: District) -> Automation:
    schedules = list(Schedule.objects.filter(district=district).order_by("pk"))
    on = [schedule for schedule in schedules if schedule.automatic]
    dues = [schedule.next_due for schedule in on if schedule.next_due]
    return Automation(
        types=tuple(schedule.data_type for schedule in on),
        imported=tuple(s.data_type for s in schedules if s.first_import_at),
        next_due=min(dues, default=None),
        paused=_pauses(on),
    )


def _pauses(schedules: list[Schedule]) -> tuple[Pause, ...]:
    """Those that were paused together stand together."""
    together: dict[tuple[datetime, str, str], list[str]] = {}
    for one in schedules:
        if one.paused_until is not None and one.paused_until > timezone.now():
            key = (one.paused_until, one.paused_by, one.paused_why)
            together.setdefault(key, []).append(one.data_type)
    return tuple(Pause(tuple(types), *key) for key, types in together.items())


@dataclass(frozen=True)
class Day:
    """What the imports of one day wrote. `matched` are people who were linked to Clever."""

    day: date
    matched: int = 0
    created: int = 0
    updated: int = 0
    left: int = 0
    problems: int = 0


SERIES = {
    "matched": ("link",),
    "created": ("create", "restore"),
    "updated": ("update", "move"),
    "left": ("transfer",),
    "problems": ("reject", "conflict"),
}


def days(district: District, now: datetime, count: int = 14) -> list[Day]:
    """The last `count` days of the district, oldest first, with what was written on each."""
    zone = ZoneInfo(district.time_zone)
    last = now.astimezone(zone).date()
    first = last - timedelta(days=count - 1)
    done = Run.objects.filter(
        district=district,
        mode=RunMode.LIVE,
        state__in=IMPORTED,
        finished_at__gte=start_of(district, first),
    )
    sums = {first + timedelta(days=n): dict.fromkeys(SERIES, 0) for n in range(count)}
    for run in done.only("finished_at", "counts"):
        assert run.finished_at  # the filter says so
        of_day = sums.get(run.finished_at.astimezone(zone).date(), dict.fromkeys(SERIES, 0))
        for series, actions in SERIES.items():
            of_day[series] += total_of(run.counts, actions)
    return [Day(day, **sums[day]) for day in sorted(sums)]


def total_of(counts: dict[str, dict[str, int]], actions: Sequence[str]) -> int:
    """The sum of some actions over all data types of a run's counts."""
    return sum(of_type.get(action, 0) for of_type in counts.values() for action in actions)
