"""Control actions on the district as a whole and on the sandbox."""

from datetime import timedelta
from typing import Any

from clever_sandbox.change import ControlProblem
from clever_sandbox.clock import read_moment
from clever_sandbox.district import District
from clever_sandbox.dotted import get_path, new_value, set_path
from clever_sandbox.records import Record, from_json, to_json

STATES = ("running", "success", "pending", "error", "paused", "")


def edit_district(district: District, changes: dict[str, Any]) -> Record:
    """Changes fields of the district's own record by dotted path."""
    before = district.shown()
    profile: Record = from_json(to_json(district.profile))
    for path, value in changes.items():
        set_path(profile, path, new_value(get_path(profile, path), value))
    district.profile = profile
    district.events.note("districts", before, district.shown())
    return district.shown()


def set_state(
    district: District,
    state: str,
    pause_start: str | None = None,
    pause_end: str | None = None,
    error: str | None = None,
) -> Record:
    """Sets the district's state; a pause may say from when until when."""
    if state not in STATES:
        raise ControlProblem(f"no state {state}; known are {', '.join(filter(None, STATES))}")
    text = error if error is not None else ""
    null = {"$null": True}
    dates = {"pause_start": pause_start or null, "pause_end": pause_end or null}
    return edit_district(district, {"state": state, "error": text, **dates})


def set_last_sync(district: District, at: str) -> None:
    """Says that the district's data last came into Clever at this moment."""
    district.last_sync = read_moment(at)


def sync(district: District) -> None:
    """The district's data come into Clever now."""
    district.move_last_sync()


def events(district: District, on: bool) -> None:
    """Switches the writing of events; those written before stay."""
    district.events.on = on


def expire_events(district: District, days: float = 31) -> None:
    """Makes all events of today older by so many days, so that they fall off."""
    age = timedelta(days=days).total_seconds()
    district.store.write("UPDATE events SET at = at - ?", (age,))


def rotate_token(district: District) -> None:
    """Gives out another token; the former one is refused."""
    district.new_token()


def revoke_token(district: District) -> None:
    """The token is refused from now on, although it is still listed."""
    district.token_revoked = True


def disconnect(district: District, answer: int = 401) -> None:
    """The district leaves the application: its token is listed no more.

    `answer` is what requests with the former token get: 401, 403 or 404.
    """
    district.connected = False
    district.refusal = answer


def reconnect(district: District) -> None:
    """The district authorises the application (again), with a new token."""
    district.connected = True
    district.new_token()
