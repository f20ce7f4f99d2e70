"""What a run holds back, as pages show it: one notice per cause and place, not one per slice."""

from dataclasses import dataclass

from core.vocabulary import DataType, HoldState
from imports import catalogue, words
from imports.brake_words import BRAKES, held_when
from imports.limits import limits_of
from imports.models import Hold, Run
from schools.models import School
from schools.queries import labels

MOST = 100
SCHOOLS_NAMED = 4


@dataclass(frozen=True)
class Held:
    """The holds of one cause at the same schools. `schools` is "" where it is not about a few."""

    said: catalogue.ShownProblem
    schools: str
    parts: list[Hold]

    @property
    def count(self) -> int:
        return sum(hold.count for hold in self.parts)

    @property
    def of(self) -> str:
        """ "605 of 605 Students, 29 of 29 Teachers"."""
        return ", ".join(
            f"{hold.count:,} of {hold.population:,} {words.types([hold.data_type])}"
            for hold in self.parts
        )

    @property
    def limit(self) -> str:
        """The limit that it is above; where the kinds of people have several, the one of each."""
        limits = {hold.data_type: limit_of(hold) for hold in self.parts}
        if len(set(limits.values())) == 1:
            return limits.popitem()[1]
        return "; ".join(f"{words.types([t])}: {limit}" for t, limit in limits.items())

    @property
    def open(self) -> bool:
        """Whether any of it still waits for a decision."""
        return any(hold.state == HoldState.OPEN for hold in self.parts)

    @property
    def decided(self) -> list[str]:
        """Who decided what, where it is decided."""
        return [
            f"{words.types([hold.data_type])}: {hold.state} by {hold.decided_by}"
            for hold in self.parts
            if hold.decided_by
        ]


def held(run: Run) -> list[Held]:
    """The run's holds, in the order in which they were opened."""
    groups: dict[tuple[str, str, tuple[int, ...]], list[Hold]] = {}
    for hold in run.holds.order_by("pk")[:MOST]:
        groups.setdefault((hold.cause, field_of(hold), schools_of(hold)), []).append(hold)
    wanted = {school for *_, schools in groups for school in schools}
    names = dict(School.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    called = labels(run.district) if any(field for _, field, _ in groups) else {}
    return [
        Held(
            said=catalogue.said(cause, field=called.get(field, field)),
            schools=words.listed([names[school] for school in schools if school in names]),
            parts=holds,
        )
        for (cause, field, schools), holds in groups.items()
    ]


def field_of(hold: Hold) -> str:
    """The field that a hold is about, as the last part of its slice tells; "" for none."""
    return "".join(hold.slice.split("/")[2:3]) if hold.action == "blank" else ""


def limit_of(hold: Hold) -> str:
    """The limit that its run had for this district, "more than 10 % or more than 500 people".

    "" for what is held whatever the limits say, and for a run that did not note its limits.
    """
    if hold.cause not in BRAKES or hold.run.own_brakes is None:
        return ""
    limit = limits_of(hold.run, DataType(hold.data_type)).get(hold.cause)
    if limit is None:
        return ""
    more = f", and more than the {limit.allowed:,} that the run lets pass" if limit.allowed else ""
    return held_when(hold.cause, limit) + more


def schools_of(hold: Hold) -> tuple[int, ...]:
    """The schools that the hold is about; none where there are too many to name."""
    found = sorted(row["school"] for row in hold.schools if row.get("school"))
    return tuple(found) if len(found) <= SCHOOLS_NAMED else ()
