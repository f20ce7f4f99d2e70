"""Holds in words: the cause, the schools, the figures, and what approving would write (C09)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.vocabulary import Action, HoldState
from imports import catalogue, words
from imports.held import field_of, limit_of
from imports.holding import queue
from imports.models import Hold, Run
from schools.models import District, School
from schools.queries import labels

SCHOOLS_NAMED = 3
NOWHERE = "Without a school"
GONE = "A school that is not here any more"
# What the run does that an approval starts, by the action of the rows: for one, for several.
WRITES: Mapping[str, tuple[str, str]] = {
    Action.CREATE: ("new record is created", "new records are created"),
    Action.UPDATE: ("record is updated", "records are updated"),
    Action.MOVE: ("person moves to another school", "people move to another school"),
    Action.LINK: ("record is linked to Clever", "records are linked to Clever"),
    Action.TRANSFER: (
        "person is marked as a leaver; the record stays",
        "people are marked as leavers; their records stay",
    ),
    Action.RESTORE: ("record is restored", "records are restored"),
    Action.CONFLICT: (
        "person waits under Resolve Alerts; nothing is written for them",
        "people wait under Resolve Alerts; nothing is written for them",
    ),
    Action.REJECT: (
        "person stays left out until the problem is mended; nothing is written for them",
        "people stay left out until the problem is mended; nothing is written for them",
    ),
}


@dataclass(frozen=True)
class Place:
    """A school of a hold, with how many of its people are held. `school` is None for none."""

    school: int | None
    name: str
    count: int
    of: int


@dataclass(frozen=True)
class ShownHold:
    """A hold, ready for a template."""

    hold: Hold
    said: catalogue.ShownProblem
    places: list[Place]
    limit: str

    @property
    def open(self) -> bool:
        return self.hold.state == HoldState.OPEN

    @property
    def word(self) -> words.Word:
        return words.HOLDS[self.hold.state]

    @property
    def people(self) -> str:
        """ "students", as part of a sentence."""
        return words.types([self.hold.data_type]).lower()

    @property
    def of(self) -> str:
        """ "605 of 605 students"; of new records, how many there are beside how many are here."""
        count, population = self.hold.count, self.hold.population
        if self.hold.action == "create":
            return f"{count:,} new {self.people}; {population:,} are here"
        if count > population:
            return f"{count:,} {self.people}"
        return f"{count:,} of {population:,} {self.people}"

    @property
    def schools(self) -> str:
        """The schools in a few words: their names, or how many there are."""
        named = [place.name for place in self.places]
        return words.listed(named) if len(named) <= SCHOOLS_NAMED else f"{len(named):,} schools"

    @property
    def choosable(self) -> list[Place]:
        """The schools that can be approved by themselves, where there are several."""
        found = [place for place in self.places if place.school is not None]
        return found if len(self.places) > 1 else []


@dataclass(frozen=True)
class Fate:
    """What became of a hold that is not open any more, and where to look instead (H16)."""

    newer: Hold | None
    run: Run | None


def shown(district: District, holds: Sequence[Hold]) -> list[ShownHold]:
    """These holds in words; the names of all their schools in one query."""
    wanted = {row["school"] for hold in holds for row in hold.schools if row.get("school")}
    found = School.objects.filter(district=district, pk__in=wanted).values_list(
        "pk", "name", "site_code"
    )
    names = {pk: f"{name} ({code})" for pk, name, code in found}
    called = labels(district)
    return [
        ShownHold(
            hold=hold,
            said=catalogue.said(hold.cause, field=called.get(field_of(hold), "")),
            places=[_place(row, names) for row in hold.schools],
            limit=limit_of(hold),
        )
        for hold in holds
    ]


def _place(row: Mapping[str, int | None], names: Mapping[int, str]) -> Place:
    school = row.get("school")
    name = NOWHERE if school is None else names.get(school, GONE)
    return Place(school, name, row.get("count") or 0, row.get("of") or 0)


def writes(hold: Hold) -> list[str]:
    """What approving all of it would write: a line for each action, with its figure."""
    counts = queue.actions_of(hold)
    return [
        f"{counts[action]:,} {one if counts[action] == 1 else several}"
        for action, (one, several) in WRITES.items()
        if counts.get(action)
    ]


def fate(hold: Hold) -> Fate | None:
    """None for a hold that is open."""
    if hold.state == HoldState.OPEN:
        return None
    run = queue.started_by(hold) if hold.state == HoldState.APPROVED else None
    return Fate(queue.newer(hold), run)
