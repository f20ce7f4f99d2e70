"""When the nights of the demonstration were."""

from datetime import UTC, datetime

import pytest

from integration_console.demonstration.calendar import NIGHTS, Calendar


@pytest.mark.parametrize(
    ("now", "last_night"),
    [
        ("2026-01-20T15:00:00", "2026-01-20T05:00:00-05:00"),
        ("2026-01-20T10:44:00", "2026-01-19T05:00:00-05:00"),
        ("2026-01-20T10:45:00", "2026-01-20T05:00:00-05:00"),
        ("2026-01-20T02:00:00", "2026-01-19T05:00:00-05:00"),
        # The clocks went forward on 8 March.
        ("2026-03-10T15:00:00", "2026-03-10T05:00:00-04:00"),
    ],
)
def test_the_last_night_is_the_last_that_is_over(now: str, last_night: str) -> None:
    calendar = Calendar.before(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert calendar.import_of(NIGHTS).isoformat() == last_night


def test_the_calendar_can_be_read_from_the_day_of_preparation() -> None:
    calendar = Calendar.before(datetime(2026, 3, 10, 15, tzinfo=UTC))
    assert calendar.prepared.isoformat() == "2026-02-24T15:00:00-05:00"
    again = Calendar(calendar.prepared.astimezone(UTC))
    assert again.import_of(1).isoformat() == "2026-02-25T17:30:00-05:00"
    assert [again.import_of(n) for n in range(1, 15)] == [
        calendar.import_of(n) for n in range(1, 15)
    ]
