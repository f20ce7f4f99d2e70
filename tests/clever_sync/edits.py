"""Random things that happen in a district, for properties: each is done at the sandbox."""

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from clever_sandbox.control_client import Control, ControlError

PLACES = st.integers(0, 30)
NAMES = st.sampled_from(["Lund", "Sørensen", "O'Neil", "Berg", "Nguyễn"])


def _one(name: str, **args: Any) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(args))


STEPS = st.one_of(
    _one("rename", place=PLACES, last=NAMES),
    _one("move", place=PLACES, school=st.integers(0, 3)),
    _one("blank", place=PLACES),
    _one("remove", place=PLACES),
    _one("bring_back", place=PLACES),
    _one("add", last=NAMES),
    _one("new_id", place=PLACES),
    _one("merge", place=PLACES, other=PLACES),
    _one("split", place=PLACES),
    _one("unshare_school", school=st.integers(0, 3)),
    _one("share_school", school=st.integers(0, 3)),
    _one("hide_role", role=st.sampled_from(["teacher", "staff"])),
    _one("show_role", role=st.sampled_from(["teacher", "staff"])),
)


def do(control: Control, step: tuple[str, dict[str, Any]]) -> None:
    """Does one step as far as it makes sense just then."""
    name, args = step
    with suppress(ControlError):
        _DO[name](control, args)


def _somebody(control: Control, place: int, role: str | None = None) -> str:
    people = control.people(role, limit=100, all=True)
    return str(people[place % len(people)]["id"])


def _school(control: Control, place: int) -> str:
    schools = control.schools()
    return str(schools[place % len(schools)]["id"])


def _move(control: Control, args: dict[str, Any]) -> None:
    student = _somebody(control, args["place"], "student")
    school = _school(control, args["school"])
    control.edit(student, {"roles.student.school": school, "roles.student.schools": [school]})


def _blank(control: Control, args: dict[str, Any]) -> None:
    control.edit(_somebody(control, args["place"]), {"email": None, "name.middle": ""})


def _merge(control: Control, args: dict[str, Any]) -> None:
    control.merge_employees(
        _somebody(control, args["place"], "teacher"), _somebody(control, args["other"], "staff")
    )


def _id(control: Control, args: dict[str, Any]) -> str:
    return _somebody(control, args["place"])


_DO: dict[str, Any] = {
    "rename": lambda c, a: c.edit(_id(c, a), {"name.last": a["last"]}),
    "move": _move,
    "blank": _blank,
    "remove": lambda c, a: c.remove(_id(c, a)),
    "bring_back": lambda c, a: c.bring_back(_id(c, a)),
    "add": lambda c, a: c.add_student(first="Nova", last=a["last"]),
    "new_id": lambda c, a: c.new_clever_id(_id(c, a)),
    "merge": _merge,
    "split": lambda c, a: c.split_employee(_id(c, a)),
    "unshare_school": lambda c, a: c.unshare_school(_school(c, a["school"])),
    "share_school": lambda c, a: c.share_school(_school(c, a["school"])),
    "hide_role": lambda c, a: c.share_role(a["role"], False),
    "show_role": lambda c, a: c.share_role(a["role"], True),
}
