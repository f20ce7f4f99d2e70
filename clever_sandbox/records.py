"""What every room calls a record, and how it becomes JSON."""

from typing import Any

import msgspec

Record = dict[str, Any]

NEWEST = "v3.1"
ROLES = ("student", "teacher", "staff", "district_admin", "contact")
ROLE_BITS = {role: 1 << place for place, role in enumerate(ROLES)}
STUDENT_BIT = ROLE_BITS["student"]
NOT_STUDENT_BITS = sum(ROLE_BITS.values()) - STUDENT_BIT

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def to_json(value: Any) -> str:
    """The value as compact JSON text."""
    return _encoder.encode(value).decode()


def to_bytes(value: Any) -> bytes:
    """The value as compact JSON in UTF-8."""
    return _encoder.encode(value)


def from_json(text: str | bytes) -> Any:
    """The value that the JSON text stands for."""
    return _decoder.decode(text)


def entry_of(kind: str, record: Record) -> str:
    """The record as an entry of a list in the newest API version, which is how it is stored."""
    return f'{{"data":{to_json(record)},"uri":"/{NEWEST}/{kind}/{record["id"]}"}}'


def record_in(entry: str | bytes) -> Record:
    """The record inside an entry."""
    record: Record = from_json(entry)["data"]
    return record


def role_mask(record: Record) -> int:
    """The roles that a user holds, as bits."""
    return sum(ROLE_BITS[role] for role in record["roles"])


def schools_of(record: Record) -> dict[str, bool]:
    """Every school that a user belongs to in any role, and whether it is a primary one."""
    found: dict[str, bool] = {}
    for held in record["roles"].values():
        primary = held.get("school")
        for school in held.get("schools", ()):
            found[school] = found.get(school, False) or school == primary
    return found
