"""Control actions on schools and on what is shared."""

from collections.abc import Iterable
from typing import Any

from clever_sandbox.change import ControlProblem, save_record, save_user, touch
from clever_sandbox.clock import stamp
from clever_sandbox.district import District
from clever_sandbox.dotted import get_path, new_value, set_path
from clever_sandbox.object_ids import Mint
from clever_sandbox.people import NOT_SHARED, REMOVED
from clever_sandbox.records import ROLE_BITS, STUDENT_BIT, Record, record_in
from clever_sandbox.schools import make_schools
from clever_sandbox.students import gpa_of

_HELD_BACK = f"hidden = {NOT_SHARED} OR full IS NOT NULL"


def all_schools(district: District) -> list[tuple[Record, int]]:
    """Every school, shared or not, with its `hidden` state."""
    rows = district.store.rows("SELECT entry, hidden FROM records WHERE type = 'schools'")
    return [(record_in(entry), hidden) for entry, hidden in rows]


def _school(district: District, wanted: str) -> tuple[Record, int]:
    for school, hidden in all_schools(district):
        if wanted in (school["id"], school.get("name"), school.get("school_number")):
            return school, hidden
    raise ControlProblem(f"no user or school {wanted}")


def edit_school(district: District, id: str, changes: dict[str, Any]) -> Record:
    """Changes fields of a school by dotted path; None takes a key away."""
    school, hidden = _school(district, id)
    for path, value in changes.items():
        set_path(school, path, new_value(get_path(school, path), value))
    touch(district, school)
    save_record(district, "schools", school, hidden)
    return school


def add_school(district: District, **fields: Any) -> str:
    """A new school, made up except for the fields given; answers with the id."""
    count = len(all_schools(district)) + 1
    mint = Mint(f"{district.seed}/unused")
    school = make_schools(district.id, count, district.seed, mint)[-1]
    school.update(fields, id=_new_school_id(district))
    school["created"] = school["last_modified"] = stamp(district.clock.now())
    save_record(district, "schools", school)
    return str(school["id"])


def _new_school_id(district: District) -> str:
    return district.school_mint.next(int(district.clock.now().timestamp()))


def unshare_school(district: District, school_id: str) -> None:
    """The application sees the school no more, nor people who belong to no other shared one.

    Instead of its id, its name or its school number may be given, here and in `share_school`.
    """
    school, _ = _school(district, school_id)
    users = list(
        district.people.ids("id IN (SELECT id FROM user_schools WHERE school = ?)", (school["id"],))
    )
    district.sharing.unshared_schools.add(school["id"])
    save_record(district, "schools", school, NOT_SHARED)
    _show_sections(district, school["id"], NOT_SHARED)
    republish(district, users)


def share_school(district: District, school_id: str) -> None:
    """The application sees the school and its people again."""
    school, _ = _school(district, school_id)
    district.sharing.unshared_schools.discard(school["id"])
    save_record(district, "schools", school)
    _show_sections(district, school["id"], 0)
    republish(district, district.people.ids(_HELD_BACK))


def _show_sections(district: District, school_id: str, hidden: int) -> None:
    sql = "SELECT entry FROM records WHERE type = 'sections' AND school = ? AND hidden <> 1"
    for (entry,) in district.store.rows(sql, (school_id,)):
        save_record(district, "sections", record_in(entry), hidden)


def share_role(district: District, role: str, on: bool) -> None:
    """Switches a role on or off in Data Access."""
    if role not in ROLE_BITS:
        raise ControlProblem(f"no role {role}")
    (district.sharing.hidden_roles.discard if on else district.sharing.hidden_roles.add)(role)
    republish(district, district.people.ids(f"roles & {ROLE_BITS[role]} OR {_HELD_BACK}"))


def special_fields(district: District, on: bool) -> None:
    """Gives the application the special fields (GPA), or takes them away."""
    district.sharing.special_fields = on
    for user_id in district.people.ids(f"roles & {STUDENT_BIT} AND hidden <> {REMOVED}"):
        kept = district.people.get(user_id)
        student = kept.record["roles"].get("student") if kept else None
        if kept is None or student is None:
            continue
        if on:
            kept.record["roles"]["student"] = {**gpa_of(user_id), **student}
        save_user(district, kept.record)


def republish(district: District, users: Iterable[str]) -> None:
    """Shows the users as far as they are shared now, with the events of it."""
    for user_id in users:
        kept = district.people.get(user_id)
        if kept is not None:
            save_user(district, kept.record, removed=kept.removed)
