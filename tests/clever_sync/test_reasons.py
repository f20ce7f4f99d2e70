"""When everything is read although there are events (F52): one case for each reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clever_sync.reasons import BASIS, WHY, Before, Present, most_told, told_at, why_full

NOW = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)
NIGHT = timedelta(days=1)
MADE_BY = dict.fromkeys(BASIS, "same")


def event(at: datetime) -> str:
    return f"{int(at.timestamp()):08x}" + "0" * 16


BEFORE = Before(
    basis=MADE_BY,
    was_paused=False,
    proved=True,
    full_at=NOW - 2 * NIGHT,
    full_last_sync=NOW - 2 * NIGHT,
    cursor=event(NOW - NIGHT),
    cursor_at=NOW - NIGHT,
)
PRESENT = Present(
    now=NOW, basis=MADE_BY, is_paused=False, last_sync=NOW, newest=event(NOW - timedelta(hours=1))
)


def test_C25_events_are_enough_on_an_ordinary_night() -> None:
    assert why_full(BEFORE, PRESENT) == ""


def test_F52_the_first_pull_is_full() -> None:
    assert why_full(None, PRESENT) == "first"


@pytest.mark.parametrize("part", BASIS)
def test_F52_a_change_of_what_a_pull_is_made_by(part: str) -> None:
    changed = replace(PRESENT, basis=MADE_BY | {part: "another"})
    assert why_full(BEFORE, changed) == part


@pytest.mark.parametrize(
    ("why", "before", "present"),
    [
        ("upgraded", {"basis": {}}, {}),
        ("paused", {}, {"is_paused": True}),
        ("paused", {"was_paused": True}, {}),
        ("waiting", {"proved": False}, {}),
        ("no_events", {}, {"newest": ""}),
        ("no_cursor", {"cursor": ""}, {}),
        ("no_cursor", {"cursor_at": None}, {}),
        ("gap", {"cursor_at": NOW - timedelta(days=25, seconds=1)}, {}),
        ("gap", {"cursor": event(NOW)}, {}),
        ("weekly", {"full_at": NOW - timedelta(days=7)}, {}),
        # A night that began five minutes later last week.
        ("weekly", {"full_at": NOW - timedelta(days=7, minutes=-5)}, {}),
        ("", {"full_at": NOW - timedelta(days=6)}, {}),
        ("", {"cursor_at": NOW - timedelta(days=5)}, {}),
    ],
)
def test_F52_events_do_not_tell_enough(
    why: str, before: dict[str, Any], present: dict[str, Any]
) -> None:
    assert why_full(replace(BEFORE, **before), replace(PRESENT, **present)) == why


@pytest.mark.parametrize(
    ("silent_for", "synced_since", "why"),
    [(35, True, ""), (37, True, "silent"), (37, False, ""), (-5, True, "")],
)
def test_F52_a_feed_that_tells_nothing_while_clever_syncs_is_not_believed_for_long(
    silent_for: int, synced_since: bool, why: str
) -> None:
    newest = event(NOW - timedelta(hours=silent_for))
    before = replace(BEFORE, cursor=newest, full_at=NOW - 3 * NIGHT)
    last_sync = NOW if synced_since else before.full_last_sync
    assert why_full(before, replace(PRESENT, newest=newest, last_sync=last_sync)) == why


def test_C25_every_reason_has_its_words() -> None:
    assert set(BASIS) <= set(WHY)
    assert all(words.strip() and not words.endswith(".") for words in WHY.values())
    assert max(map(len, WHY)) <= 20


def test_an_event_tells_when_it_was_made() -> None:
    assert told_at("5a25ffb0aaaaaaaaaaaaaaaa") == datetime(2017, 12, 5, 2, 8, 48, tzinfo=UTC)


def test_C25_how_many_are_asked_for_one_by_one_goes_by_the_pages_of_a_full_pull() -> None:
    assert [most_told(pages) for pages in (0, 9, 13, 40, 400)] == [0, 45, 65, 200, 200]
