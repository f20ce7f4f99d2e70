"""The school calendar: blackouts and adds-only days. Pure: the moment and the zone are handed in.

A range is of whole days of the district, both ends within it (C24). In a blackout nothing starts
by itself. On adds-only days runs add and update, and nobody is removed or moved away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.vocabulary import CalendarKind
from imports.timetable import Timetable, next_due

LONGEST = timedelta(days=366)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
NAMES = {CalendarKind.BLACKOUT: "blackout", CalendarKind.ADDS_ONLY: "adds-only window"}


@dataclass(frozen=True, slots=True)
class Days:
    """One range of the calendar."""

    kind: CalendarKind
    first: date
    last: date
    name: str = ""

    def __str__(self) -> str:
        return f"{NAMES[self.kind]} from {said(self.first)} to {said(self.last)} ({self.name})"

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


def said(day: date) -> str:
    """ "Dec 20, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"


def at(
    calendar: Iterable[Days], kind: CalendarKind, zone: ZoneInfo, moment: datetime
) -> Days | None:
    """The range of this kind that the moment falls into, the one that lasts longest."""
    day = moment.astimezone(zone).date()
    found = [days for days in calendar if days.kind is kind and days.covers(day)]
    return max(found, key=lambda days: days.last, default=None)


def due_outside(
    timetable: Timetable, zone: ZoneInfo, after: datetime, calendar: Iterable[Days]
) -> datetime:
    """The first moment of the timetable later than `after` that no blackout covers, in UTC."""
    calendar = list(calendar)
    moment = next_due(timetable, zone, after)
    while days := at(calendar, CalendarKind.BLACKOUT, zone, moment):
        # Just before the first day without it: a sync at midnight of that day counts.
        morning = datetime.combine(days.last + timedelta(days=1), time(), tzinfo=zone)
        moment = next_due(timetable, zone, morning - timedelta(microseconds=1))
    return moment


def objection(new: Days, others: Iterable[Days], today: date | None = None) -> str:
    """Why a range cannot be added, in a sentence; "" if it can. With `today` it may not be over."""
    if new.last < new.first:
        return f"The last day, {said(new.last)}, is before the first, {said(new.first)}."
    if not EARLIEST <= new.first <= new.last < LATEST:
        return f"Choose days between {said(EARLIEST)} and {said(LATEST)}."
    if new.last - new.first > LONGEST:
        return "A range lasts a year at most. Write two, if it is meant."
    if today is not None and new.last < today:
        return f"This range is over: its last day was {said(new.last)}, and today is {said(today)}."
    for other in others:
        if other.kind is new.kind and new.first <= other.last and other.first <= new.last:
            return f"These days overlap with the {other}. Remove that one, or choose other days."
    return ""
