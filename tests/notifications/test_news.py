"""What is news and what is more of the same. Pure (C20)."""

from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from notifications.news import Happened, Standing, judge

START = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
numbers = count(1)


def happened(kind: str, *types: str, code: str = "", **more: bool) -> Happened:
    n = next(numbers)
    at = START + timedelta(minutes=n)
    return Happened(n, 1, kind, types or ("student",), at, code=code, **more)


def test_C20_a_condition_counts_and_keeps_its_beginning() -> None:
    first, second = happened("failed", code="x"), happened("failed", code="x")
    found = judge([first, second], {})
    assert (found.news, found.old) == ({first.event: ("student",)}, {second.event: ("student",)})
    assert found.conditions == {(1, "student", "failed"): Standing(first.at, "x", 2)}


def test_C20_news_for_one_type_and_old_for_the_other() -> None:
    before = {(1, "student", "failed"): Standing(START, "x")}
    event = happened("failed", "student", "teacher", code="x")
    found = judge([event], before)
    assert found.news == {event.event: ("teacher",)}
    assert found.old == {event.event: ("student",)}
    assert before == {(1, "student", "failed"): Standing(START, "x")}


def test_C20_over_is_told_for_the_types_that_it_was_about() -> None:
    before = {
        (1, "student", "failed"): Standing(START, "x", 3),
        (1, "student", "no_good_sync"): Standing(START - timedelta(days=1)),
        (1, "staff", "failed"): Standing(START, "x"),
        (2, "student", "failed"): Standing(START, "x"),
    }
    event = happened("finished", "student", "teacher")
    found = judge([event], before)
    (over,) = found.over
    assert over.topics == ("failed", "no_good_sync")
    assert (over.types, over.times) == (("student",), 3)
    assert over.since == START - timedelta(days=1)
    assert set(found.conditions) == {(1, "staff", "failed"), (2, "student", "failed")}


def test_C20_a_test_ends_nothing_and_begins_nothing() -> None:
    before = {(1, "student", "failed"): Standing(START, "x")}
    found = judge(
        [happened("failed", code="y", live=False), happened("finished", live=False)], before
    )
    assert (found.conditions, found.over) == (before, [])


@given(st.lists(st.sampled_from(["failed", "finished", "tested"]), max_size=30))
def test_C20_begin_and_end_take_turns_whatever_the_nights_were(nights: list[str]) -> None:
    found = judge([happened(kind, code="x") for kind in nights], {})
    begins = sum(1 for n, kind in enumerate(nights) if kind == "failed" and _well(nights[:n]))
    failed_news = len(found.news) - nights.count("finished") - nights.count("tested")
    assert failed_news == begins
    assert begins - len(found.over) == int(not _well(nights))


def _well(nights: list[str]) -> bool:
    ends = [kind for kind in nights if kind != "tested"]
    return not ends or ends[-1] == "finished"
