"""Who is not shared any more, in words: how that was confirmed, or what will confirm it (C13)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from clever_sync import absences
from clever_sync.models import MirrorObject, Pull
from core.vocabulary import DataType, LeaverRule, RulesetState
from imports.models import Run
from imports.words import LEAVERS
from mappings.models import Ruleset
from schools.models import Person

Day = Callable[[datetime], str]
WILL_CONFIRM = (
    "It will be confirmed by Clever's own answer when it is asked for this person, by a second"
    " complete reading with newer data, or by somebody who approves the hold."
    f" Clever is asked one by one when at most {absences.MOST_ASKED} linked people are missing."
)
HOW: Mapping[str, str] = {
    absences.NOT_FOUND: "Clever answered that there is no such person (404)",
    absences.OTHER_ROLE: "Clever answered that they hold none of the roles imported here any more",
    absences.TWO_PULLS: "Missing in two complete readings in a row, the second of newer data",
    absences.UNLINKED: "Not linked to anybody here: nothing depends on them",
    absences.LOST_ROLE: "Lost one role and hold another: they stay",
    absences.KEPT: "Left out of the list, but there when Clever was asked for them: they stay",
    absences.WAITING: "Not confirmed yet: nobody of them is marked as a leaver",
    "unproved": (
        "Missing in a reading that may remove nobody: a list was not proved complete, or Clever"
        " is paused"
    ),
}
CONFIRMED = frozenset({absences.NOT_FOUND, absences.OTHER_ROLE, absences.TWO_PULLS})


@dataclass(frozen=True)
class Absence:
    """What is known about somebody whom Clever does not share any more."""

    confirmed: bool
    sentence: str
    rule: str


@dataclass(frozen=True)
class Line:
    """So many missing people of a run, and what was found out about them."""

    label: str
    count: int
    confirmed: bool
    waiting: bool


def of_person(person: Person, day: Day) -> Absence | None:
    """The absence of a linked person; None while Clever shares them."""
    found = MirrorObject.objects.filter(
        connection__district=person.district_id, type="user", clever_id=person.clever_id
    )
    mirror = found.select_related("gone_in", "absent_in").first() if person.clever_id else None
    if mirror is None or (mirror.gone_in is None and mirror.absent_in is None):
        return None
    return Absence(mirror.gone_in is not None, sentence(mirror, day), leaver_rule(person))


def sentence(mirror: MirrorObject, day: Day) -> str:
    """How the absence was confirmed and when, or what will confirm it."""
    if mirror.gone_in is None:
        return (
            f"Missing since the complete reading of {_day(mirror.absent_in, day)}. {WILL_CONFIRM}"
        )
    when = _day(mirror.gone_in, day)
    if mirror.gone_by == absences.TWO_PULLS:
        first = _day(mirror.absent_in, day)
        return (
            f"Missing in two complete readings in a row: that of {first}, and that of {when},"
            " when Clever had newer data."
        )
    if mirror.gone_by in (absences.NOT_FOUND, absences.OTHER_ROLE):
        return f"{HOW[mirror.gone_by]}, on {when}."
    return f"Confirmed by the reading of {when}."


def _day(pull: Pull | None, day: Day) -> str:
    moment = (pull.finished_at or pull.started_at) if pull else None
    return day(moment) if moment else "an earlier day"


def leaver_rule(person: Person) -> str:
    """What the rules in force do with this person as a leaver; of two types the leading one's."""
    rules = dict(
        Ruleset.objects.filter(
            district=person.district_id, state=RulesetState.ACTIVE, data_type__in=person.roles
        ).values_list("data_type", "leaver_rule")
    )
    leading = next((rules[t] for t in map(str, DataType) if t in rules), None)
    return LEAVERS[LeaverRule(leading)] if leading else ""


def of_run(run: Run) -> list[Line]:
    """The missing people of a run's reading, those who wait for a confirmation last."""
    counts: Mapping[str, int] = run.pull.absence_counts if run.pull else {}
    return [
        Line(label, counts[how], how in CONFIRMED, how == absences.WAITING)
        for how, label in HOW.items()
        if counts.get(how)
    ]
