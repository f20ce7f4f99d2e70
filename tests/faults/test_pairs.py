"""Every pair of faults: one at some stage of a run, another on the retry. The end is the twin's."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from core.vocabulary import RunState
from tests.faults.striking import FAULTS, Fault, an_import, speaking_of, struck_by
from tests.world import World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TINY: dict[str, Any] = {
    "students": 60,
    "teachers": 3,
    "schools": 2,
    "seed": 8,
    "corners": False,
    "clock": "2026-09-01T05:00:00Z",
}


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
        assert_invariants(here)


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
            run, trouble = struck_by(here, (first, second), partial(an_import, here))
        assert trouble.struck == [first, second], (name, other)
        assert trouble.answered() == len([f for f in trouble.struck if f.rule]), (name, other)
        here.clever.control.clear_faults()
        assert run.state == RunState.COMPLETED, (name, other, run.message)
        with speaking_of(twin):
            twin.sync()
        assert here.digest() == twin.digest(), (name, other)
        assert len(here.rows(run)) == 3, (name, other)
