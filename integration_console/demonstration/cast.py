"""Who is in Clever before the story begins: shaped from what the sandbox makes up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integration_console.demonstration.sizes import Sizes
from integration_console.demonstration.stage import Record, Stage

MAPLE, HARBOR = "maple", "harbor"
PLACE = "Willow Creek"
WRONG_DOMAIN, RIGHT_DOMAIN = "wrong.example", "staff.maple.example"


@dataclass
class Cast:
    """The schools and people that the nights are about. `pool` are pupils to whom nothing else
    happens, each used once."""

    willow: str
    elementary: list[str]
    pool: Iterator[Record]

    def pupil(self) -> Record:
        """Somebody in an elementary school to whom nothing has happened yet."""
        return next(self.pool)


def scenario(sizes: Sizes, begins: datetime) -> Record:
    """The two districts that are in Clever. Equal sizes make equal people."""
    plain: dict[str, Any] = {"corners": False, "district_admins": 0}
    return {
        "clock": begins.astimezone(UTC).isoformat(),
        "districts": [
            {
                "key": MAPLE,
                "name": "Maple Ridge Unified",
                "schools": sizes.schools,
                "students": sizes.students,
                "teachers": sizes.teachers,
                # One teacher is staff as well.
                "staff": sizes.staff - 1,
                "seed": 7,
                **plain,
            },
            {
                "key": HARBOR,
                "name": "Harbor Point Schools",
                "schools": sizes.harbor_schools,
                "students": sizes.harbor_students,
                "seed": 11,
                **plain,
            },
        ],
    }


def cast(stage: Stage, sizes: Sizes) -> Cast:
    """Shapes the districts; the same every time."""
    schools = sorted(stage.control.schools(), key=lambda school: str(school["id"]))
    highs = [school for school in schools if school["low_grade"] == "9"]
    willow, other = highs[0]["id"], highs[1]["id"]
    for school in schools:
        if school["name"].startswith(PLACE):
            stage.edit(school["id"], name=school["name"].replace(PLACE, "Fern Hollow"))
    stage.edit(willow, name=f"{PLACE} High")
    _one_teacher_with_two_roles(stage)
    _fill_willow(stage, willow, other, sizes)
    _cross_harbor(stage, sizes)
    elementary = [school["id"] for school in schools if school["high_grade"] == "5"]
    pupils = [
        student
        for student in stage.people("student")
        if student["roles"]["student"]["school"] in elementary
        and student["roles"]["student"]["grade"].isdigit()
    ]
    # Not neighbours, and the same ones every time.
    pupils.sort(key=lambda student: str(student["roles"]["student"]["sis_id"])[::-1])
    return Cast(willow, elementary, iter(pupils))


def _one_teacher_with_two_roles(stage: Stage) -> None:
    both = [person["id"] for person in stage.people("teacher") if "staff" in person["roles"]]
    for teacher in both[1:]:
        stage.edit(teacher, roles__staff=None)


def _fill_willow(stage: Stage, willow: str, other: str, sizes: Sizes) -> None:
    """Exactly so many people at Willow Creek High, who belong to no other school."""
    for role, count in (
        ("student", sizes.willow_students),
        ("teacher", sizes.willow_teachers),
        ("staff", sizes.willow_staff),
    ):
        at = f"roles.{role}.schools"
        everyone = {at: [willow, other]}
        _bulk(stage, role, "schools", [other], everyone)
        if role != "staff":
            _bulk(stage, role, "school", other, {at: other})
        # Whoever holds two roles stays away, so that nobody half leaves.
        where: Record = {"roles.teacher" if role == "staff" else "roles.staff": None}
        where |= {at: other} if role == "student" else {"roles.district_admin": None}
        _bulk(stage, role, "schools", [willow], where, limit=count)
        if role != "staff":
            _bulk(stage, role, "school", willow, {at: willow})


def _bulk(stage: Stage, role: str, path: str, value: Any, where: Record, **more: Any) -> None:
    stage.change("bulk_edit", role=role, path=path, value=value, where=where, **more)


def _cross_harbor(stage: Stage, sizes: Sizes) -> None:
    """A few SIS IDs of Harbor Point are the student numbers of others there."""
    students = [person["roles"]["student"] for person in stage.people("student", HARBOR)]
    others = students[sizes.harbor_crossed : 2 * sizes.harbor_crossed]
    crossed = {
        student["sis_id"]: other["student_number"]
        for student, other in zip(students[: sizes.harbor_crossed], others, strict=True)
    }
    _bulk(stage, "student", "sis_id", {"$map": crossed}, {}, district=HARBOR)
