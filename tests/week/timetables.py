"""The week that is played: which district syncs when, and what is away meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from imports.timetable import Timetable
from tests.week.playing import STEP, Outage

ZONES = (
    "America/New_York", "America/Denver", "America/Phoenix", "Europe/London", "Pacific/Honolulu",
)  # fmt: skip
# 02:30 is left out in New York and Denver on the Sunday.
TIMETABLES = (
    Timetable("daily", 150),
    Timetable("every_12_hours", 1380),
    Timetable("weekdays", 300),
    Timetable("weekly", 0, 6),
    Timetable("daily", 1380),
    Timetable("every_6_hours", 300),
)
EVERY_PAIR = len(ZONES) * len(TIMETABLES)
# Summer time begins on Sunday, March 14.
BEGIN = datetime(2027, 3, 10, tzinfo=UTC)
END = BEGIN + timedelta(days=7)


def _away(what: str, day: int, begins: float, ends: float) -> Outage:
    """On a day of the week, from one hour to another."""
    morning = BEGIN + timedelta(days=day)
    return Outage(what, morning + timedelta(hours=begins), morning + timedelta(hours=ends))


# The third time Clever is away for longer than a run waits for it, and the mail that should tell
# of it cannot leave.
OUTAGES = [
    _away("beat", 0, 8, 17),
    _away("broker", 1, 5, 14),
    _away("clever", 2, 5.9, 6.6),
    _away("clever", 3, 5, 11),
    _away("mail", 3, 8, 16),
    _away("clever", 4, 7.4, 8.2),
    _away("mail", 5, 23, 29),
]


def away(what: str, now: datetime) -> bool:
    return any(outage.what == what and outage.on(now) for outage in OUTAGES)


def steps() -> Iterator[datetime]:
    """Every half hour of the week."""
    now = BEGIN
    while now < END:
        yield now
        now += STEP


def zone_of(number: int) -> ZoneInfo:
    return ZoneInfo(ZONES[number % 5])


def timetable_of(number: int) -> Timetable:
    """Five districts have every zone, thirty each timetable in each zone.

    The others sync daily or weekly, at any time.
    """
    if number < EVERY_PAIR:
        return TIMETABLES[(number % 5 + number // 5) % len(TIMETABLES)]
    frequency = ("daily", "weekly", "weekly")[number % 3]
    return Timetable(frequency, 30 * (number * 7 % 48), number % 7)
