"""What Daily Operations shows: each data type with how often, when next, and a pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.vocabulary import DataType
from imports import words
from imports.calendar.queries import blackout_at, calendar_of
from imports.models import Schedule
from imports.schedules import due_next, is_paused, schedules_of
from imports.school_calendar import Days
from schools.models import District

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OFTEN = {
    "hourly": "Every hour, {minute} minutes past",
    "every_6_hours": "Every 6 hours, from {clock} on",
    "every_12_hours": "Every 12 hours, from {clock} on",
    "daily": "Daily at {clock}",
    "weekdays": "Monday to Friday at {clock}",
    "weekly": "On {day}s at {clock}",
}


@dataclass(frozen=True)
class Line:
    """A data type's row."""

    data_type: DataType
    label: str
    schedule: Schedule
    often: str
    due: datetime | None
    paused: bool
    # The blackout without which it would be due before `due`.
    blackout: Days | None

    @property
    def begun(self) -> bool:
        """Nothing is scheduled before the first import is done (engine.md 1)."""
        return self.schedule.first_import_at is not None


def lines(district: District, now: datetime) -> list[Line]:
    """The data types, in their order."""
    calendar = calendar_of(district)
    return [
        Line(
            data_type, words.DATA_TYPES[data_type], schedule, often(schedule),
            due_next(district, schedule, now, calendar), is_paused(schedule, now),
            blackout_before(district, schedule, now, calendar),
        )
        for data_type, schedule in schedules_of(district).items()
    ]  # fmt: skip


def blackout_before(
    district: District, schedule: Schedule, now: datetime, calendar: Sequence[Days]
) -> Days | None:
    """The blackout that the next time would fall into, were it not put off."""
    due = due_next(district, schedule, now, calendar=())
    return blackout_at(district, due, calendar) if due else None


def often(schedule: Schedule) -> str:
    """The timetable in words, as "Daily at 05:00"."""
    hours, minute = divmod(schedule.at_minute, 60)
    day = WEEKDAYS[schedule.weekday or 0]
    return _OFTEN[schedule.frequency].format(
        clock=f"{hours:02}:{minute:02}", minute=minute, day=day
    )


def today_of(district: District, now: datetime) -> date:
    """The day that it is in the district."""
    return now.astimezone(ZoneInfo(district.time_zone)).date()
