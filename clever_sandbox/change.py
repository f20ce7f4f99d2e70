"""Changing one record: what is stored, what the API shows, and the event of it, together."""

from datetime import timedelta

from clever_sandbox.clock import read_moment, stamp
from clever_sandbox.district import District
from clever_sandbox.people import Kept
from clever_sandbox.records import Record


class ControlProblem(Exception):
    """A control action cannot be done; the text says why."""


def kept_user(district: District, user_id: str) -> Kept:
    """The user with this id, removed or not; ControlProblem when there never was one."""
    kept = district.people.get(user_id)
    if kept is None:
        raise ControlProblem(f"no user {user_id}")
    return kept


def save_user(district: District, user: Record, *, removed: bool = False) -> None:
    """Stores the user and writes the event of what the application sees of it."""
    before, after = district.people.put(user, removed=removed)
    district.events.note("users", before, after)


def save_changed_user(district: District, user: Record, *, removed: bool = False) -> None:
    """As save_user, and bumps `last_modified`, which never goes back."""
    touch(district, user)
    save_user(district, user, removed=removed)


def touch(district: District, record: Record) -> None:
    """Sets `last_modified` to now, or just after the former one when the clock stands before it."""
    now = district.clock.now()
    before = record.get("last_modified")
    if isinstance(before, str):
        now = max(now, read_moment(before) + timedelta(milliseconds=1))
    record["last_modified"] = stamp(now)


def save_record(district: District, kind: str, record: Record, hidden: int = 0) -> None:
    """Stores a school, section, course or term and writes the event of it."""
    before = district.record(kind, record["id"])
    district.put_records(kind, [record], hidden)
    district.events.note(kind, before, None if hidden else record)
