"""The main job, end to end: a roster comes from Clever, is tested, imported, and stays right."""

from collections.abc import Iterator

import pytest

from core.vocabulary import DataType, RunState, Status
from imports.models import PlannedChange
from schools.models import Person
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_TYPE = tuple(DataType)


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=60, teachers=8, staff=6, schools=3) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


def test_A01_an_unknown_student_becomes_a_record_and_a_changed_one_is_updated(
    maple: World,
) -> None:
    run = maple.sync()
    assert run.state == RunState.COMPLETED, run.message
    assert len(maple.people(kind="student")) == 60
    who = maple.students()[0]
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    maple.sync()
    assert maple.person(who).first_name == "Marigold"


def test_A48_a_test_changes_no_record_and_the_import_writes_its_plan(maple: World) -> None:
    before = maple.digest()
    tested = maple.test()
    assert tested.state == RunState.TESTED
    assert maple.digest() == before
    live = maple.sync()
    assert plan_of(maple, tested) == plan_of(maple, live)


def test_A49_a_test_may_be_repeated_as_often_as_needed(maple: World) -> None:
    plans = [plan_of(maple, maple.test()) for _ in range(3)]
    assert plans[0] == plans[1] == plans[2]
    assert Person.objects.count() == 0


def test_a_second_import_on_unchanged_data_writes_nothing(maple: World) -> None:
    maple.sync(EVERY_TYPE)
    before = maple.digest()
    again = maple.sync(EVERY_TYPE)
    assert again.state == RunState.COMPLETED
    assert maple.rows(again) == []
    assert maple.digest() == before


def test_B07_a_student_who_moves_school_is_moved_here(maple: World) -> None:
    maple.sync()
    who = maple.students()[0]
    here = maple.person(who).school
    other = next(s for s in maple.clever.control.schools() if s["id"] != school_of(maple, who))
    maple.clever.control.edit(
        who, {"roles.student.school": other["id"], "roles.student.schools": [other["id"]]}
    )
    run = maple.sync()
    (row,) = maple.rows(run)
    assert row.action == "move"
    assert maple.person(who).school != here


def test_B32_a_removed_student_is_marked_transferred_and_a_returned_one_restored(
    maple: World,
) -> None:
    maple.sync()
    who = maple.students()[0]
    record = maple.person(who)
    maple.clever.control.remove(who)
    run = maple.sync()
    assert [row.action for row in maple.rows(run)] == ["transfer"]
    assert maple.person(who).status == Status.TRANSFERRED
    maple.clever.control.bring_back(who)
    run = maple.sync()
    assert [row.action for row in maple.rows(run)] == ["restore"]
    assert (maple.person(who).pk, maple.person(who).status) == (record.pk, Status.ACTIVE)


def test_C16_a_teacher_who_is_also_staff_is_one_record(maple: World) -> None:
    teacher, staff = two_employees(maple)
    maple.clever.control.merge_employees(teacher, staff)
    maple.sync(EVERY_TYPE)
    assert sorted(maple.person(teacher).roles) == ["staff", "teacher"]
    assert not Person.objects.filter(clever_id=staff).exists()


def test_A08_a_field_that_no_rule_maps_is_untouched(maple: World) -> None:
    maple.sync()
    who = maple.person(maple.students()[0])
    Person.objects.filter(pk=who.pk).update(barcode="B-17", unsettled=True)
    maple.clever.control.edit(str(who.clever_id), {"name.first": "Marigold"})
    maple.sync()
    who.refresh_from_db()
    assert (who.first_name, who.barcode) == ("Marigold", "B-17")


def test_B15_a_local_edit_of_a_synced_field_is_set_back(maple: World) -> None:
    maple.sync()
    who = maple.person(maple.students()[0])
    was = who.first_name
    Person.objects.filter(pk=who.pk).update(
        first_name="Edited", title="Kept", unsettled=True, revision=who.revision + 1
    )
    maple.sync()
    who.refresh_from_db()
    assert (who.first_name, who.title) == (was, "Kept")


def plan_of(maple: World, run: object) -> list[tuple[object, ...]]:
    fields = ("data_type", "action", "clever_id", "before", "after", "exception")
    rows = PlannedChange.objects.filter(run=run).order_by("data_type", "clever_id")  # type: ignore[misc]
    return [tuple(row[name] for name in fields) for row in rows.values(*fields)]


def school_of(maple: World, clever_id: str) -> str:
    return str(maple.clever.control.person(clever_id)["roles"]["student"]["school"])


def two_employees(maple: World) -> tuple[str, str]:
    def only(role: str) -> str:
        people = maple.clever.control.people(role=role, limit=100)
        return str(next(p["id"] for p in people if list(p["roles"]) == [role]))

    return only("teacher"), only("staff")


def test_F70_a_student_who_becomes_a_teacher_waits_for_a_person(maple: World) -> None:
    maple.sync()
    who = maple.students()[0]
    before = maple.digest()
    school = school_of(maple, who)
    maple.clever.control.edit(
        who,
        {
            "roles.student": None,
            "roles.teacher": {"school": school, "schools": [school], "sis_id": "T-700700"},
        },
    )
    run = maple.sync()
    (row,) = maple.rows(run)
    assert (row.action, row.why["reason"]) == ("conflict", "kind_changed")
    assert maple.digest() == before


def test_F10_two_runs_never_drive_a_pull_under_the_same_fence(maple: World) -> None:
    first, second = maple.sync(), maple.sync()
    assert first.fence == second.fence
    assert first.pull is not None and second.pull is not None
    assert first.pull.fence != second.pull.fence
