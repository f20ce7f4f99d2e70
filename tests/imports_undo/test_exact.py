"""Undo right after a run is the state before it; the undo of the undo is the state after it."""

from collections.abc import Callable

import pytest

from core.vocabulary import DataType, RunState, Status
from imports.models import Run
from schools.writer import archive_people, create_person
from tests.imports_undo.conftest import EVERY_TYPE, SIZE, night, undo
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)


def there_and_back(here: World, run: Run, before: str) -> None:
    """Undo, and the undo of that, twice over: the very same states."""
    after = here.digest()
    assert after != before
    for _ in range(2):
        undone = undo(here, run)
        assert undone.state == RunState.COMPLETED, undone.message
        assert here.digest() == before
        again = undo(here, undone)
        assert again.state == RunState.COMPLETED, again.message
        assert here.digest() == after


def updated(here: World) -> None:
    students = here.students()
    here.clever.control.edit(students[0], {"name.first": "Marigold"})
    here.clever.control.edit(students[1], {"email": "new@maple.example"})
    here.clever.control.edit(students[2], {"roles.student.dob": "1/31/2011", "name.last": "Other"})


def created(here: World) -> None:
    here.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    here.clever.control.add_teacher(first="Ida", last="Newcomer")


def left(here: World) -> None:
    for who in here.students()[:3]:
        here.clever.control.remove(who)


def moved(here: World) -> None:
    for who in here.students()[:4]:
        elsewhere(here, who)


def elsewhere(here: World, who: str) -> None:
    schools = [school.clever_id for school in here.clever_schools()]
    now = here.clever.control.person(who)["roles"]["student"]["school"]
    there = next(school for school in schools if school != now)
    here.clever.control.edit(
        who, {"roles.student.school": there, "roles.student.schools": [there, now]}
    )


def became_staff_too(here: World) -> None:
    teacher = here.clever.control.people(role="teacher")[0]
    staff = here.clever.control.people(role="staff")[0]
    here.clever.control.merge_employees(keep=teacher["id"], other=staff["id"])


def new_clever_id(here: World) -> None:
    here.clever.control.new_clever_id(here.students()[5])


CHANGES = [updated, created, left, moved, became_staff_too, new_clever_id]


@pytest.mark.parametrize("happens", CHANGES, ids=lambda change: change.__name__)
def test_C10_an_undo_right_after_is_the_state_before_and_can_be_undone(
    maple: World, happens: Callable[[World], None]
) -> None:
    before = maple.digest()
    happens(maple)
    there_and_back(maple, night(maple), before)


def test_C10_everything_at_once(maple: World) -> None:
    before = maple.digest()
    for happens in (left, updated, moved, became_staff_too, new_clever_id, created):
        happens(maple)
    there_and_back(maple, night(maple), before)


def test_C10_a_return_is_undone_with_the_status_that_comes_back_later(maple: World) -> None:
    who = maple.students()[0]
    maple.clever.control.remove(who)
    night(maple)
    before = maple.digest()
    maple.clever.control.bring_back(who)
    elsewhere(maple, who)
    back = night(maple)
    assert [row.effects for row in maple.rows(back)] == [["restore", "move"]]
    assert maple.person(who).status == Status.ACTIVE
    there_and_back(maple, back, before)
    undo(maple, back)
    assert (maple.person(who).status, maple.person(who).status_before) == (4, 1)
    night(maple)
    assert maple.person(who).status == Status.ACTIVE, "they are shared, so the next sync restores"


def test_C10_the_first_import_with_its_links_is_undone() -> None:
    """People who were here before are released, and new ones removed."""
    with world(**SIZE) as here:
        here.connect()
        for who in here.students()[:30]:
            clever = here.clever.control.person(who)
            create_person(
                district=here.district,
                data_type=DataType.STUDENT,
                values={
                    "last_name": clever["name"]["last"],
                    "first_name": clever["name"]["first"],
                    "student_number": clever["roles"]["student"]["student_number"],
                },
                school=None,
                by="office",
            )
        before = here.digest()
        first = here.sync(EVERY_TYPE)
        assert first.counts["student"]["link"] == 30
        there_and_back(here, first, before)
        undo(here, first)
        after_undo = {person.pk for person in here.people()}
        again = here.sync(EVERY_TYPE)
        assert again.counts["student"]["link"] == 30, "released people are looked at again"
        assert again.counts["student"]["held"] == 50, "and whether all come back is asked"
        assert {person.pk for person in here.people()} == after_undo, "no record a second time"
        assert_invariants(here)


def test_C10_a_record_that_was_deleted_and_came_back_is_deleted_again(maple: World) -> None:
    who = maple.person(maple.students()[0])
    archive_people(district=maple.district, person_ids=[who.pk], by="office")
    before = maple.digest()
    back = night(maple)
    assert maple.person(who.clever_id or "").pk == who.pk
    there_and_back(maple, back, before)
    undo(maple, back)
    who.refresh_from_db()
    assert (who.clever_id, who.former_clever_id) == (None, maple.students()[0])
