"""Which rows of the log are asked for, in its order, at a cost that does not grow with the log.

The order is that of the runs, newest first, and within a run that of the index (run, action, id).
A condition that no index answers is looked for among `LOOKED_AT` rows at a time (H18).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from core.vocabulary import Action, DataType, RunMode, RunState
from imports import words
from imports.changes import NOT_DONE
from imports.models import PlannedChange, Run
from imports.queries import IMPORTED, start_of
from schools import pages
from schools.models import District, LocalEdit

LOOKED_AT = 10_000
PEOPLE = 500
RESOLVED = (*IMPORTED, RunState.READY, RunState.DISCARDED)
EDITED, APPLIED, KEPT = "edited", "applied", "kept"
ORDER = ("-run_id", "-action", "-pk")


@dataclass(frozen=True)
class Wanted:
    """What the log is asked for; "" and None ask for all."""

    data_type: str = DataType.STUDENT
    q: str = ""
    school: int | None = None
    field: str = ""
    action: str = ""
    outcome: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def of_runs(self) -> bool:
        return EDITED not in (self.kind, self.action)

    @property
    def of_edits(self) -> bool:
        """Whether what was edited here is asked for as well."""
        others = self.kind in ("", EDITED) and self.action in ("", EDITED)
        return others and self.outcome in ("", APPLIED)


class Place(NamedTuple):
    """A change's place in the order of the log."""

    run: int
    action: str
    row: int


@dataclass(frozen=True)
class People:
    """Whom a text means: numbers of people (None: everybody), or a Clever ID without a record."""

    numbers: list[int] | None = None
    clever_id: str = ""
    more: bool = False


def people(district: District, text: str) -> People:
    """The people whom a text means, the first `PEOPLE` of them."""
    if not text:
        return People()
    everybody = pages.everybody(district, None)
    first, *others = (
        everybody.filter(way).order_by().values_list("pk")[: PEOPLE + 1]
        for way in pages.ways_to_name(everybody, text)
    )
    numbers = sorted({pk for (pk,) in (first.union(*others) if others else first)})
    found = numbers[:PEOPLE]
    return People(found, "" if found else text.strip().lower(), len(numbers) > PEOPLE)


def runs(district: District, wanted: Wanted) -> QuerySet[Run]:
    """The runs whose rows the log holds: what was resolved, and tests only if asked for."""
    found = Run.objects.filter(district=district)
    modes = {name: (mode, trigger) for name, _, mode, trigger in words.KINDS}
    mode, trigger = modes.get(wanted.kind, (RunMode.LIVE, ""))
    states = (RunState.TESTED,) if mode == RunMode.TEST else STATES.get(wanted.outcome, RESOLVED)
    found = found.filter(mode=mode, state__in=states)
    if trigger:
        found = found.filter(trigger=trigger)
    if wanted.since:
        found = found.filter(created_at__gte=start_of(district, wanted.since))
    if wanted.until and wanted.until < date.max:
        found = found.filter(created_at__lt=start_of(district, wanted.until + timedelta(days=1)))
    return found


# The outcomes that only some runs know.
STATES = {
    APPLIED: IMPORTED,
    "waiting": (RunState.READY,),
    "not_applied": (RunState.DISCARDED,),
}
AS_PLANNED = Q(exception__isnull=True)
DONE = AS_PLANNED & ~Q(action__in=NOT_DONE)
OUTCOMES = {
    APPLIED: DONE,
    "waiting": DONE,
    "not_applied": DONE,
    "tested": DONE,
    "alert": AS_PLANNED & Q(action=Action.CONFLICT),
    "rejected": AS_PLANNED & Q(action=Action.REJECT),
    KEPT: Q(why__has_key="kept"),
}


def rows(numbers: Sequence[int], wanted: Wanted, whom: People) -> QuerySet[PlannedChange]:
    """The rows of these runs that an index finds, in the order of the log."""
    found = PlannedChange.objects.filter(run__in=numbers)
    if whom.numbers:
        found = found.filter(person__in=whom.numbers)
    elif whom.numbers is not None:
        found = found.filter(action__in=NOT_DONE)
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.outcome in ("alert", "rejected"):
        found = found.filter(action__in=NOT_DONE)
    elif wanted.outcome and wanted.outcome not in OUTCOMES:
        found = found.filter(exception__isnull=False)
    return found.order_by(*ORDER)


def asked(found: QuerySet[PlannedChange], wanted: Wanted, whom: People) -> QuerySet[PlannedChange]:
    """Of these rows the ones that are asked for."""
    found = found.filter(data_type=wanted.data_type)
    if whom.numbers == []:
        found = found.filter(clever_id=whom.clever_id)
    if wanted.school:
        found = found.filter(Q(school=wanted.school) | Q(old_school=wanted.school))
    if wanted.field:
        kept = Q(why__kept__has_key=wanted.field)
        in_row = Q(after__has_key=wanted.field) | Q(before__has_key=wanted.field)
        found = found.filter(kept if wanted.outcome == KEPT else in_row)
    if wanted.outcome in OUTCOMES:
        found = found.filter(OUTCOMES[wanted.outcome])
    elif wanted.outcome:
        found = found.filter(exception=wanted.outcome)
    return found


def older(place: Place, *, sign: str = "<") -> Func:
    """Behind a place in the log: a comparison of rows, with which the index begins there."""
    here = Func(F("run_id"), F("action"), F("pk"), function="ROW", output_field=TextField())
    there = Func(*map(Value, place), function="ROW", output_field=TextField())
    return Func(
        here, there, template="(%(expressions)s)", arg_joiner=f" {sign} ",
        output_field=BooleanField(),
    )  # fmt: skip


def edits(district: District, wanted: Wanted, whom: People) -> QuerySet[LocalEdit]:
    """What was changed here beside the runs, newest first, as far as an index finds it."""
    found = LocalEdit.objects.filter(district=district)
    if whom.numbers is not None:
        found = found.filter(person__in=whom.numbers)
    if wanted.since:
        found = found.filter(at__gte=start_of(district, wanted.since))
    if wanted.until and wanted.until < date.max:
        found = found.filter(at__lt=start_of(district, wanted.until + timedelta(days=1)))
    return found.order_by("-pk")


def asked_edits(found: QuerySet[LocalEdit], wanted: Wanted) -> QuerySet[LocalEdit]:
    """Of these edits the ones that are asked for."""
    found = found.filter(person__roles__contains=[wanted.data_type])
    if wanted.school:
        found = found.filter(person__school=wanted.school)
    if wanted.field:
        found = found.filter(Q(after__has_key=wanted.field) | Q(before__has_key=wanted.field))
    return found.select_related("person")
