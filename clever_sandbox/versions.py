"""What an older API version does not know yet, taken out of a record on its way out."""

from collections.abc import Iterable

from clever_sandbox.records import NEWEST, Record

VERSIONS = ("v3.0", NEWEST)

_ONLY_IN_3_1: dict[str, tuple[str, ...]] = {
    "districts": ("lms_type", "lms_state", "last_attendance_sync"),
    "users": ("lms_status",),
    "sections": ("lms_status",),
    "student": (
        "disability",
        "frl_status",
        "gifted_status",
        "home_language",
        "home_language_code",
        "iep_status",
        "preferred_name",
        "section_504_status",
    ),
}


def for_version(record: Record, kind: str, version: str) -> Record:
    """The record as the version shows it; the newest version shows it as it is."""
    if version == NEWEST:
        return record
    shown = _without(record, _ONLY_IN_3_1.get(kind, ()))
    roles = shown.get("roles")
    if isinstance(roles, dict) and isinstance(roles.get("student"), dict):
        student = _without(roles["student"], _ONLY_IN_3_1["student"])
        shown["roles"] = {**roles, "student": student}
    return shown


def is_of_later_version(kind: str, previous: Record) -> bool:
    """Whether a change touches nothing that version 3.0 knows (the time stamp aside)."""
    left = for_version(previous, kind, "v3.0")
    left.pop("last_modified", None)
    roles = left.get("roles")
    if isinstance(roles, dict) and not any(roles.values()):
        left.pop("roles")
    return not left


def _without(record: Record, names: Iterable[str]) -> Record:
    hidden = frozenset(names)
    return {name: value for name, value in record.items() if name not in hidden}
