"""When a type is due next, in the district's own time (F26)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from imports.timetable import FREQUENCIES, Timetable, next_due

DENVER = ZoneInfo("America/Denver")


def due(timetable: Timetable, after: str, zone: ZoneInfo = DENVER) -> str:
    """The next time after a local one, as local time."""
    local = datetime.fromisoformat(after).replace(tzinfo=zone)
    return next_due(timetable, zone, local.astimezone(UTC)).astimezone(zone).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("frequency", "weekday", "after", "expected"),
    [
        ("every_6_hours", None, "2026-11-25T04:59", "Wed 25 05:00"),
        ("every_6_hours", None, "2026-11-25T05:00", "Wed 25 11:00"),
        ("every_6_hours", None, "2026-11-25T23:30", "Thu 26 05:00"),
        ("every_12_hours", None, "2026-11-25T06:00", "Wed 25 17:00"),
        ("hourly", None, "2026-11-25T06:00", "Wed 25 07:00"),
        ("daily", None, "2026-11-25T04:00", "Wed 25 05:00"),
        ("daily", None, "2026-11-25T05:00", "Thu 26 05:00"),
        ("weekdays", None, "2026-11-27T06:00", "Mon 30 05:00"),
        ("weekly", 2, "2026-11-25T06:00", "Wed 02 05:00"),
        ("weekly", 6, "2026-11-25T06:00", "Sun 29 05:00"),
    ],
)
def test_A43_the_next_time_of_each_frequency(
    frequency: str, weekday: int | None, after: str, expected: str
) -> None:
    assert due(Timetable(frequency, 300, weekday), after) == expected


def test_an_hour_that_does_not_exist_comes_an_hour_later() -> None:
    half_past_two = Timetable("daily", 150)
    assert due(half_past_two, "2026-03-07T03:00") == "Sun 08 03:30"
    assert due(half_past_two, "2026-03-08T04:00") == "Mon 09 02:30"


def test_of_an_hour_that_comes_twice_the_first_counts_once() -> None:
    half_past_one = Timetable("daily", 90)
    first = next_due(half_past_one, DENVER, datetime(2026, 11, 1, 6, 0, tzinfo=UTC))
    assert first == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert next_due(half_past_one, DENVER, first) == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("frequency", FREQUENCIES)
@pytest.mark.parametrize("zone", ["America/Denver", "Asia/Kolkata", "Pacific/Apia"])
def test_there_is_always_a_next_time_and_it_is_later(frequency: str, zone: str) -> None:
    after = datetime(2026, 3, 7, 23, 59, tzinfo=UTC)
    for _ in range(20):
        following = next_due(Timetable(frequency, 1439, 0), ZoneInfo(zone), after)
        assert following > after
        after = following
