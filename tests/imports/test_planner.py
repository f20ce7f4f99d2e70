"""The pure heart of the plan: plain values in, a row or None out."""

from dataclasses import replace
from typing import Any

import pytest

from core.vocabulary import (
    Action,
    BlankPolicy,
    DataType,
    ImportRule,
    LeaverRule,
    Policy,
    Status,
)
from imports.planner import plan_existing, plan_leaver, plan_newcomer, same
from mappings.spec import FieldSpec, Mapped, Place

FIELDS = (
    "sis_id", "first_name", "last_name", "email", "grade", "class_year", "birth_date", "barcode",
    "weighted_gpa",
)  # fmt: skip
ANNA = "a" * 24
LOCKED = {"email": {"locked_by": "ada", "until": "2026-12-24T07:00:00+00:00"}}


def person(**changes: Any) -> dict[str, Any]:
    now: dict[str, Any] = dict.fromkeys(FIELDS)
    now |= {
        "id": 7,
        "revision": 3,
        "clever_id": ANNA,
        "school_id": 1,
        "status": int(Status.ACTIVE),
        "status_before": None,
        "roles": ["student"],
        "additional_sites": [],
        "protected": False,
        "sis_id": "100",
        "first_name": "Anna",
        "last_name": "Weiss",
        "email": "anna@maple.example",
        "grade": "7",
        "class_year": 2032,
    }
    return now | changes


def mapped(rules: dict[str, FieldSpec] | None = None, **values: Any) -> Mapped:
    blanks = [name for name, value in values.items() if value is None]
    found = {name: value for name, value in values.items() if value is not None}
    table = {name: FieldSpec(name, f"student.{name}") for name in values} | (rules or {})
    return Mapped(
        values=found,
        blanks=blanks,
        rules=table,
        roles=(DataType.STUDENT,),
        data_type=DataType.STUDENT,
        place=Place.IN_SCOPE,
        school=1,
        other_schools=(),
        findings=[],
    )


def existing(now: dict[str, Any], found: Mapped, **more: Any) -> Any:
    more.setdefault("import_rule", ImportRule.ADD_AND_UPDATE)
    return plan_existing(now, found, clever_id=ANNA, run_types=[DataType.STUDENT], **more)


def test_B08_a_changed_field_is_carried_over_with_both_values() -> None:
    row = existing(person(), mapped(first_name="Anne", last_name="Weiss"))
    assert row.action == Action.UPDATE
    assert (row.before, row.after) == ({"first_name": "Anna"}, {"first_name": "Anne"})
    assert (row.person_id, row.person_revision) == (7, 3)


def test_nobody_is_changed_for_nothing() -> None:
    assert existing(person(), mapped(first_name="Anna", last_name="Weiss")) is None


def test_F56_the_same_address_in_other_letters_is_no_change() -> None:
    assert existing(person(), mapped(email="Anna@Maple.Example")) is None
    assert existing(person(), mapped(email="anna@oak.example")) is not None


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [("3.5000", "3.5", True), ("3.5", "3.51", False), (None, "3.5", False)],
)
def test_decimals_are_compared_as_numbers(old: Any, new: Any, alike: bool) -> None:
    assert same("weighted_gpa", old, new) is alike


@pytest.mark.parametrize(
    ("policy", "old", "written"),
    [
        (Policy.CLEVER_DECIDES, "Ann", True),
        (Policy.FILL_WHEN_BLANK, "Ann", False),
        (Policy.FILL_WHEN_BLANK, None, True),
        (Policy.ONLY_WHEN_CREATED, None, False),
        (Policy.ONLY_WHEN_CREATED, "Ann", False),
    ],
)
def test_A33_each_policy_writes_when_it_may(policy: Policy, old: Any, written: bool) -> None:
    rule = {"first_name": FieldSpec("first_name", "name.first", policy)}
    row = existing(person(first_name=old), mapped(rule, first_name="Anne"))
    assert (row is not None) is written


def test_a_locked_field_keeps_its_value() -> None:
    row = existing(
        person(),
        mapped(first_name="Anne", email="new@maple.example"),
        locks=LOCKED,
    )
    assert row.after == {"first_name": "Anne"}


def test_F62_a_blank_from_clever_keeps_or_clears_by_the_rule() -> None:
    assert existing(person(), mapped(email=None)) is None
    clear = {"email": FieldSpec("email", "email", Policy.CLEVER_DECIDES, BlankPolicy.CLEAR)}
    row = existing(person(), mapped(clear, email=None))
    assert row.after == {"email": None}
    assert "blank" in row.effects


def test_F62_what_identifies_a_person_is_never_cleared() -> None:
    clear = {"sis_id": FieldSpec("sis_id", "x", Policy.CLEVER_DECIDES, BlankPolicy.CLEAR)}
    assert existing(person(), mapped(clear, sis_id=None)) is None


def test_B07_a_move_names_both_schools() -> None:
    found = mapped(first_name="Anna")
    found.school = 2
    row = existing(person(), found)
    assert row.action == Action.MOVE
    assert (row.old_school, row.school, row.after["site"]) == (1, 2, 2)


def test_a_return_restores_the_status_from_before() -> None:
    left = person(status=int(Status.TRANSFERRED), status_before=int(Status.SUSPENDED))
    row = existing(left, mapped(first_name="Anna"))
    assert row.action == Action.RESTORE
    assert row.after == {"status": Status.SUSPENDED}


def test_a_status_set_here_is_not_taken_back() -> None:
    assert existing(person(status=int(Status.TRANSFERRED)), mapped(first_name="Anna")) is None


def test_A44_add_only_links_and_writes_nothing_else() -> None:
    row = existing(
        person(clever_id=None),
        mapped(first_name="Anne"),
        import_rule=ImportRule.ADD_ONLY,
        linked_by="sis_id",
    )
    assert row.after == {"clever_id": ANNA}
    assert row.why == {"match": "sis_id"}
    assert existing(person(), mapped(first_name="Anne"), import_rule=ImportRule.ADD_ONLY) is None


def test_the_new_school_year_is_named_as_such() -> None:
    row = existing(person(), mapped(grade="8", class_year=2032))
    assert "new_year" in row.effects
    assert "new_year" not in existing(person(), mapped(grade="9")).effects
    assert "new_year" not in existing(person(), mapped(grade="8", first_name="Anne")).effects
    assert "new_year" in existing(person(grade="K"), mapped(grade="1")).effects


def test_A33_other_sites_that_no_rule_maps_stay() -> None:
    found = mapped(first_name="Anna")
    found.other_schools = (3,)
    assert existing(person(additional_sites=[2]), found) is None
    rule = {"additional_sites": FieldSpec("additional_sites", "student.schools")}
    row = existing(person(additional_sites=[2]), replace(found, rules={**found.rules, **rule}))
    assert row.after == {"additional_sites": [3]}


def test_another_name_and_another_birth_date_is_another_identity() -> None:
    now = person(birth_date="2013-05-02")
    row = existing(now, mapped(first_name="Omar", birth_date="2012-01-09"))
    assert "identity" in row.effects
    assert "identity" not in existing(now, mapped(first_name="Omar")).effects


def test_roles_of_types_that_are_off_stay() -> None:
    now = person(roles=["staff", "teacher"])
    found = mapped(first_name="Anna")
    found.roles, found.data_type = (DataType.TEACHER,), DataType.TEACHER
    row = plan_existing(
        now,
        found,
        clever_id=ANNA,
        run_types=[DataType.TEACHER],
        import_rule=ImportRule.ADD_AND_UPDATE,
    )
    assert row is None


def test_B13_a_new_record_has_every_value_and_the_local_defaults() -> None:
    found = mapped(sis_id="100", last_name="Weiss", sex=None)
    row = plan_newcomer(
        found, clever_id=ANNA, defaults={"city": "Maple", "last_name": "Never", "sex": "U"}, why={}
    )
    assert row.after == {
        "sis_id": "100",
        "last_name": "Weiss",
        "city": "Maple",
        "sex": "U",
        "clever_id": ANNA,
        "site": 1,
        "status": 1,
        "roles": ["student"],
    }


def leaver(now: dict[str, Any], rule: LeaverRule = LeaverRule.MARK_TRANSFERRED) -> Any:
    return plan_leaver(now, data_type=DataType.STUDENT, rule=rule, confirmed=True)


def test_B32_a_leaver_is_marked_transferred_and_nothing_else() -> None:
    row = leaver(person())
    assert (row.before, row.after) == ({"status": 1}, {"status": 4})
    assert leaver(person(), LeaverRule.MARK_INACTIVE).after == {"status": 5}
    assert leaver(person(), LeaverRule.LEAVE_ALONE) is None


@pytest.mark.parametrize("status", [Status.TRANSFERRED, Status.INACTIVE, Status.OTHER])
def test_B23_a_leaver_whose_status_was_set_here_stays_as_set(status: Status) -> None:
    assert leaver(person(status=int(status))) is None


def test_C12_protected_people_are_never_transferred() -> None:
    assert leaver(person(protected=True)) is None


def test_H12_what_a_lock_or_a_policy_keeps_is_noted_beside_what_changes() -> None:
    rules = {"barcode": FieldSpec("barcode", "student.sis_id", Policy.FILL_WHEN_BLANK)}
    read = mapped(rules, grade="8", email="new@maple.example", barcode="B2", first_name="Anna")
    here = person(barcode="B1")
    row = plan_existing(
        here, read, clever_id=ANNA, run_types=[DataType.STUDENT], locks=LOCKED,
        import_rule=ImportRule.ADD_AND_UPDATE,
    )  # fmt: skip
    assert row is not None
    assert row.after == {"grade": "8"}
    assert row.why["kept"] == {
        "email": {
            "here": "anna@maple.example",
            "clever": "new@maple.example",
            "by": "lock",
            **LOCKED["email"],
        },
        "barcode": {"here": "B1", "clever": "B2", "by": "fill_when_blank"},
    }
    all_kept = mapped(rules, email="new@maple.example", barcode="B2")
    assert (
        plan_existing(
            here, all_kept, clever_id=ANNA, run_types=[DataType.STUDENT], locks=LOCKED,
            import_rule=ImportRule.ADD_AND_UPDATE,
        )
        is None
    )  # fmt: skip
