"""Control actions on single people."""

from typing import Any

from clever_sandbox.change import ControlProblem, kept_user, save_changed_user, save_user, touch
from clever_sandbox.clock import stamp
from clever_sandbox.district import District
from clever_sandbox.dotted import get_path, new_value, set_path
from clever_sandbox.records import Record, from_json, to_json
from clever_sandbox.school_actions import edit_school

_TOP = {
    "first": "name.first",
    "middle": "name.middle",
    "last": "name.last",
    "email": "email",
    "name": "name",
}


def edit(district: District, id: str, changes: dict[str, Any]) -> Record:
    """Changes fields of a person or school by dotted path; None takes a key away.

    A new primary school that is not among the person's schools becomes their only one.
    """
    kept = district.people.get(id)
    if kept is None:
        return edit_school(district, id, changes)
    for path, value in changes.items():
        set_path(kept.record, path, new_value(get_path(kept.record, path), value))
    for role, held in kept.record["roles"].items():
        if f"roles.{role}.school" in changes and held.get("school") not in held["schools"]:
            held["schools"] = [held["school"]]
    save_changed_user(district, kept.record, removed=kept.removed)
    return kept.record


def remove(district: District, id: str) -> None:
    """The person leaves the district's data."""
    kept = kept_user(district, id)
    save_user(district, kept.record, removed=True)


def bring_back(district: District, id: str) -> None:
    """A removed person returns under the same id."""
    kept = kept_user(district, id)
    if not kept.removed:
        raise ControlProblem(f"user {id} has not been removed")
    save_changed_user(district, kept.record)


def add_student(district: District, **fields: Any) -> str:
    """A new student, made up except for the fields given; answers with the id."""
    second = int(district.clock.now().timestamp())
    (student,) = district.students.make(1, district.sharing.special_fields, second)
    return _add(district, student, "student", fields)


def add_teacher(district: District, **fields: Any) -> str:
    """A new teacher, made up except for the fields given; answers with the id."""
    return _add_employee(district, next(district.employees.teachers(1)), "teacher", fields)


def add_staff(district: District, **fields: Any) -> str:
    """A new staff member, made up except for the fields given; answers with the id."""
    return _add_employee(district, next(district.employees.staff(1)), "staff", fields)


def _add_employee(district: District, person: Record, role: str, fields: dict[str, Any]) -> str:
    person["id"] = _new_id(district)
    person["roles"] = {role: person["roles"][role]}
    return _add(district, person, role, fields)


def _add(district: District, person: Record, role: str, fields: dict[str, Any]) -> str:
    given = {_full_path(name, role): value for name, value in fields.items()}
    school = given.get(f"roles.{role}.school")
    if school and f"roles.{role}.schools" not in given:
        given[f"roles.{role}.schools"] = [school]
    for path, value in given.items():
        set_path(person, path, new_value(get_path(person, path), value))
    person["created"] = person["last_modified"] = stamp(district.clock.now())
    save_user(district, person)
    return str(person["id"])


def _full_path(name: str, role: str) -> str:
    return name if "." in name else _TOP.get(name, f"roles.{role}.{name}")


def _new_id(district: District) -> str:
    return district.students.mint.next(int(district.clock.now().timestamp()))


def new_clever_id(district: District, id: str) -> str:
    """The same person under a new id, as after a change of its SIS id; answers with it."""
    kept = kept_user(district, id)
    if kept.removed:
        raise ControlProblem(f"user {id} has been removed")
    save_user(district, from_json(to_json(kept.record)), removed=True)
    kept.record["id"] = _new_id(district)
    kept.record["created"] = stamp(district.clock.now())
    save_changed_user(district, kept.record)
    return str(kept.record["id"])


def merge_employees(district: District, keep: str, other: str) -> Record:
    """Two employees become one: `keep` takes over the roles of `other`, which goes away."""
    kept, gone = kept_user(district, keep), kept_user(district, other)
    roles = {*kept.record["roles"], *gone.record["roles"]}
    if keep == other or kept.removed or gone.removed or roles & {"student", "contact"}:
        raise ControlProblem("only two different employees who are there can be merged")
    kept.record["roles"] = {**gone.record["roles"], **kept.record["roles"]}
    save_changed_user(district, kept.record)
    save_user(district, gone.record, removed=True)
    return kept.record


def split_employee(district: District, id: str) -> list[str]:
    """An employee with several roles keeps the first; the others go to a new id."""
    kept = kept_user(district, id)
    if kept.removed or len(kept.record["roles"]) < 2:
        raise ControlProblem(f"user {id} does not hold two roles")
    first, *others = kept.record["roles"]
    other: Record = from_json(to_json(kept.record))
    other["id"] = _new_id(district)
    other["email"] = "second." + str(other.get("email", ""))
    other["roles"] = {role: other["roles"][role] for role in others}
    kept.record["roles"] = {first: kept.record["roles"][first]}
    save_changed_user(district, kept.record)
    touch(district, other)
    save_user(district, other)
    return [id, str(other["id"])]
