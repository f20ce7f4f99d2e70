"""Any changes in any order, each night undone and undone again, end in the same states (H10)."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.vocabulary import RunState
from tests.imports_undo.conftest import night, undo
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATHS = ("name.first", "name.last", "email", "roles.student.grade", "roles.student.sis_id")
People = st.integers(min_value=0, max_value=11)


def edits(here: World, who: str, number: int) -> None:
    path = PATHS[number % len(PATHS)]
    grade = str(number % 12 + 1)
    value = grade if path.endswith("grade") else f"v{number}@x.example"
    here.clever.control.edit(who, {path: value}, sync=False)


def moves(here: World, who: str, number: int) -> None:
    schools = [school.clever_id for school in here.clever_schools()]
    there, other = schools[number % 3], schools[(number + 1) % 3]
    changes = {"roles.student.school": there, "roles.student.schools": [there, other]}
    here.clever.control.edit(who, changes, sync=False)


def leaves(here: World, who: str, _: int) -> None:
    if who in here.students():
        here.clever.control.remove(who, sync=False)


def returns(here: World, who: str, _: int) -> None:
    if who not in here.students():
        here.clever.control.bring_back(who, sync=False)


def arrives(here: World, _: str, number: int) -> None:
    known = len(here.clever.control.people(role="student", limit=999, all=True))
    here.clever.control.add_student(first="Ines", last=f"New{known}", sis_id=f"99{known}{number}")


Steps = st.lists(
    st.tuples(
        st.sampled_from([edits, edits, moves, leaves, returns, arrives]),
        People,
        st.integers(min_value=0, max_value=30),
    ),
    min_size=1,
    max_size=6,
)
Step = Callable[[World, str, int], None]


def test_H10_any_night_can_be_undone_and_undone_again(maple: World) -> None:
    pupils = maple.students()[:12]

    @settings(
        max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(Steps)
    def each(steps: list[tuple[Step, int, int]]) -> None:
        before = maple.digest()
        for step, who, number in steps:
            step(maple, pupils[who], number)
        run = night(maple)
        after = maple.digest()
        if not maple.rows(run):
            return
        undone = undo(maple, run)
        assert undone.state == RunState.COMPLETED, undone.message
        assert not any(row.exception for row in maple.rows(undone))
        assert maple.digest() == before
        assert undo(maple, undone).state == RunState.COMPLETED
        assert maple.digest() == after
        undo(maple, run)
        night(maple)
        assert maple.digest() == after, "the next sync does the same again"

    each()
