"""Which rows of the audit are asked for, at a cost that does not grow with it (H18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import AuditEvent
from imports.download import AT_ONCE, of_one_moment
from imports.queries import start_of
from integration_console.activity.facts import Line, lines
from integration_console.activity.words import verbs_of
from schools.models import District

PAGE = 50
MOST_ACTORS = 500
NEWEST_FIRST = ("-at", "-pk")
# One step of the index for each actor, where DISTINCT would read every row.
ACTORS = """
WITH RECURSIVE actors AS (
    (SELECT actor FROM accounts_auditevent WHERE district_id = %(district)s ORDER BY actor LIMIT 1)
    UNION ALL
    SELECT (SELECT actor FROM accounts_auditevent
        WHERE district_id = %(district)s AND actor > actors.actor ORDER BY actor LIMIT 1)
    FROM actors WHERE actors.actor IS NOT NULL
) SELECT actor FROM actors WHERE actor IS NOT NULL LIMIT %(most)s
"""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; "" and None ask for all. `subject` is such as "person:12"."""

    actor: str = ""
    kind: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Place:
    """Behind this row."""

    at: datetime
    row: int


def actors(district: District) -> list[str]:
    """Everybody who has done anything, in the order of their names."""
    with connection.cursor() as cursor:
        cursor.execute(ACTORS, {"district": district.pk, "most": MOST_ACTORS})
        return [str(actor) for (actor,) in cursor.fetchall()]


def rows(district: District, wanted: Wanted) -> QuerySet[AuditEvent]:
    """The rows of everything that is asked for but the kind, newest first."""
    found = AuditEvent.objects.filter(district=district)
    if wanted.actor:
        found = found.filter(actor=wanted.actor)
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.since:
        found = found.filter(at__gte=start_of(district, wanted.since))
    if wanted.until and wanted.until < date.max:
        found = found.filter(at__lt=start_of(district, wanted.until + timedelta(days=1)))
    return found.order_by(*NEWEST_FIRST)


def page(district: District, wanted: Wanted, behind: Place | None) -> list[AuditEvent]:
    """A page of rows, and one more if there is another page."""
    found = rows(district, wanted)
    if behind:
        found = found.filter(
            Q(at__lt=behind.at) | Q(at=behind.at, pk__lt=behind.row), at__lte=behind.at
        )
    if not wanted.kind:
        return list(found[: PAGE + 1])
    # The newest of each verb by the index of verbs, so a rare kind is not looked for in all rows.
    first, *others = (found.filter(verb=verb)[: PAGE + 1] for verb in verbs_of(wanted.kind))
    return list(first.union(*others, all=True).order_by(*NEWEST_FIRST)[: PAGE + 1])


def everything(district: District, wanted: Wanted) -> Iterator[Line]:
    """All lines that are asked for, as they were at one moment, in constant memory."""
    found = rows(district, wanted)
    if wanted.kind:
        found = found.filter(verb__in=verbs_of(wanted.kind))
    events = of_one_moment(found)
    while some := list(islice(events, AT_ONCE)):
        yield from lines(district, some)
