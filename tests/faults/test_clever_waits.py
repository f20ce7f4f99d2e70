"""A Clever that is slow, busy or broken for a while, as a run meets it (F29 to F34)."""

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database

from clever_sync import client
from clever_sync.budget import SharedBudget
from core.vocabulary import RunState
from imports import due
from imports.driver import advance_run
from imports.lease import database_now, due_runs
from imports.models import Run
from tests.faults.conftest import SIZE
from tests.faults.killed import twin_digest
from tests.faults.test_killed_workers import disturb, first_import, queued
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
USERS = {"path": "/users", "role": "student"}
Rule = dict[str, Any]


@pytest.fixture
def second(fresh: World) -> World:
    """An imported district with a change, a leaver and a newcomer waiting."""
    fresh.sync()
    disturb(fresh)
    fresh.slept.clear()
    fresh.clever.control.clear_requests()
    return fresh


def rested(run: Run) -> timedelta:
    """How long a run rests from now on, by the database's clock."""
    run.refresh_from_db()
    assert run.lease_until is None
    return run.next_attempt_at - database_now()


def is_the_twin(here: World) -> None:
    here.clever.control.clear_faults()
    assert here.digest() == twin_digest(here, first_import, **SIZE)


def reset_at(seconds: int | str | None) -> str | None:
    if not isinstance(seconds, int):
        return seconds
    return str(int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp()))


def limited(reset: str | None, **more: Any) -> Rule:
    headers = {"X-RateLimit-Reset": reset, "X-RateLimit-Remaining": "0"}
    return {"do": "status", "status": 429, "headers": headers, **USERS, **more}


WAITS = ((40, 40), (-9, 60), (None, 60), ("soon", 60), (36_000, 900))


def test_F29_a_run_waits_for_clever_as_long_as_it_asks(second: World) -> None:
    run = queued(second)
    for asked, seconds in WAITS:
        second.clever.control.faults([limited(reset_at(asked))])
        before = second.clever.requests.count("/users")
        second.skip(0)
        advance_run(run.pk)
        assert seconds - 15 < rested(run).total_seconds() <= seconds + 2, asked
        assert run.state == RunState.VALIDATING
        assert "Waiting for Clever" in run.message
        assert run.progress["step"] == "pulling"
        assert (run.rests, run.attempts) == (0, 0), "to wait is no failure, however often"
        assert second.clever.requests.count("/users") - before <= 2, "no storm"
    second.clever.control.clear_faults()
    ended = second.drive(run)
    assert ended.state == RunState.COMPLETED
    assert not ended.events.filter(kind="failed").exists()
    is_the_twin(second)


class FakeMinutes:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 1, 2, 0, 30, tzinfo=UTC)
        self.sent: list[datetime] = []

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def clock(self) -> datetime:
        return self.now


def test_F30_a_token_is_never_asked_more_often_than_agreed(fresh: World) -> None:
    """Two processes that share a token: each minute has its share for both together."""
    time = FakeMinutes()
    one, other = (
        client.CleverClient(
            api_url=fresh.clever.api_url,
            auth_url=fresh.clever.auth_url,
            client_id=fresh.clever.client_id,
            client_secret=fresh.clever.client_secret,
            budget=SharedBudget(per_minute=10, block=2),
            patience=100,
            sleep=time.sleep,
            clock=time.clock,
        )
        for _ in range(2)
    )
    per_minute: dict[datetime, int] = {}
    with one, other:
        for speaker in (one, other):
            speaker.authorise(fresh.clever.district_id)
        for _ in range(18):
            for speaker in (one, other):
                speaker.district()
                minute = time.now.replace(second=0)
                per_minute[minute] = per_minute.get(minute, 0) + 1
    assert sum(per_minute.values()) == 36
    assert max(per_minute.values()) <= 10
    assert len(per_minute) == 4


def test_F30_a_run_without_requests_left_waits_for_the_next_minute(
    second: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The budget is spent: the run rests until the minute is over, and says for whom it waits."""
    # Few enough for two minutes not to be enough, should one end meanwhile.
    budget = SharedBudget(per_minute=3, block=3)
    monkeypatch.setattr(client, "shared_budget", lambda: budget)
    defaults = client.CleverClient.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "patience", 0.0)
    run = queued(second)
    second.clever.control.clear_requests()
    began = database_now()
    advance_run(run.pk)
    assert rested(run).total_seconds() <= 61
    assert run.next_attempt_at > began
    assert "Waiting for Clever" in run.message
    assert run.rests == 0
    assert len([r for r in second.clever.requests if r.path.startswith("/v3")]) <= 6
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM clever_sync_requestbudget")
    budget._per_minute = budget._block = 1000
    budget._leased.clear()
    assert second.drive(run).state == RunState.COMPLETED
    is_the_twin(second)


@pytest.mark.parametrize(("status", "times"), [(500, 1), (502, 3), (503, 5)])
def test_F31_a_few_server_errors_change_nothing(second: World, status: int, times: int) -> None:
    rule = {"do": "status", "status": status, "on": "2-", "times": times, **USERS}
    second.clever.control.faults([rule])
    run = second.sync()
    assert (run.state, run.rests) == (RunState.COMPLETED, 0)
    assert second.slept == []
    is_the_twin(second)


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "status": 503},
        {"do": "drop"},
        {"do": "truncate", "at": 300, "length": "none"},
    ],
    ids=lambda fault: str(fault["do"]),
)
def test_F32_F33_F35_for_ever_ends_in_one_failure(second: World, fault: Rule) -> None:
    before = second.digest()
    second.clever.control.faults([{**fault, **USERS, "on": "2-"}])
    run = queued(second)
    for number in range(1, 4):
        advance_run(run.pk)
        assert timedelta(minutes=14) < rested(run) <= timedelta(minutes=15)
        assert (run.state, run.rests) == (RunState.VALIDATING, number)
        assert "Trying again in 15 minutes" in run.message
        assert due_runs() == []
        second.skip(0)
    advance_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure, run.retryable) == (RunState.FAILED, "clever_unavailable", True)
    assert "Nothing was imported by this run." in run.message
    assert list(run.events.order_by("pk").values_list("kind", flat=True)) == ["started", "failed"]
    assert second.digest() == before
    second.clever.control.clear_faults()
    assert second.sync().state == RunState.COMPLETED
    is_the_twin(second)


def test_F32_the_others_go_on(second: World) -> None:
    second.clever.control.faults([{"do": "status", "status": 503, **USERS}])
    run = queued(second)
    assert due.work(loop=False) == 1
    assert rested(run) > timedelta(minutes=14)
    second.clever.control.clear_faults()
    second.skip(0)
    assert due.work(loop=False) == 1
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    is_the_twin(second)


# At most five for one page, which is asked for again after each.
BROKEN: dict[int, Rule] = {
    2: {"do": "reset", "at": 400},
    3: {"do": "drop"},
    4: {"do": "bad_chunk"},
    6: {"do": "truncate", "at": 300, "length": "none"},
    7: {"do": "truncate", "at": 300, "length": "short"},
    8: {"do": "truncate", "at": 300, "length": "full"},
    10: {"do": "empty_body"},
}


def test_F33_F35_broken_answers_are_asked_for_again(second: World) -> None:
    second.clever.control.faults([{**rule, **USERS, "on": n} for n, rule in BROKEN.items()])
    run = second.sync()
    assert (run.state, run.rests) == (RunState.COMPLETED, 0)
    assert all(rule["fired"] == 1 for rule in second.clever.control.fault_rules())
    is_the_twin(second)


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("why", ["nobody listens", "no TLS"])
def test_F33_nobody_there_lets_the_run_rest(second: World, settings: Any, why: str) -> None:
    without_tls = second.clever.url.replace("http:", "https:")
    settings.CLEVER_API_URL = (without_tls if why == "no TLS" else closed_port()) + "/v3.1"
    run = queued(second)
    advance_run(run.pk)
    assert rested(run) > timedelta(minutes=14)
    assert "could not be reached" in run.message
    settings.CLEVER_API_URL = second.clever.api_url
    assert second.drive(run).state == RunState.COMPLETED
    is_the_twin(second)


def test_F34_a_drip_ends_at_the_deadline_and_is_asked_for_again(
    second: World, settings: Any
) -> None:
    settings.CLEVER_PAGE_SECONDS = 0.4
    second.clever.control.faults([{"do": "drip", "bytes_per_second": 200, **USERS, "on": 2}])
    run = second.sync()
    assert (run.state, run.rests) == (RunState.COMPLETED, 0)
    is_the_twin(second)
