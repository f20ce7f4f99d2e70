"""A district and its twin, and how a step is taken in both (engine.md 12)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from clever_sandbox.control_client import ControlError
from core.problems import ConsoleError
from core.vocabulary import DataType, Trigger
from imports import alerts
from imports.models import Hold, Run
from schools.models import Person
from tests.faults.striking import FAULTS, Fault, speaking_of, struck_by
from tests.twins.laws import Imported, People, obeyed
from tests.twins.near import asked_nearby, near
from tests.world import World, world

EVERY_TYPE = tuple(DataType)
SIZE: dict[str, Any] = {
    "students": 9,
    "teachers": 3,
    "staff": 2,
    "schools": 2,
    "seed": 11,
    "corners": False,
    "clock": "2026-09-01T05:00:00Z",
}
NUMBERS = count(1)
# The first few come up in most steps, so that these meet.
OFTEN = 3
SOMEBODY = st.integers(0, OFTEN - 1) | st.integers(0, 8)
# A life is told by what lies between its runs, and paid for by their number.
MOST_RUNS = 4
# At most two strike one run: a third death without progress rightly ends it.
STRIKING = FAULTS | {
    # In the midst of the students, who come behind the schools.
    f"{name} later": replace(FAULTS[name], passes=2)
    for name in ("F02", "F03", "F18")
}
STRUCK = st.lists(st.sampled_from(sorted(STRIKING)), max_size=2)


class Pair(RuleBasedStateMachine):
    """`here` has the faults, `twin` has not; every other step is taken by both."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        number = next(NUMBERS)
        self.here = self._world(f"here-{number}")
        self.twin = self._world(f"twin-{number}")
        # What there is to be done: a step that nothing is there for would only make a life shorter.
        self.imported = self.waiting = self.decided = False
        self.held = self.locked = self.joined = self.tested = False
        self.news = True
        self.runs = 0
        self.last: Imported | None = None

    def _world(self, slug: str) -> World:
        one = self.stack.enter_context(world(slug, **SIZE))
        return replace(one, clever=near(one.clever))

    def both(self, step: Callable[[World], object]) -> Any:
        """Takes a step in both districts; it must come to the same, also when it is refused."""
        came = [self.refused_or(step, one) for one in (self.here, self.twin)]
        assert came[0] == came[1], came
        self.news, self.tested = True, False
        return came[0]

    def refused_or(self, step: Callable[[World], object], one: World) -> object:
        try:
            return step(one)
        except (ConsoleError, ControlError) as refusal:
            return type(refusal).__name__

    def run(self, struck: Sequence[str], start: Callable[[World], Run | None]) -> None:
        """A run in both, here with faults: the same comes of it, and the same people are there."""
        before = People.of(self.twin)
        here = self._ended(self.here, [STRIKING[name] for name in struck], start)
        twin = self._ended(self.twin, [], start)
        note(f"run with {struck}: {told(here)}")
        assert told(here) == told(twin), (told(here), told(twin))
        if isinstance(twin, Run):
            now = Imported(twin, before, People.of(self.twin))
            assert self.here.digest() == now.after.digest, struck
            obeyed(now, self.last)
            self.last = now
            # After an undo the next night does the same once more.
            self.news = twin.trigger == Trigger.UNDO
        self.decided = False
        self.runs += 1
        self.look()

    def _ended(
        self, one: World, faults: list[Fault], start: Callable[[World], Run | None]
    ) -> object:
        # What strikes may be about the wire, so that there must be one.
        with speaking_of(one) if faults else speaking_nearby(one):
            run = self.refused_or(start, one)
            if isinstance(run, Run):
                run = struck_by(one, faults, partial(as_it_is, run))[0]
        one.clever.control.clear_faults()
        return run

    def may_run(self) -> bool:
        """Whether there is anything to run for, and a run left."""
        return self.news and self.runs < MOST_RUNS

    def look(self) -> None:
        """Sees what waits for people."""
        self.waiting = bool(alerts.waiting(self.twin.district))
        self.held = first_hold(self.twin) is not None


@contextmanager
def speaking_nearby(one: World) -> Iterator[None]:
    """Works with this Clever, without a network."""
    with speaking_of(one), asked_nearby(one.clever):
        yield


def told(ended: object) -> object:
    """What came of a run, or why there was none."""
    return (ended.state, ended.counts) if isinstance(ended, Run) else ended


def as_it_is(run: Run) -> Run:
    return run


def student(one: World, place: int) -> str:
    """The Clever ID of a shared student, the first again after the last."""
    found = one.students()
    return found[place % len(found)] if found else "f" * 24


def person(one: World, place: int) -> Person:
    """A record here, the same one in both districts: mostly the one of the student at that place,
    so that what people do and what Clever says is often about the same person.
    """
    here = Person.objects.filter(district=one.district, archived_at=None)
    linked = here.filter(clever_id=student(one, place)).first() if place < OFTEN else None
    if linked is not None:
        return linked
    people = list(here.order_by("clever_id", "last_name", "first_name", "pk"))
    if not people:
        raise ConsoleError("Nobody is here.")
    return people[place % len(people)]


def first_hold(one: World) -> Hold | None:
    found = Hold.objects.filter(district=one.district, state="open")
    return found.order_by("data_type", "action", "cause", "slice", "pk").first()
