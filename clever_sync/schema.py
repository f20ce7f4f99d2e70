"""The fields that Clever documents, so that new ones can be told from those we leave out (F59)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from clever_sync.privacy import may_keep
from clever_sync.sources import EXTENSION
from core.problems import Finding
from core.text import clean

LONGEST_KEY = 100
_COMMON = "id district email name created last_modified roles lms_status".split()
_EVERY_ROLE = "legacy_id ext created last_modified district name email".split()
_ROLES = {
    "student": (
        "school schools enrollments sis_id student_number state_id grade graduation_year gender"
        " dob race hispanic_ethnicity ell_status location credentials iep_status home_language"
        " home_language_code frl_status section_504_status gifted_status preferred_name"
        " disability weighted_gpa unweighted_gpa"
    ).split(),
    "teacher": "school schools sis_id teacher_number state_id title credentials".split(),
    "staff": "staff_id schools department title roles credentials".split(),
    "district_admin": ["title"],
    "contact": "phone phone_type sis_id student_relationships".split(),
}
_USER = frozenset(_COMMON)
_OF_ROLE = {role: frozenset([*names, *_EVERY_ROLE]) for role, names in _ROLES.items()}
_decode = msgspec.json.Decoder().decode


def unknown_names(raws: Iterable[bytes | msgspec.Raw]) -> set[Finding]:
    """The fields and roles of these users that no documentation knows. Records stay untouched."""
    found: set[Finding] = set()
    for raw in raws:
        found.update(_unknown(_read(raw)))
    return found


def extension_names(raws: Iterable[bytes | msgspec.Raw]) -> set[str]:
    """The extension fields of these users by their source keys, so that they can be offered."""
    found: set[str] = set()
    for raw in raws:
        roles = _read(raw).get("roles")
        for role, fields in roles.items() if isinstance(roles, dict) else ():
            names = fields.get("ext") if isinstance(fields, dict) else None
            if isinstance(names, dict):
                found.update(f"{role}{EXTENSION}{name}" for name in names)
    return {k for k in found if len(k) <= LONGEST_KEY and clean(k) == k and may_keep(k)}


def _read(raw: bytes | msgspec.Raw) -> Mapping[str, Any]:
    try:
        record = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _unknown(record: Mapping[str, Any]) -> Iterator[Finding]:
    for name in record.keys() - _USER:
        yield Finding("unknown_field", name[:100])
    roles = record.get("roles")
    for role, fields in roles.items() if isinstance(roles, dict) else ():
        if role not in _OF_ROLE:
            yield Finding("unknown_role", role[:100])
        elif isinstance(fields, dict):
            for name in fields.keys() - _OF_ROLE[role]:
                yield Finding("unknown_field", f"{role}.{name}"[:100])
