"""The timetable through two years of five zones: every day gets what it should, once (F26)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from imports.timetable import EVERY_HOURS, Timetable, next_due

# Spring forward at 02:00, at 01:00 UTC, by half an hour, not at all, and south of the equator.
ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Phoenix",
    "America/Santiago",
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2028, 1, 1, tzinfo=UTC)
# Before, in and after the hours that are left out or come twice, and round about midnight.
MINUTES = (0, 30, 90, 150, 1439)


def moments(timetable: Timetable, zone: ZoneInfo) -> Iterator[datetime]:
    """All that comes in the two years."""
    at = next_due(timetable, zone, BEGIN)
    while at < END:
        yield at
        at = next_due(timetable, zone, at)


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("minute", MINUTES)
def test_F26_daily_comes_exactly_once_on_every_local_day(name: str, minute: int) -> None:
    zone = ZoneInfo(name)
    found = [at.astimezone(zone) for at in moments(Timetable("daily", minute), zone)]
    days = [at.date() for at in found]
    assert days == days_between(days[0], days[-1])
    assert len(days) in (729, 730, 731)
    asked = timedelta(minutes=minute)
    for at in found:
        shown = timedelta(hours=at.hour, minutes=at.minute)
        # Only what falls into an hour that is left out is shown later, by what was left out.
        assert shown - asked in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
        assert at.fold == 0, "of an hour that comes twice, the first counts"
    off = [at for at in found if timedelta(hours=at.hour, minutes=at.minute) != asked]
    assert len(off) <= 2


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(("frequency", "kept"), [("weekdays", range(5)), ("weekly", [6])])
def test_F26_weekdays_and_weekly_come_once_on_their_days(
    name: str, frequency: str, kept: range | list[int]
) -> None:
    zone = ZoneInfo(name)
    timetable = Timetable(frequency, 150, 6 if frequency == "weekly" else None)
    days = [at.astimezone(zone).date() for at in moments(timetable, zone)]
    wanted = [day for day in days_between(days[0], days[-1]) if day.weekday() in kept]
    assert days == wanted


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("frequency", EVERY_HOURS)
def test_F26_every_some_hours_never_stands_still_nor_comes_twice(name: str, frequency: str) -> None:
    zone, hours = ZoneInfo(name), EVERY_HOURS[frequency]
    found = list(moments(Timetable(frequency, 300), zone))
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert min(gaps) > timedelta(0)
    assert max(gaps) <= timedelta(hours=hours + 1)
    assert len(found) == len(set(found))
    per_day = 24 // hours
    assert abs(len(found) - 730 * per_day) <= per_day + 2


@pytest.mark.parametrize("name", ZONES)
def test_F26_after_a_change_of_zone_the_next_time_is_the_new_zones(name: str) -> None:
    timetable, zone = Timetable("daily", 300), ZoneInfo(name)
    for day in (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)):
        local = next_due(timetable, zone, day).astimezone(zone)
        assert (local.hour, local.minute) == (5, 0)
