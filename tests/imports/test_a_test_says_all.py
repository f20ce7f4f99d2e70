"""A test runs all validation, that of the database included (C02)."""

from collections.abc import Iterator

import pytest

from core.vocabulary import RunState
from imports.models import PlannedChange, Run
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
OUTCOME = ("clever_id", "action", "before", "after", "exception")


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=40, teachers=6, schools=3, corners=False) as ready:
        ready.connect()
        ready.sync()
        yield ready
        assert_invariants(ready)


def said(here: World, run: Run) -> list[tuple[object, ...]]:
    rows = PlannedChange.objects.filter(run=run).order_by("clever_id")
    return list(rows.values_list(*OUTCOME))


def test_C02_a_test_without_errors_is_followed_by_an_import_without_errors(maple: World) -> None:
    control, who = maple.clever.control, maple.students()
    control.edit(who[0], {"name.last": "O'Neill-Çelik", "email": "ada.çelik@maple.example"})
    control.edit(who[1], {"roles.student.sis_id": "swapped-1"})
    control.remove(who[2])
    control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    tested = maple.test()
    assert (tested.state, tested.problems) == (RunState.TESTED, {})
    before = said(maple, tested)
    assert {row[-1] for row in before} == {None}
    run = maple.sync()
    assert (run.state, run.problems) == (RunState.COMPLETED, {})
    assert said(maple, run) == before


def test_C02_what_the_database_would_refuse_is_said_by_the_test_in_the_same_words(
    maple: World,
) -> None:
    """Values too long, days that are none, records without a name, a username given twice."""
    control, who = maple.clever.control, maple.students()
    control.edit(who[0], {"name.last": "x" * 5000})
    control.edit(who[1], {"roles.student.dob": "02/30/2012"})
    control.edit(who[2], {"name.last": ""})
    control.edit(who[3], {"roles.student.student_number": "7" * 400})
    control.edit(who[4], {"roles.student.credentials.district_username": "twice"})
    control.edit(who[5], {"roles.student.credentials.district_username": "twice"})
    control.edit(who[6], {"roles.student.grade": "Astronaut"})
    digest = maple.digest()
    tested = maple.test()
    assert tested.state == RunState.TESTED
    assert maple.digest() == digest
    assert tested.problems
    before = said(maple, tested)
    run = maple.sync()
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS), run.message
    assert said(maple, run) == before
    # The pull reads each record once, so what reading met is told by the run that read it.
    met_by_rules = {code for code in run.problems if code in tested.problems}
    assert met_by_rules == set(run.problems), "the import met nothing that the test had not said"
