"""From events back to everything, in front of a Clever (F52): what the pull does, and says."""

from collections.abc import Callable
from typing import Any

import pytest

from clever_sync import events, reasons
from clever_sync.models import Pull
from core.vocabulary import PullKind, PullState
from tests.clever_sync.conftest import ROLES, Crash, World
from tests.clever_sync.everything import BASE_SOURCES
from tests.clever_sync.following import Follower, rewritten

pytestmark = pytest.mark.django_db
LUND = {"name.last": "Lund"}


@pytest.fixture
def followed(world: World) -> Follower:
    """A district that was read once, and Clever tells it events."""
    follower = Follower(world.sandbox, world.connection)
    assert follower.begin().why_full == "first"
    return follower


def assert_all_is_read(here: Follower, why: str, **more: Any) -> None:
    """The next pull reads everything, says why, and the one after goes by events again."""
    here.control.edit(here.ids("student")[2], LUND)
    here.control.remove(here.ids("student")[3])
    pull = here.next_pull(**more)
    assert (pull.kind, pull.why_full) == (PullKind.FULL, why)
    assert here.connection.last_full_pull_id == pull.pk
    here.assert_mirror_is_truth()
    here.control.edit(here.ids("student")[2], {"name.last": "Berg"})
    assert here.next_pull(**more).why_full == ""
    here.assert_mirror_is_truth()


def test_F52_another_token(followed: Follower) -> None:
    followed.control.rotate_token()
    assert_all_is_read(followed, "token")


def test_F52_another_version_of_the_api(followed: Follower) -> None:
    older = {"api_url": f"{followed.sandbox.url}/v3.0"}
    client = followed.client
    followed.client = lambda **more: client(**{**older, **more})  # type: ignore[method-assign]
    assert followed.next_pull().why_full == "api"
    followed.control.edit(followed.ids("student")[2], LUND)
    assert followed.next_pull().why_full == ""
    assert followed.live()[followed.ids("student")[2]].payload["name.last"] == "Lund"


@pytest.mark.parametrize("part", ["settings", "schools"])
def test_F52_settings_or_the_matching_of_schools_changed(followed: Follower, part: str) -> None:
    assert_all_is_read(followed, part, basis={part: "another"})


def test_F52_other_fields_or_people_are_read(followed: Follower) -> None:
    fewer = BASE_SOURCES - {"student.home_language"}
    pull = followed.next_pull(sources=fewer)
    assert pull.why_full == "fields"
    assert followed.next_pull(sources=fewer, roles=ROLES[:2]).why_full == "people"


@pytest.mark.parametrize("state", ["paused", "pending", "error"])
def test_F50_F52_while_clever_is_paused_and_on_return(followed: Follower, state: str) -> None:
    gone = followed.ids("student")[3]
    followed.control.set_state(state)
    followed.control.remove(gone)
    assert followed.next_pull().why_full == "paused"
    assert followed.gone() == set()
    followed.control.set_state("running")
    assert_all_is_read(followed, "paused")
    assert gone in followed.gone()


def test_F52_events_switched_off_every_pull_is_full_and_nothing_else_changes(
    world: World,
) -> None:
    here = Follower(world.sandbox, world.connection)
    here.control.events(False)
    for why in ("first", "no_events", "no_events"):
        here.control.edit(here.ids("student")[2], {"name.last": f"Lund {why}"})
        assert here.next_pull().why_full == why
        here.assert_mirror_is_truth()
        here.a_night_later()
    here.control.events(True)
    here.control.edit(here.ids("student")[3], LUND)
    assert here.next_pull().why_full == "no_cursor"
    here.control.edit(here.ids("student")[3], {"name.last": "Berg"})
    assert here.next_pull().why_full == ""
    here.assert_mirror_is_truth()


@pytest.mark.parametrize("status", [400, 403, 404, 501])
@pytest.mark.parametrize("newest", [True, False])
def test_F52_events_are_refused(followed: Follower, status: int, newest: bool) -> None:
    """At the question for the newest one, or only at the question for all since."""
    rule = {"do": "status", "status": status, "path": "/events", "body": {"message": "no"}}
    followed.control.faults([rule if newest else {**rule, "on": "2-"}])
    followed.control.edit(followed.ids("student")[2], LUND)
    pull = followed.next_pull()
    assert (pull.state, pull.why_full) == (PullState.DONE, "no_events")
    followed.assert_mirror_is_truth()


def test_F52_switched_off_without_a_word(followed: Follower) -> None:
    """The events of before stay. A day and a half later at the latest, everything is read."""
    followed.control.events(False)
    followed.control.edit(followed.ids("student")[2], LUND)
    assert followed.next_pull().why_full == ""
    followed.a_night_later()
    assert followed.next_pull().why_full == ""
    followed.a_night_later()
    followed.control.sync()
    assert followed.next_pull().why_full == "silent"
    followed.assert_mirror_is_truth()


def test_F52_events_fell_off(followed: Follower) -> None:
    followed.control.edit(followed.ids("student")[2], LUND)
    followed.control.expire_events()
    followed.control.edit(followed.ids("student")[4], LUND)
    followed.a_night_later(26 * 24)
    assert_all_is_read(followed, "gap")


def test_F52_a_cursor_that_clever_does_not_know(followed: Follower) -> None:
    followed.connection.event_cursor = "f" * 24
    followed.connection.save()
    assert_all_is_read(followed, "gap")


def test_C25_once_a_week_everything_is_read(followed: Follower) -> None:
    for _ in range(6):
        followed.a_night_later()
        followed.control.edit(followed.ids("student")[5], {"name.middle": str(_)})
        assert followed.next_pull().why_full == ""
    followed.a_night_later(23.9)
    assert_all_is_read(followed, "weekly")


def test_F53_the_weekly_pull_heals_what_no_event_told(followed: Follower) -> None:
    student = followed.ids("student")[2]
    followed.control.events(False)
    followed.control.edit(student, LUND)
    followed.control.events(True)
    followed.control.edit(followed.ids("student")[4], LUND)
    assert followed.next_pull().why_full == ""
    assert followed.live()[student].payload["name.last"] != "Lund"
    followed.a_night_later(7 * 24)
    assert followed.next_pull().why_full == "weekly"
    followed.assert_mirror_is_truth()


@pytest.mark.parametrize(
    ("sound", "harmed", "why"),
    [
        ('"object":', '"thing":', "unusable"),
        ('"type":"users', '"type":7,"was":"users', "unusable"),
        ('"roles":{', '"roles":[],"were":{', "unusable"),
        ('"data":{"object":{"id":"', '"data":{"object":{"id":"no', "unusable"),
        ('{"data":{', '{"thing":{', "no_events"),
    ],
)
def test_F53_an_event_that_cannot_be_used(
    followed: Follower, sound: str, harmed: str, why: str
) -> None:
    followed.control.edit(followed.ids("student")[2], LUND)
    followed.control.edit(followed.ids("student")[4], LUND)
    with rewritten(followed.sandbox, followed.connection.event_cursor) as told:
        entry = told[1]["entry"]
        told[1]["entry"] = entry.replace(sound, harmed, 1)
        assert told[1]["entry"] != entry
    pull = followed.next_pull()
    assert (pull.kind, pull.why_full) == (PullKind.FULL, why)
    followed.assert_mirror_is_truth()


def test_F53_an_answer_that_is_no_list_of_events(followed: Follower) -> None:
    followed.control.edit(followed.ids("student")[2], LUND)
    followed.control.faults([{"do": "raw", "body": "[]", "path": "/events", "on": "2-"}])
    assert followed.next_pull().why_full == "unusable"
    followed.assert_mirror_is_truth()


def test_F53_a_record_that_cannot_be_used(followed: Follower) -> None:
    followed.control.edit(followed.ids("student")[2], {"name.last": None})
    followed.control.edit(followed.ids("student")[3], LUND)
    assert followed.next_pull().why_full == "unusable"
    followed.assert_mirror_is_truth()


def test_C25_many_changes_are_read_page_by_page(
    followed: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "most_told", lambda pages: 5)
    for student in followed.ids("student")[2:8]:
        followed.control.edit(student, LUND)
    pull = followed.next_pull()
    assert (pull.why_full, pull.touches.count()) == ("many", 0)
    followed.assert_mirror_is_truth()
    assert not [p for p in followed.sandbox.requests.paths() if p.startswith("/v3.1/users/")]


def test_C25_a_pull_that_became_a_full_one_is_resumed_as_one(
    followed: Follower, monkeypatch: pytest.MonkeyPatch, crash_at: Callable[..., None]
) -> None:
    monkeypatch.setattr(events, "most_told", lambda pages: 2)
    for student in followed.ids("student")[2:8]:
        followed.control.edit(student, LUND)
    crash_at("pull.page_committed", 2)
    with pytest.raises(Crash):
        followed.next_pull()
    followed.fence += 1
    assert followed.next_pull().why_full == "many"
    assert Pull.objects.count() == 2
    followed.assert_mirror_is_truth()


def test_C25_whoever_asks_for_everything_gets_it(followed: Follower) -> None:
    pull = followed.next_pull(why_full=reasons.ASKED)
    assert (pull.kind, pull.why_full) == (PullKind.FULL, "asked")
