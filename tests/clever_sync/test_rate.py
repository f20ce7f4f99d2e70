"""Until when Clever wants us to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from clever_sync.rate import wait_until

NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


def at(seconds: float) -> str:
    return str(int((NOW + timedelta(seconds=seconds)).timestamp()))


@pytest.mark.parametrize(
    ("reset", "remaining", "seconds"),
    [
        (at(40), "0", 40),
        (at(-100), "0", 60),
        (None, None, 60),
        ("", "", 60),
        ("soon", "0", 60),
        ("nan", "0", 60),
        ("1e400", "0", 60),
        ("-1", "0", 60),
        (at(10 * 3600), "0", 900),
        (f"{at(20)}, {at(50)}", "0, 0", 50),
        (f"{at(20)}, {at(50)}", "0, 7", 20),
        (f"{at(20)}, {at(50)}", "3, 7", 50),
        (f"{at(20)}, {at(50)}", None, 50),
        (f"{at(20)}, rubbish", "0, 0", 20),
        ("135136, 31634", "0, 0", 60),
    ],
)
def test_F29_reset_in_every_form(reset: str | None, remaining: str | None, seconds: int) -> None:
    headers = {"X-RateLimit-Reset": reset, "X-RateLimit-Remaining": remaining}
    given = {name: value for name, value in headers.items() if value is not None}
    assert wait_until(given, NOW) == NOW + timedelta(seconds=seconds)
