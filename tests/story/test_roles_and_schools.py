"""Roles that change and schools that are moved, unknown, unmatched or several (F70, F72)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core.vocabulary import DataType, Status
from imports.models import Alert, Run, RunProblem
from mappings.actions import publish
from mappings.models import SchoolMatch
from mappings.queries import active_ruleset, spec_of
from schools.models import Person
from tests.world import ADMIN, World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVERY_TYPE = (DataType.STUDENT, DataType.TEACHER, DataType.STAFF)


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=24, teachers=6, staff=2, schools=3, corners=False) as ready:
        ready.connect()
        ready.sync(EVERY_TYPE)
        yield ready
        assert_invariants(ready)


def record(maple: World, clever_id: str) -> dict[str, Any]:
    found: dict[str, Any] = maple.clever.control.person(clever_id)
    return found


def teacher(maple: World) -> str:
    people = maple.clever.control.people(role="teacher", limit=100)
    return str(next(p["id"] for p in people if list(p["roles"]) == ["teacher"]))


def people_of_school(maple: World, school: str) -> list[Person]:
    match = SchoolMatch.objects.get(district=maple.district, clever_school_id=school)
    return maple.people(school=match.school, clever_id__isnull=False)


def problems(run: Run) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in RunProblem.objects.filter(run=run):
        found[row.code] = found.get(row.code, 0) + row.people
    return found


def facts(people: list[Person]) -> list[tuple[object, ...]]:
    fresh = Person.objects.filter(pk__in=[one.pk for one in people]).order_by("pk")
    return [(p.pk, p.status, p.school_id, p.clever_id, p.last_name, p.archived_at) for p in fresh]


def test_F70_a_teacher_who_is_a_district_admin_too_is_one_record(maple: World) -> None:
    who = teacher(maple)
    number = maple.person(who).pk
    maple.clever.control.edit(who, {"roles.district_admin": {"title": "Curriculum"}})
    maple.sync(EVERY_TYPE)
    one = maple.person(who)
    assert (one.pk, sorted(one.roles), one.status) == (number, ["staff", "teacher"], Status.ACTIVE)
    maple.clever.control.edit(who, {"roles.teacher": None})
    maple.sync(EVERY_TYPE)
    one = maple.person(who)
    assert (one.pk, one.roles, one.status) == (number, ["staff"], Status.ACTIVE)


def test_F70_a_teacher_who_is_a_contact_stays_a_teacher_and_nothing_else(maple: World) -> None:
    who = teacher(maple)
    before = maple.digest()
    contact = {"phone": "555-0100", "phone_type": "Cell", "student_relationships": []}
    maple.clever.control.edit(who, {"roles.contact": contact})
    run = maple.sync(EVERY_TYPE)
    assert (maple.rows(run), maple.digest()) == ([], before)
    assert maple.person(who).roles == ["teacher"]


def test_F70_a_student_who_becomes_a_teacher_is_told_and_nothing_is_written(maple: World) -> None:
    who = maple.students()[0]
    school = record(maple, who)["roles"]["student"]["school"]
    before = maple.digest()
    new_role = {"school": school, "schools": [school], "sis_id": "T-700700"}
    maple.clever.control.edit(who, {"roles.student": None, "roles.teacher": new_role})
    run = maple.sync(EVERY_TYPE)
    assert [row.action for row in maple.rows(run)] == ["conflict"]
    assert maple.digest() == before
    assert [a.reason for a in Alert.objects.filter(district=maple.district)] == ["kind_changed"]
    assert Person.objects.filter(district=maple.district, clever_id=who).count() == 1


def test_F72_whose_school_is_not_matched_any_more_is_counted_and_stays(maple: World) -> None:
    school = record(maple, maple.students()[0])["roles"]["student"]["school"]
    people = people_of_school(maple, school)
    before = facts(people)
    SchoolMatch.objects.filter(district=maple.district, clever_school_id=school).delete()
    gone, changed = [str(one.clever_id) for one in people if one.kind == "student"][:2]
    maple.clever.control.remove(gone)
    maple.clever.control.edit(changed, {"name.last": "Changed"})
    new = maple.clever.control.add_student(
        first="Ines", last="Newcomer", sis_id="990017", school=school
    )
    for run in (maple.sync(EVERY_TYPE), maple.sync(EVERY_TYPE), maple.sync(EVERY_TYPE, full=True)):
        assert maple.rows(run) == []
        assert facts(people) == before
        met = len(people) - 1 + 1  # without the one who is gone, with the one who is new
        assert problems(run)["school_unmatched"] == met, "told in every run"
    assert not Person.objects.filter(clever_id=new).exists()


def test_F72_a_school_nobody_knows_leaves_its_student_as_it_is(maple: World) -> None:
    who = maple.students()[0]
    before = facts([maple.person(who)])
    unknown = "f" * 24
    maple.clever.control.edit(
        who, {"roles.student.school": unknown, "roles.student.schools": [unknown]}
    )
    run = maple.sync(EVERY_TYPE)
    assert maple.rows(run) == []
    assert facts([maple.person(who)]) == before
    assert problems(run)["school_unmatched"] == 1


def test_F72_leaving_the_scope_by_a_setting_is_not_leaving(maple: World) -> None:
    active = active_ruleset(maple.district, DataType.STUDENT)
    assert active
    school = SchoolMatch.objects.filter(district=maple.district).order_by("pk")[0].school
    assert school
    spec = replace(spec_of(active), all_schools=False, schools=frozenset([school.pk]))
    publish(district=maple.district, spec=spec, by=ADMIN)
    others = [p for p in maple.people(kind="student") if p.school_id != school.pk]
    before = facts(others)
    maple.clever.control.edit(str(others[0].clever_id), {"name.last": "Changed"})
    maple.clever.control.remove(str(others[1].clever_id))
    assert maple.rows(maple.sync(EVERY_TYPE)) == []
    assert facts(others) == before


def test_F72_who_goes_to_several_schools_is_one_record_with_all_of_them(maple: World) -> None:
    who = maple.students()[0]
    home = record(maple, who)["roles"]["student"]["school"]
    schools = [str(school.clever_id) for school in maple.clever_schools()]
    away = next(school for school in schools if school != home)
    maple.clever.control.edit(who, {"roles.student.schools": [home, away]})
    maple.sync()
    one = maple.person(who)
    local = dict(SchoolMatch.objects.values_list("clever_school_id", "school_id"))
    assert one.school_id == local[home]
    assert list(one.sites.values_list("school_id", flat=True)) == [local[away]]
    maple.clever.control.edit(who, {"roles.student.school": away})
    (row,) = maple.rows(maple.sync())
    assert row.action == "move"
    one.refresh_from_db()
    assert one.school_id == local[away]
    assert list(one.sites.values_list("school_id", flat=True)) == [local[home]]
