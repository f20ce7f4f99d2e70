"""When a data type is due next. Pure: the moment from which on, and the zone, are handed in.

Times are the district's own. In spring an hour does not exist: what would fall into it comes an
hour later. In autumn an hour comes twice: the first one counts (F26).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 60
# How many hours there are between two syncs of a day.
EVERY_HOURS: Mapping[str, int] = {"hourly": 1, "every_6_hours": 6, "every_12_hours": 12}
FREQUENCIES = (*EVERY_HOURS, "daily", "weekdays", "weekly")
SATURDAY = 5


@dataclass(frozen=True)
class Timetable:
    """`at_minute` is a minute of the day; `weekday` 0 is Monday and counts for "weekly" only."""

    frequency: str = "daily"
    at_minute: int = 300
    weekday: int | None = None


def next_due(timetable: Timetable, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment of the timetable later than `after`, in UTC."""
    today = after.astimezone(zone).date()
    # A week and a day ahead there is one for certain, whatever the frequency.
    for ahead in range(-1, 9):
        moments = _of_day(timetable, zone, today + timedelta(days=ahead))
        following = [moment for moment in moments if moment > after]
        if following:
            return min(following)
    raise AssertionError("there is always a next time")


def _of_day(timetable: Timetable, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    if timetable.frequency == "weekdays" and day.weekday() >= SATURDAY:
        return
    if timetable.frequency == "weekly" and day.weekday() != (timetable.weekday or 0):
        return
    step = EVERY_HOURS.get(timetable.frequency, 24) * 60
    for minute in range(timetable.at_minute % step, DAY, step):
        wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
        yield wall.astimezone(UTC)
