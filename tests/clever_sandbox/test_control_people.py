"""C30: changing people through the control API."""

import pytest

from clever_sandbox.control_client import ControlError
from clever_sandbox.running import RunningSandbox
from tests.clever_sandbox.asking import Asking, Record


def somebody(sandbox: RunningSandbox, role: str = "student") -> Record:
    return sandbox.control.people(role, limit=1)[0]


def both_roles(sandbox: RunningSandbox) -> Record:
    return next(p for p in sandbox.control.people("teacher") if "staff" in p["roles"])


def test_C30_edit_changes_fields_and_says_so_in_an_event(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    before = somebody(sandbox)
    sandbox.control.edit(before["id"], {"name.first": "Zed", "roles.student.grade": "13"})
    after = ask.json(f"/users/{before['id']}")["data"]
    assert (after["name"]["first"], after["roles"]["student"]["grade"]) == ("Zed", "13")
    assert after["last_modified"] > before["last_modified"]
    (event,) = ask.events()
    assert event["type"] == "users.updated"
    assert event["data"]["object"] == after
    assert event["data"]["previous_attributes"] == {
        "name": {"first": before["name"]["first"]},
        "roles": {"student": {"grade": before["roles"]["student"]["grade"]}},
        "last_modified": before["last_modified"],
    }


def test_C30_edit_with_none_takes_the_key_away_and_null_is_a_rule(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    person = somebody(sandbox)
    changes = {"email": None, "roles.student.dob": {"$null": True}}
    sandbox.control.edit(person["id"], changes)
    after = ask.json(f"/users/{person['id']}")["data"]
    assert "email" not in after
    assert after["roles"]["student"]["dob"] is None


def test_C30_edit_moves_a_student_to_another_school(sandbox: RunningSandbox, ask: Asking) -> None:
    person = somebody(sandbox)
    old = person["roles"]["student"]["schools"]
    new = next(s["id"] for s in sandbox.control.schools() if s["id"] not in old)
    changes = {"roles.student.school": new, "roles.student.schools": [new]}
    sandbox.control.edit(person["id"], changes)
    assert person["id"] in ask.ids(f"/schools/{new}/users")
    assert all(person["id"] not in ask.ids(f"/schools/{school}/users") for school in old)


def test_C30_remove_and_bring_back_keep_the_id(sandbox: RunningSandbox, ask: Asking) -> None:
    person = somebody(sandbox)["id"]
    sandbox.control.remove(person)
    assert ask.get(f"/users/{person}").status_code == 404
    assert person not in ask.ids("/users")
    sandbox.control.bring_back(person)
    assert person in ask.ids("/users")
    assert [event["type"] for event in ask.events()] == ["users.deleted", "users.created"]


def test_C30_new_people_come_last_and_newest(sandbox: RunningSandbox, ask: Asking) -> None:
    school = sandbox.control.schools()[0]["id"]
    added = [
        sandbox.control.add_student(first="Ann", last="Bee", sis_id="777", school=school),
        sandbox.control.add_teacher(first="Ted", email="ted@staff.example"),
        sandbox.control.add_staff(last="Stark", title="Nurse"),
    ]
    assert ask.ids("/users")[-3:] == added
    student, teacher, staff = (ask.json(f"/users/{each}")["data"] for each in added)
    assert student["roles"]["student"]["sis_id"] == "777"
    assert student["roles"]["student"]["schools"] == [school]
    assert student["name"] | {"middle": ""} == {"first": "Ann", "middle": "", "last": "Bee"}
    assert teacher["email"] == "ted@staff.example"
    assert staff["roles"]["staff"]["title"] == "Nurse"
    assert [event["type"] for event in ask.events()] == ["users.created"] * 3


def test_C30_added_people_have_numbers_of_their_own(sandbox: RunningSandbox, ask: Asking) -> None:
    for _ in range(3):
        sandbox.control.add_teacher()
        sandbox.control.add_student()
    teachers = [p["roles"]["teacher"]["sis_id"] for p in ask.walk("/users", role="teacher")]
    students = [p["roles"]["student"]["sis_id"] for p in ask.walk("/users", role="student")]
    assert len(set(teachers)) == len(teachers) == 23
    assert len(set(students)) == len(students) == 63


def test_C30_a_new_clever_id_is_the_same_person(sandbox: RunningSandbox, ask: Asking) -> None:
    old = somebody(sandbox)
    new_id = sandbox.control.new_clever_id(old["id"])
    assert ask.get(f"/users/{old['id']}").status_code == 404
    new = ask.json(f"/users/{new_id}")["data"]
    assert (new["name"], new["roles"]) == (old["name"], old["roles"])
    assert [event["type"] for event in ask.events()] == ["users.deleted", "users.created"]


def test_C30_employees_are_merged_and_split(sandbox: RunningSandbox, ask: Asking) -> None:
    person = both_roles(sandbox)
    kept, other = sandbox.control.split_employee(person["id"])
    assert kept == person["id"]
    assert ask.json(f"/users/{kept}")["data"]["roles"].keys() == {"teacher"}
    assert ask.json(f"/users/{other}")["data"]["roles"].keys() == {"staff"}
    sandbox.control.merge_employees(kept, other)
    assert ask.json(f"/users/{kept}")["data"]["roles"].keys() == {"teacher", "staff"}
    assert ask.get(f"/users/{other}").status_code == 404


def test_C30_students_are_never_merged(sandbox: RunningSandbox) -> None:
    one, two = sandbox.control.people("student", limit=2)
    with pytest.raises(ControlError, match="employees"):
        sandbox.control.merge_employees(one["id"], two["id"])


def test_C30_bulk_edit_changes_everybody_with_a_role(sandbox: RunningSandbox, ask: Asking) -> None:
    changed = sandbox.control.bulk_edit("teacher", "email", {"$domain": "wrong.example"})
    assert changed == 20
    teachers = ask.walk("/users", role="teacher")
    assert all(person["email"].endswith("@wrong.example") for person in teachers)
    assert len(ask.events()) == 20


def test_C30_bulk_edit_of_some(sandbox: RunningSandbox, ask: Asking) -> None:
    where = {"roles.student.grade": ["9", "10"]}
    wanted = [
        person["id"]
        for person in ask.walk("/users", role="student")
        if person["roles"]["student"]["grade"] in ("9", "10")
    ]
    assert sandbox.control.bulk_edit("student", "grade", {"$map": {"9": "09"}}, where) <= len(
        wanted
    )
    assert sandbox.control.bulk_edit("student", "state_id", {"$null": True}, where, limit=2) == 2
    grades = {person["roles"]["student"]["grade"] for person in ask.walk("/users", role="student")}
    assert "9" not in grades
    assert "09" in grades


def test_C30_rollover(sandbox: RunningSandbox, ask: Asking) -> None:
    before = {p["id"]: p["roles"]["student"] for p in ask.walk("/users", role="student")}
    leaving = {each for each, student in before.items() if student["grade"] == "12"}
    counts = sandbox.control.rollover()
    after = {p["id"]: p["roles"]["student"] for p in ask.walk("/users", role="student")}
    assert counts == {
        "promoted": len(before) - len(leaving),
        "graduated": len(leaving),
        "new": len(leaving),
    }
    assert leaving.isdisjoint(after)
    assert {after[each]["grade"] for each in after.keys() - before.keys()} <= {"Kindergarten"}
    assert all(
        after[each]["grade"] == str(int(student["grade"]) + 1)
        for each, student in before.items()
        if student["grade"].isdigit() and each in after
    )
    assert all(student["school"] in student["schools"] for student in after.values())


def test_C30_rollover_gives_classes_new_ids(sandbox: RunningSandbox, ask: Asking) -> None:
    before = {kind: set(ask.ids(f"/{kind}")) for kind in ("sections", "courses", "terms")}
    sandbox.control.rollover()
    for kind, ids in before.items():
        assert ids
        assert ids.isdisjoint(ask.ids(f"/{kind}"))


@pytest.mark.parametrize("action", ["remove", "bring_back", "new_clever_id", "split_employee"])
def test_C30_unknown_people_are_refused(sandbox: RunningSandbox, action: str) -> None:
    with pytest.raises(ControlError, match="no user"):
        sandbox.control.do(action, id="5" * 24)


def test_C30_unknown_actions_and_arguments_are_refused(sandbox: RunningSandbox) -> None:
    with pytest.raises(ControlError, match="unknown action"):
        sandbox.control.do("explode")
    with pytest.raises(ControlError, match="argument"):
        sandbox.control.do("remove", who="me")
    with pytest.raises(ControlError, match="no district"):
        sandbox.control.of("nowhere").rollover()


def test_C30_people_are_found_by_words_and_role(sandbox: RunningSandbox) -> None:
    person = somebody(sandbox)
    number = person["roles"]["student"]["sis_id"]
    assert sandbox.control.people("student", text=f'"{number}"') == [person]
    assert sandbox.control.people("teacher", text=f'"{number}"') == []
    assert sandbox.control.people(text="100%_sure") == []
    sandbox.control.remove(person["id"])
    assert sandbox.control.people("student", limit=1) != [person]
    (found,) = sandbox.control.people("student", limit=1, all=True)
    assert (found["id"], found["hidden"]) == (person["id"], 1)
    assert sandbox.control.person(person["id"])["id"] == person["id"]
