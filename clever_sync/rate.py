"""Until when Clever wants us to wait, read from whatever the headers say (clever-api.md 3.4)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

USUAL_WAIT = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=15)


def wait_until(headers: Mapping[str, str], now: datetime) -> datetime:
    """The moment of X-RateLimit-Reset: of several buckets, the last of those that are empty.

    A minute from now when it is absent, past or unreadable; never more than a quarter of an hour.
    """
    resets = [_moment(text) for text in _parts(headers.get("X-RateLimit-Reset", ""))]
    remaining = _parts(headers.get("X-RateLimit-Remaining", ""))
    if len(remaining) == len(resets):
        empty = [at for at, left in zip(resets, remaining, strict=True) if left == "0"]
        resets = empty or resets
    future = [at for at in resets if at is not None and at > now]
    wanted = max(future) if future else now + USUAL_WAIT
    return min(wanted, now + LONGEST_WAIT)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
