"""Where people belong, and who holds several roles. No database."""

import pytest

from core.vocabulary import DataType, ImportRule, LeaverRule, PersonKind
from mappings.engine import compile_rules
from mappings.spec import FieldSpec, Place, SchoolMap
from tests.mappings.rules import (
    BIRCH,
    CEDAR,
    MAPLE,
    OFFICE,
    Payload,
    employees,
    mapped,
    mapper,
    spec,
    student,
    teacher,
)

TEACHER, STAFF = DataType.TEACHER, DataType.STAFF
TITLES = (
    spec(TEACHER, rules=[FieldSpec("title", "teacher.title")]),
    spec(STAFF, rules=[FieldSpec("title", "staff.title")]),
)


def test_B07_B24_the_site_is_the_matched_school() -> None:
    found = mapped(student(student__school="birch", student__schools=["birch"]))

    assert (found.place, found.school) == (Place.IN_SCOPE, BIRCH)


def test_B24_an_unmatched_school_gives_no_site_at_all() -> None:
    found = mapped(student(student__school="willow", student__schools=["willow", "birch"]))

    assert (found.place, found.school) == (Place.UNMATCHED, None)


def test_a_student_without_a_school_is_unmatched() -> None:
    found = mapped(student(student__school="", student__schools=[]))

    assert (found.place, found.school) == (Place.UNMATCHED, None)


def test_do_not_sync_is_an_answer_too() -> None:
    found = mapped(student(student__school="closed"))

    assert (found.place, found.school) == (Place.DO_NOT_SYNC, None)


def test_A42_only_chosen_schools_are_in_scope() -> None:
    chosen = spec(chosen=[BIRCH])

    assert mapped(student(), chosen).place is Place.NOT_CHOSEN
    assert mapped(student(student__school="birch"), chosen).place is Place.IN_SCOPE


def test_A41_all_mapped_schools_are_in_scope() -> None:
    for school in ("maple", "birch", "cedar"):
        assert mapped(student(student__school=school)).place is Place.IN_SCOPE


def test_other_sites_are_matched_schools_beside_the_primary_one() -> None:
    payload = student(student__schools=["cedar", "maple", "willow", "closed", "birch"])

    assert mapped(payload).other_schools == (BIRCH, CEDAR)
    assert mapped(payload, spec(rules=[FieldSpec("additional_sites", "")])).other_schools == ()


def test_a_district_admin_belongs_to_the_district_office() -> None:
    found = employees().map({"name.last": "Rivera", "email": "r@x.example"}, ["district_admin"])

    assert (found.place, found.school) == (Place.IN_SCOPE, OFFICE)
    assert found.roles == (STAFF,)
    assert found.data_type == STAFF


def test_A42_the_district_office_is_chosen_like_any_school() -> None:
    payload = {"name.last": "Rivera"}
    roles = ["district_admin"]

    assert employees(spec(STAFF, chosen=[MAPLE])).map(payload, roles).place is Place.NOT_CHOSEN
    assert employees(spec(STAFF, chosen=[OFFICE])).map(payload, roles).place is Place.IN_SCOPE


def test_staff_belong_to_the_first_of_their_schools() -> None:
    payload: Payload = {
        "name.last": "Osei",
        "staff.schools": ["birch", "maple"],
        "staff.staff_id": "S1",
    }

    found = employees().map(payload, ["staff"])

    assert (found.school, found.other_schools) == (BIRCH, (MAPLE,))
    assert found.values["staff_id"] == "S1"


def test_staff_without_a_school_are_unmatched_unless_they_are_district_admins() -> None:
    payload = {"name.last": "Osei"}

    assert employees().map(payload, ["staff"]).place is Place.UNMATCHED
    assert employees().map(payload, ["staff", "district_admin"]).school == OFFICE


def test_C16_teacher_wins_over_staff_and_both_bring_their_own() -> None:
    payload = teacher(
        staff__title="Librarian", staff__staff_id="S7", staff__schools=["birch", "cedar"]
    )

    found = employees(*TITLES).map(payload, ["staff", "teacher"])

    assert found.values["title"] == "Grade 9 English"
    assert found.values["staff_id"] == "S7"
    assert found.values["teacher_number"] == "701"
    assert found.roles == (TEACHER, STAFF)
    assert found.data_type == TEACHER
    assert found.school == MAPLE
    assert found.other_schools == (BIRCH, CEDAR)
    assert found == employees(*TITLES).map(payload, ["teacher", "staff"])


def test_C16_the_keys_of_both_roles_count() -> None:
    names = [name for name, _ in employees().key_fields(["teacher", "staff"])]

    assert names == ["sis_id", "teacher_number", "staff_id", "email"]


def test_a_type_that_is_switched_off_does_not_write() -> None:
    only_staff = employees(TITLES[1])
    payload = teacher(staff__title="Librarian", staff__schools=["birch"])

    found = only_staff.map(payload, ["teacher", "staff"])

    assert found.values["title"] == "Librarian"
    assert found.roles == (STAFF,)
    assert found.school == BIRCH
    assert "teacher_number" not in found.rules


def test_staff_wins_over_district_admin() -> None:
    payload = {"name.last": "Rivera", "district_admin.title": "Superintendent"}
    both: Payload = {**payload, "staff.title": "Principal", "staff.schools": ["maple"]}

    titles = employees(TITLES[1])

    assert titles.map(payload, ["district_admin"]).values["title"] == "Superintendent"
    assert titles.map(both, ["staff", "district_admin"]).values["title"] == "Principal"


def test_A42_each_type_reaches_only_as_far_as_its_own_schools() -> None:
    teachers_at_birch = spec(TEACHER, rules=[FieldSpec("title", "teacher.title")], chosen=[BIRCH])
    payload = teacher(staff__title="Librarian", staff__schools=["maple"], staff__staff_id="S7")

    found = employees(teachers_at_birch, TITLES[1]).map(payload, ["teacher", "staff"])

    assert (found.place, found.school) == (Place.IN_SCOPE, MAPLE)
    assert found.values["title"] == "Librarian"
    assert "teacher_number" not in found.rules
    assert found.data_type == STAFF
    assert found.roles == (TEACHER, STAFF)


def test_roles_of_no_ruleset_are_a_mistake_of_the_caller() -> None:
    assert mapper().data_types(["teacher", "contact"]) == ()
    with pytest.raises(ValueError, match="no ruleset is about the roles teacher"):
        mapper().map(teacher(), ["teacher"])


def test_A44_the_rules_of_each_type_are_told() -> None:
    both = employees(
        spec(TEACHER, import_rule=ImportRule.UPDATE_ONLY),
        spec(STAFF, leaver_rule=LeaverRule.LEAVE_ALONE),
    )

    assert both.import_rule(TEACHER) is ImportRule.UPDATE_ONLY
    assert both.import_rule(STAFF) is ImportRule.ADD_AND_UPDATE
    assert both.leaver_rule(TEACHER) is LeaverRule.MARK_TRANSFERRED
    assert both.leaver_rule(STAFF) is LeaverRule.LEAVE_ALONE


def test_mapping_the_same_person_again_shares_nothing_that_may_be_changed() -> None:
    mapper_of_all = mapper()
    first = mapper_of_all.map(student(), ["student"])
    first.values["last_name"] = "Changed"
    first.blanks.append("email")

    second = mapper_of_all.map(student(), ["student"])

    assert second.values["last_name"] == "Birch"
    assert second.blanks == []


def test_an_empty_matching_leaves_everybody_unmatched() -> None:
    nobody = compile_rules(
        kind=PersonKind.STUDENT,
        specs=[spec()],
        schools=SchoolMap({}, OFFICE, b""),
        school_year_end=2026,
    )

    assert nobody.map(student(), ["student"]).place is Place.UNMATCHED
