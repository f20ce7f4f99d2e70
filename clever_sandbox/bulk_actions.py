"""Control actions on many people at once, one after the other in constant memory."""

from typing import Any

from clever_sandbox import made_up
from clever_sandbox.change import ControlProblem, save_changed_user
from clever_sandbox.clock import stamp
from clever_sandbox.district import District
from clever_sandbox.dotted import get_path, holds, new_value, set_path
from clever_sandbox.people import REMOVED
from clever_sandbox.records import ROLE_BITS, STUDENT_BIT, Record
from clever_sandbox.school_actions import all_schools
from clever_sandbox.schools import School, grades_of
from clever_sandbox.students import graduation_year

_PROMOTED = dict(zip(made_up.USUAL_GRADES, made_up.USUAL_GRADES[1:], strict=False)) | {
    "InfantToddler": "Preschool",
    "Preschool": "PreKindergarten",
    "PreKindergarten": "Kindergarten",
    "TransitionalKindergarten": "Kindergarten",
}
_LEAVING = ("12", "13", "PostGraduate")


def bulk_edit(
    district: District,
    role: str,
    path: str,
    value: Any,
    where: dict[str, Any] | None = None,
    limit: int | None = None,
) -> int:
    """Changes one field of everybody with a role (and `where`); answers with how many changed.

    A path without a dot that is no top-level field is taken inside the role.
    """
    if role not in ROLE_BITS:
        raise ControlProblem(f"no role {role}")
    full = path if "." in path or path in ("email", "name") else f"roles.{role}.{path}"
    changed = 0
    for user_id in district.people.ids(f"roles & {ROLE_BITS[role]} AND hidden <> {REMOVED}"):
        if limit is not None and changed >= limit:
            break
        kept = district.people.get(user_id)
        if kept is None or role not in kept.record["roles"] or not holds(kept.record, where):
            continue
        old = get_path(kept.record, full)
        new = new_value(old, value)
        if new is old or new == old:
            continue
        set_path(kept.record, full, new)
        save_changed_user(district, kept.record)
        changed += 1
    return changed


def rollover(district: District) -> dict[str, int]:
    """The new school year: everybody one grade up, leavers gone, as many new kindergartners."""
    district.year_end += 1
    teaching = {
        school["id"]: School(school["id"], grades_of(school)) for school, _ in all_schools(district)
    }
    counts = {"promoted": 0, "graduated": 0, "new": 0}
    where = f"roles & {STUDENT_BIT} AND hidden <> {REMOVED}"
    for place, user_id in enumerate(district.people.ids(where)):
        kept = district.people.get(user_id)
        if kept is None:
            continue
        student = kept.record["roles"]["student"]
        grade = student.get("grade")
        if grade in _LEAVING:
            save_changed_user(district, kept.record, removed=True)
            counts["graduated"] += 1
        elif grade in _PROMOTED:
            _promote(district, student, _PROMOTED[grade], teaching, place)
            save_changed_user(district, kept.record)
            counts["promoted"] += 1
    counts["new"] = _new_kindergartners(district, counts["graduated"])
    district.classes.roll_over(district.year_end)
    return counts


def _promote(
    district: District, student: Record, grade: str, teaching: dict[str, School], place: int
) -> None:
    student["grade"] = grade
    if student.get("graduation_year", "") == "":
        student["graduation_year"] = graduation_year(grade, district.year_end)
    here = teaching.get(student.get("school", ""))
    if here is not None and grade not in here.grades:
        school = district.students.school_for(grade, place)
        if school is not None:
            student["school"], student["schools"] = school, [school]


def _new_kindergartners(district: District, count: int) -> int:
    now = district.clock.now()
    second = int(now.timestamp())
    special = district.sharing.special_fields
    for place, child in enumerate(district.students.make(count, special, second)):
        student = child["roles"]["student"]
        student["grade"], student["graduation_year"] = "Kindergarten", ""
        if "dob" in student:
            birthday = student["dob"].rpartition("/")[0]
            student["dob"] = f"{birthday}/{district.year_end - 7}"
        school = district.students.school_for("Kindergarten", place)
        if school is not None:
            student["school"], student["schools"] = school, [school]
        child["created"] = stamp(now)
        save_changed_user(district, child)
    return count
