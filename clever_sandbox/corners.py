"""Awkward but lawful contents, given to a few students at fixed places in every 125."""

from collections.abc import Callable

from clever_sandbox.records import Record

Corner = Callable[[Record], None]
EVERY = 125
FIRST_OF_TWINS = 60


def corner_grade(place: int, grade: str) -> str:
    """The grade of the student at this place, which for two in 125 is one before Kindergarten."""
    return {33: "TransitionalKindergarten", 35: "PreKindergarten"}.get(place % EVERY, grade)


def add_corner(student: Record, place: int) -> None:
    """Changes the student when its place is one of the awkward ones."""
    change = _CORNERS.get(place % EVERY)
    if change is not None:
        change(student)


def make_twin(student: Record, other: Record) -> None:
    """Turns the student into the twin of another: same last name, birthday, home and school."""
    student["name"]["last"] = other["name"]["last"]
    role, theirs = student["roles"]["student"], other["roles"]["student"]
    for shared in ("school", "schools", "grade", "graduation_year", "dob", "location"):
        if shared in theirs:
            role[shared] = theirs[shared]


def _set(path: str, value: object) -> Corner:
    def change(student: Record) -> None:
        *outer, name = path.split(".")
        inner = student
        for step in outer:
            inner = inner[step]
        inner[name] = value

    return change


def _drop(path: str) -> Corner:
    def change(student: Record) -> None:
        *outer, name = path.split(".")
        inner = student
        for step in outer:
            inner = inner[step]
        del inner[name]

    return change


def _long_username(student: Record) -> None:
    credentials = student["roles"]["student"]["credentials"]
    credentials["district_username"] = f"{credentials['district_username']:x<62}"


def _email_without_at(student: Record) -> None:
    student["email"] = student["email"].split("@")[0]


_CORNERS: dict[int, Corner] = {
    5: _set("name.last", "O'Connor"),
    11: _set("email", ""),
    17: _set("name.last", "García-Whitehorse"),
    23: _long_username,
    29: _email_without_at,
    41: _set("name", {"first": "Zoë", "middle": "", "last": "Østergård"}),
    47: _drop("roles.student.dob"),
    53: _set("roles.student.graduation_year", ""),
    67: _set("roles.student.state_id", None),
    71: _drop("email"),
    77: _set("name", {"first": "Maria", "last": "García"}),
    78: _set("name", {"first": "Maria", "last": "García"}),
    83: _set("roles.student.gender", ""),
    89: _set("roles.student.location", {"zip": "10001"}),
    97: _set("name.middle", None),
    103: _drop("roles.student.credentials"),
    109: _set("name.first", "Nguyễn Thị"),
}
