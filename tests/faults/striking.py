"""Faults that strike a run one after the other, in this process, and a world with its twin."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from clever_sync.models import Connection
from core import fault_points
from core.vocabulary import RunMode
from imports.actions import start_run
from imports.models import Run
from tests.faults.conftest import lose_the_connection
from tests.faults.killed import lease_is_over
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, speaking_to


class Killed(BaseException):
    """The worker process is gone: nothing of ours catches it, nothing is tidied up."""


def die() -> None:
    raise Killed


@dataclass(frozen=True)
class Fault:
    """What strikes: at a fault point, or as an answer of Clever. Stages count from the claim.

    `passes` says how often the run passes the fault point unharmed.
    """

    stage: int
    point: str = ""
    act: Callable[[], None] = die
    rule: dict[str, Any] = field(default_factory=dict)
    passes: int = 0

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
    passed: int = 0

    def begin(self) -> None:
        fault_points.install(self.reached)
        self._ask_clever_for_trouble()

    def reached(self, name: str) -> None:
        if self.waiting and self.waiting[0].point == name:
            if self.passed < self.waiting[0].passes:
                self.passed += 1
                return
            fault = self.waiting.pop(0)
            self.passed = 0
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


@contextmanager
def speaking_of(one: World) -> Iterator[None]:
    """Works with this Clever. Both have one District ID, which only one district may have."""
    others = Connection.objects.exclude(district=one.district)
    for other in others.filter(clever_district_id=one.clever.district_id):
        Connection.objects.filter(pk=other.pk).update(clever_district_id=f"{other.pk:024x}")
    Connection.objects.filter(district=one.district).update(
        clever_district_id=one.clever.district_id
    )
    with speaking_to(one.clever):
        yield


def struck_by(
    here: World, faults: Sequence[Fault], start: Callable[[], Run]
) -> tuple[Run, Trouble]:
    """A run that these faults strike, taken up again after each death."""
    trouble = Trouble(here, list(faults))
    trouble.begin()
    run = start()
    try:
        for _ in range(len(faults) + 1):
            try:
                return here.drive(run), trouble
            except Killed:
                lease_is_over(run)
        raise AssertionError("killed more often than there were faults")
    finally:
        fault_points.install(None)


def an_import(here: World) -> Run:
    """An import by the operator's word that reads every page, not yet begun."""
    return start_run(
        district=here.district,
        mode=RunMode.LIVE,
        data_types=list(STUDENTS_AND_TEACHERS),
        requested_by=ADMIN,
        approved=True,
        full=True,
    ).run
