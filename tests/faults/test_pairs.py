"""Every pair of faults: one at some stage of a run, another on the retry. The end is the twin's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from clever_sync.models import Connection
from core import fault_points
from core.vocabulary import RunMode, RunState
from imports.actions import start_run
from imports.models import Run
from tests.faults.conftest import lose_the_connection
from tests.faults.killed import lease_is_over
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, speaking_to, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TINY: dict[str, Any] = {
    "students": 60,
    "teachers": 3,
    "schools": 2,
    "seed": 8,
    "corners": False,
    "clock": "2026-09-01T05:00:00Z",
}


class Killed(BaseException):
    """The worker process is gone: nothing of ours catches it, nothing is tidied up."""


def die() -> None:
    raise Killed


@dataclass(frozen=True)
class Fault:
    """What strikes: at a fault point, or as an answer of Clever. Stages count from the claim."""

    stage: int
    point: str = ""
    act: Callable[[], None] = die
    rule: dict[str, Any] = field(default_factory=dict)

    @property
    def kills(self) -> bool:
        return self.act is die and bool(self.point)


STUDENTS = {"path": "/users", "role": "student"}
FAULTS = {
    "F01": Fault(0, "run.claimed"),
    "F02": Fault(1, "pull.page_fetched"),
    "F03": Fault(1, "pull.page_committed"),
    "F18": Fault(1, "pull.page_fetched", lose_the_connection),
    "F31": Fault(1, rule={"do": "status", "status": 503, "times": 3, **STUDENTS}),
    "F35": Fault(1, rule={"do": "truncate", "at": 90, "length": "short", "times": 2, **STUDENTS}),
    "F46": Fault(1, rule={"do": "run", "action": "rotate_token", "args": {}, "on": 1, **STUDENTS}),
    "F04": Fault(2, "plan.built"),
    "F05": Fault(3, "apply.people_written"),
    "F19": Fault(3, "apply.before_commit", lose_the_connection),
    "F06": Fault(4, "apply.committed"),
}


@dataclass
class Trouble:
    """Lets two faults strike one after the other, each once."""

    here: World
    waiting: list[Fault]
    struck: list[Fault] = field(default_factory=list)

    def begin(self) -> None:
        fault_points.install(self.reached)
        self._ask_clever_for_trouble()

    def reached(self, name: str) -> None:
        if self.waiting and self.waiting[0].point == name:
            fault = self.waiting.pop(0)
            self.struck.append(fault)
            self._ask_clever_for_trouble()
            fault.act()

    def _ask_clever_for_trouble(self) -> None:
        """What Clever does is asked for as soon as it is next; so is what comes behind it."""
        while self.waiting and self.waiting[0].rule:
            fault = self.waiting.pop(0)
            self.here.clever.control.add_faults([fault.rule])
            self.struck.append(fault)

    def answered(self) -> int:
        """How often Clever's own faults have struck."""
        return sum(1 for rule in self.here.clever.control.fault_rules() if rule["fired"])


def strikes(first: Fault, second: Fault) -> bool:
    """Whether the way that is left after the first fault leads past the second.

    After F06 there is none, and a second fault on a stage that is done has nothing to strike.
    """
    if second.stage == 0:
        return first.kills or bool(first.rule)
    return second.stage >= first.stage


@pytest.fixture
def pair(settings: Any, no_pauses: None) -> Iterator[tuple[World, World]]:
    """Two districts whose Clevers are alike, each imported once."""
    settings.CLEVER_PAGE_SIZE = 10
    with world(**TINY) as here, world("twin", **TINY) as twin:
        for each in (twin, here):
            with speaking_of(each):
                each.connect()
                assert each.sync().state == RunState.COMPLETED
        yield here, twin
        fault_points.install(None)
        assert_invariants(here)


@contextmanager
def speaking_of(one: World) -> Iterator[None]:
    """Works with this Clever. Both have one District ID, which only one district may have."""
    for other in Connection.objects.exclude(district=one.district):
        Connection.objects.filter(pk=other.pk).update(clever_district_id=f"{other.pk:024x}")
    Connection.objects.filter(district=one.district).update(
        clever_district_id=one.clever.district_id
    )
    with speaking_to(one.clever):
        yield


def disturb(here: World, number: int, leaver: str) -> None:
    """A change, somebody who comes, and somebody who leaves or is back."""
    here.clever.control.advance(86_400)
    changed = [who for who in here.students() if who != leaver][number]
    here.clever.control.edit(changed, {"name.first": f"Marigold {number}"})
    if number % 2:
        here.clever.control.bring_back(leaver)
    else:
        here.clever.control.remove(leaver)
    here.clever.control.add_student(first="Ines", last=f"Newcomer {number}", sis_id=f"99{number}")


def run_through(here: World, first: Fault, second: Fault) -> tuple[Run, Trouble]:
    """A run that both faults strike, taken up again after each death."""
    trouble = Trouble(here, [first, second])
    trouble.begin()
    run = start_run(
        district=here.district,
        mode=RunMode.LIVE,
        data_types=list(STUDENTS_AND_TEACHERS),
        requested_by=ADMIN,
        approved=True,
    ).run
    for _ in range(3):
        try:
            return here.drive(run), trouble
        except Killed:
            lease_is_over(run)
    raise AssertionError("killed more often than twice")


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "F06"])
def test_F84_any_second_fault_on_the_retry_of_this_one(
    pair: tuple[World, World], name: str
) -> None:
    here, twin = pair
    first, leaver = FAULTS[name], here.students()[0]
    others = [(other, second) for other, second in FAULTS.items() if strikes(first, second)]
    for number, (other, second) in enumerate(others):
        for each in pair:
            disturb(each, number, leaver)
        with speaking_of(here):
            run, trouble = run_through(here, first, second)
        assert trouble.struck == [first, second], (name, other)
        assert trouble.answered() == len([f for f in trouble.struck if f.rule]), (name, other)
        fault_points.install(None)
        here.clever.control.clear_faults()
        assert run.state == RunState.COMPLETED, (name, other, run.message)
        with speaking_of(twin):
            twin.sync()
        assert here.digest() == twin.digest(), (name, other)
        assert len(here.rows(run)) == 3, (name, other)
