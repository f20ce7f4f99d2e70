"""The pure rooms: dotted paths, the clock, older versions, sharing, the request log."""

from datetime import UTC, datetime
from typing import Any

import pytest

from clever_sandbox.clock import Clock, read_moment, stamp
from clever_sandbox.control_page import read_fields
from clever_sandbox.dotted import MISSING, get_path, holds, new_value, set_path
from clever_sandbox.html_parts import address, page, table
from clever_sandbox.rate_limit import RateLimiter
from clever_sandbox.request_log import KEPT, Asked, RequestLog
from clever_sandbox.sharing import Sharing
from clever_sandbox.versions import for_version, is_of_later_version


def test_paths_are_read_set_and_taken_away() -> None:
    record: dict[str, Any] = {"a": {"b": 1}}
    assert get_path(record, "a.b") == 1
    assert get_path(record, "a.b.c") is MISSING
    set_path(record, "a.c.d", 2)
    set_path(record, "a.b", MISSING)
    set_path(record, "x.y", MISSING)
    assert record == {"a": {"c": {"d": 2}}}


@pytest.mark.parametrize(
    ("old", "wanted", "new"),
    [
        ("9", "10", "10"),
        ("9", None, MISSING),
        ("9", {"$delete": True}, MISSING),
        ("9", {"$null": True}, None),
        ("9", {"$map": {"9": "09"}}, "09"),
        ("8", {"$map": {"9": "09"}}, "8"),
        ("9", {"$format": "G{value}"}, "G9"),
        ("a@b.c", {"$domain": "x.y"}, "a@x.y"),
        ("ab", {"$domain": "x.y"}, "ab"),
        ("abc", {"$replace": ["b", ""]}, "ac"),
        (MISSING, {"$format": "G{value}"}, MISSING),
        ("9", {"first": "A"}, {"first": "A"}),
    ],
)
def test_new_values(old: Any, wanted: Any, new: Any) -> None:
    assert new_value(old, wanted) == new


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown rule"):
        new_value("9", {"$double": 2})


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        (None, True),
        ({"a": 1}, True),
        ({"a": [1, 2]}, True),
        ({"a": 2}, False),
        ({"list": "x"}, True),
        ({"list": "z"}, False),
        ({"missing": None}, True),
    ],
)
def test_conditions(where: dict[str, Any] | None, wanted: bool) -> None:
    assert holds({"a": 1, "list": ["x", "y"]}, where) is wanted


def test_moments_are_written_as_clever_does() -> None:
    moment = datetime(2026, 3, 1, 5, 0, 0, 7_999, tzinfo=UTC)
    assert stamp(moment) == "2026-03-01T05:00:00.007Z"
    assert read_moment("2026-03-01T05:00:00") == read_moment("2026-03-01T05:00:00Z")


def test_a_stopped_clock_stands() -> None:
    clock = Clock("2026-03-01T00:00:00Z")
    assert clock.now() == clock.now() == datetime(2026, 3, 1, tzinfo=UTC)
    clock.set(None)
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5


def test_older_versions_lose_only_what_is_newer() -> None:
    student = {"grade": "9", "frl_status": "Free"}
    user = {"id": "1", "lms_status": {}, "roles": {"student": student, "x": None}}
    assert for_version(user, "users", "v3.1") is user
    assert for_version(user, "users", "v3.0") == {
        "id": "1",
        "roles": {"student": {"grade": "9"}, "x": None},
    }
    assert is_of_later_version("users", {"roles": {"student": {"frl_status": "Free"}}})
    assert not is_of_later_version("users", {"roles": {"student": {"grade": "9"}}})
    assert not is_of_later_version("schools", {"name": "x"})


def test_sharing_keeps_the_primary_school_among_the_shared() -> None:
    sharing = Sharing(unshared_schools={"a"})
    user = {"roles": {"teacher": {"school": "a", "schools": ["a", "b"]}}}
    assert sharing.visible(user) == {"roles": {"teacher": {"school": "b", "schools": ["b"]}}}
    sharing.unshared_schools.add("b")
    assert sharing.visible(user) is None
    admin = {"roles": {"district_admin": {"title": ""}}}
    assert sharing.visible(admin) == admin


def test_the_log_is_bounded_and_can_be_searched() -> None:
    log = RequestLog()
    for number in range(KEPT + 5):
        log.note(Asked("GET", "/v3.1/users", f"n={number}", 200))
    assert (len(log), log.total) == (KEPT, KEPT + 5)
    assert log[0].params == {"n": "5"}
    assert log.count("/users", n="7") == 1
    assert log[-2:][1].query == f"n={KEPT + 4}"


def test_the_limiter_counts_each_token_for_itself() -> None:
    limiter = RateLimiter(1)
    assert not limiter.take("a").exceeded
    assert not limiter.take("b").exceeded
    assert limiter.take("a").exceeded or limiter.take("a").exceeded
    limiter.clear()
    assert not limiter.take("a").exceeded


def test_the_page_escapes_what_it_is_given() -> None:
    shown = page("<b>", [], 'x"y', "/_sandbox/", "<i>", "<u>")
    assert not any(tag in shown for tag in ("<b>", "<i>", "<u>", 'x"y'))
    assert table("c", ["h"], [], "<none>") == '<p class="empty">&lt;none&gt;</p>'
    assert address("/a", b="c&d", e="", f=None) == "/a?b=c%26d"


def test_a_form_changes_only_what_was_typed_over() -> None:
    given = {"id": "1", "field:a.b": "new", "was:a.b": "old", "field:c": "", "was:c": "", "x": ""}
    assert read_fields(given) == {"id": "1", "changes": {"a.b": "new"}}
    assert read_fields({"on": "yes", "limit": "5"}) == {"on": True, "limit": 5}
