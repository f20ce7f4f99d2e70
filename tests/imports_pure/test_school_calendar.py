"""The school calendar as plain values: days, zones, what is due outside, what cannot be (C24)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import CalendarKind
from imports.school_calendar import Days, at, due_outside, objection
from imports.timetable import FREQUENCIES, Timetable, next_due

BLACKOUT, ADDS_ONLY = CalendarKind.BLACKOUT, CalendarKind.ADDS_ONLY
DENVER = ZoneInfo("America/Denver")
BREAK = Days(BLACKOUT, date(2026, 12, 20), date(2027, 1, 4), "Winter break")
START = Days(ADDS_ONLY, date(2026, 8, 10), date(2026, 9, 5), "Start of term")
DAILY = Timetable()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DENVER).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        ("2026-12-19T23:59:59", False),
        ("2026-12-20T00:00", True),
        ("2027-01-04T23:59:59", True),
        ("2027-01-05T00:00", False),
    ],
)
def test_C24_days_begin_and_end_by_the_districts_clock(moment: str, covered: bool) -> None:
    assert (at([BREAK], BLACKOUT, DENVER, local(moment)) == BREAK) is covered
    assert at([BREAK], ADDS_ONLY, DENVER, local(moment)) is None


def test_C24_the_range_that_lasts_longest_is_named() -> None:
    short = Days(BLACKOUT, date(2026, 12, 24), date(2026, 12, 26), "Holidays")
    assert at([short, BREAK, START], BLACKOUT, DENVER, local("2026-12-25T05:00")) == BREAK


def test_C24_what_is_due_in_a_blackout_comes_at_the_next_time_after_it() -> None:
    before = local("2026-12-18T06:00")
    assert due_outside(DAILY, DENVER, before, [BREAK]) == local("2026-12-19T05:00")
    assert due_outside(DAILY, DENVER, local("2026-12-19T05:00"), [BREAK]) == local(
        "2027-01-05T05:00"
    )
    midnight = Timetable(at_minute=0)
    assert due_outside(midnight, DENVER, before + timedelta(days=2), [BREAK]) == local(
        "2027-01-05T00:00"
    )
    weekly = Timetable("weekly", 300, 0)
    assert due_outside(weekly, DENVER, before, [BREAK]) == local("2027-01-11T05:00")


def test_C24_blackouts_that_touch_are_one_pause() -> None:
    more = Days(BLACKOUT, date(2027, 1, 5), date(2027, 1, 6), "Moving house")
    found = due_outside(DAILY, DENVER, local("2026-12-22T00:00"), [more, BREAK])
    assert found == local("2027-01-07T05:00")


def test_C24_adds_only_days_put_nothing_off() -> None:
    after = local("2026-08-12T12:00")
    assert due_outside(DAILY, DENVER, after, [START]) == next_due(DAILY, DENVER, after)


@given(
    frequency=st.sampled_from(FREQUENCIES),
    minute=st.integers(0, 1439),
    first=st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    length=st.integers(0, 40),
    before=st.integers(0, 60 * 24 * 60),
)
def test_C24_what_is_due_is_never_in_a_blackout_and_misses_nothing(
    frequency: str, minute: int, first: date, length: int, before: int
) -> None:
    days = Days(BLACKOUT, first, first + timedelta(days=length), "Some")
    timetable = Timetable(frequency, minute, 2)
    after = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(minutes=before)
    due = due_outside(timetable, DENVER, after, [days])
    assert due > after
    assert at([days], BLACKOUT, DENVER, due) is None
    regular = next_due(timetable, DENVER, after)
    while regular < due:
        assert at([days], BLACKOUT, DENVER, regular), "only what is in the blackout is left out"
        regular = next_due(timetable, DENVER, regular)
    assert regular == due


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-12-25", "2026-12-24", "The last day, Dec 24, 2026, is before the first"),
        ("2026-01-02", "2026-01-03", "This range is over: its last day was Jan 3, 2026, and today"),
        ("2027-01-04", "2027-01-09", "These days overlap with the blackout from Dec 20, 2026 to"),
        ("2026-12-01", "2026-12-20", "Remove that one, or choose other days."),
        ("2027-02-01", "2028-02-03", "A range lasts a year at most."),
        ("2099-12-01", "2100-01-02", "Choose days between Jan 1, 2000 and Jan 1, 2100."),
        ("2027-01-05", "2027-01-05", ""),
        ("2026-11-20", "2026-12-19", ""),
    ],
)
def test_C24_what_cannot_be_is_refused_in_a_sentence(first: str, last: str, sentence: str) -> None:
    new = Days(BLACKOUT, date.fromisoformat(first), date.fromisoformat(last), "New")
    found = objection(new, [BREAK, START], date(2026, 11, 25))
    assert (sentence in found) if sentence else not found


def test_C24_a_range_may_lie_over_one_of_the_other_kind() -> None:
    assert objection(Days(ADDS_ONLY, BREAK.first, BREAK.last, "Both"), [BREAK, START]) == ""
