"""What the school calendar says at this moment, for the pages that tell it (C24)."""

from dataclasses import dataclass
from datetime import datetime

from imports.calendar.queries import adds_only_at, blackout_at, calendar_of
from imports.schedules import put_off
from imports.school_calendar import Days
from schools.models import District


@dataclass(frozen=True)
class Today:
    """`blackout` is on now. `put_off`: without this one a sync would be due before it is.

    `adds_only` says until when nobody is removed, and why; "" on ordinary days.
    """

    blackout: Days | None
    put_off: Days | None
    adds_only: str


def today(district: District, now: datetime) -> Today:
    """In one query, unless there is a blackout ahead."""
    calendar = calendar_of(district)
    return Today(
        blackout_at(district, now, calendar),
        put_off(district, now, calendar),
        adds_only_at(district, now, calendar),
    )
