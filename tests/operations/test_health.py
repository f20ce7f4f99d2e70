"""/healthz, /readyz, /metrics and the banner: what they say when something is away."""

import re
from typing import Any

import pytest
from django.db import DatabaseError
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from core.vocabulary import RunMode, RunState
from imports import due, heartbeat
from imports.models import Heartbeat, Run
from integration_console.health import banner, broker, parts
from notifications.models import WebhookDelivery
from tests.faults.test_deployment import NEWER, other_tables
from tests.notifications.hooks import hook
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene

CLOSED = "redis://:secret-word@127.0.0.1:1/0"
TOKEN = {"headers": {"authorization": "Bearer let-me-in"}}


def ticked(seconds: int) -> None:
    """As if the last tick had been so long ago."""
    heartbeat.note()
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_heartbeat SET at = now() - %s * interval '1s' WHERE name = %s",
            [seconds, heartbeat.NAME],
        )


def asked(**how: Any) -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz", **how)
    return answer.status_code, answer.json()["parts"]


@pytest.fixture
def waiting(db: None) -> Run:
    """A run that was due a while ago."""
    scene = scenes.full(students=5, teachers=1)
    Run.objects.filter(state=RunState.QUEUED).delete()
    return scenes.run_row(scene.district, RunMode.LIVE, RunState.QUEUED, hours=0)


def unreachable(*_: object) -> None:
    raise DatabaseError("connection to server at 10.1.2.3 failed for user secret-word")


def test_healthz_asks_nobody(settings: Any) -> None:
    """No database (this test may not use one), no host name, no redirect to TLS, nobody's name."""
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["console.example.org"]
    answer = Client().get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"up\n")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_H19_machines_may_only_look(address: str) -> None:
    assert Client().post(address).status_code == 405


def test_readyz_is_well_with_a_clock_that_ticks(db: None) -> None:
    due.tick()
    status, told = asked()
    assert status == 200
    assert list(told) == ["database", "migrations", "clock", "due", "broker"]
    assert all(part["ok"] for part in told.values())
    assert (told["clock"]["seconds"], told["due"]["seconds"]) == (0, 0)


def test_F17_readyz_is_red_while_the_broker_is_away(db: None, settings: Any) -> None:
    due.tick()
    settings.REDIS_URL = CLOSED
    status, told = asked()
    assert status == 503
    assert told["broker"] == {"ok": False, "says": "Redis does not answer."}
    assert [name for name, part in told.items() if not part["ok"]] == ["broker"]


def test_readyz_tells_a_clock_that_stopped_from_one_that_never_ran(db: None) -> None:
    assert "start beat" in asked()[1]["clock"]["says"]
    ticked(parts.TICK_LATE - 5)
    assert asked()[0] == 200
    ticked(parts.TICK_LATE + 60)
    status, told = asked()
    assert (status, told["clock"]["ok"]) == (503, False)
    assert "for 7 minutes" in told["clock"]["says"]


def test_readyz_is_red_when_nobody_begins_what_is_due(waiting: Run) -> None:
    heartbeat.note()
    Run.objects.filter(pk=waiting.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
    status, told = asked()
    assert status == 503 and "workers are missing" in told["due"]["says"]
    Run.objects.filter(pk=waiting.pk).update(lease_until="2999-01-01T00:00:00Z")
    assert asked()[0] == 200, "somebody works on it"


def test_F24_readyz_is_red_while_migrations_wait(db: None) -> None:
    due.tick()
    with other_tables(NEWER):
        status, told = asked()
    assert status == 503 and "manage.py migrate" in told["migrations"]["says"]


def test_readyz_without_a_database_says_so_and_no_more(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.REDIS_URL = CLOSED
    monkeypatch.setattr("imports.schema.is_ours", unreachable)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["says"] == "PostgreSQL does not answer."
    assert (
        "secret-word" not in answer.content.decode() and "10.1.2.3" not in answer.content.decode()
    )


def test_a_loop_notes_its_tick_and_writes_it_seldom(db: None) -> None:
    due.work(loop=False)
    first = Heartbeat.objects.get(name=heartbeat.NAME).at
    due.work(loop=False)
    assert Heartbeat.objects.get(name=heartbeat.NAME).at == first
    ticked(16)
    due.work(loop=False)
    assert heartbeat.signs().tick == 0


def test_F24_a_tick_waits_for_the_migrations(db: None) -> None:
    with other_tables(NEWER):
        due.tick()
    assert heartbeat.signs().tick is None


# /metrics


def metrics(**how: Any) -> tuple[int, str]:
    answer = Client().get("/metrics", **how)
    return answer.status_code, answer.content.decode()


def test_metrics_are_nobodys_business_without_a_token_or_an_address(
    db: None, settings: Any
) -> None:
    assert metrics()[0] == 404
    assert metrics(headers={"authorization": "Bearer "})[0] == 404
    settings.METRICS_TOKEN = "let-me-in"
    assert metrics(headers={"authorization": "Bearer let-me-out"})[0] == 404
    assert metrics(**TOKEN)[0] == 200
    settings.METRICS_TOKEN, settings.METRICS_ADDRESSES = "", ["10.2.0.0/16", "::1"]
    assert metrics(REMOTE_ADDR="10.3.0.1")[0] == metrics(REMOTE_ADDR="")[0] == 404
    assert metrics(REMOTE_ADDR="10.2.7.1")[0] == metrics(REMOTE_ADDR="::1")[0] == 200
    through = {"x-forwarded-for": "10.2.7.1"}
    assert metrics(REMOTE_ADDR="10.2.7.1", headers=through)[0] == 404, "that is the proxy's own"


def test_metrics_tell_figures_and_no_names(waiting: Run, settings: Any) -> None:
    settings.METRICS_TOKEN = "let-me-in"
    Run.objects.filter(pk=waiting.pk).update(next_attempt_at="2020-01-01T00:00:00Z")
    status, text = metrics(**TOKEN)
    assert status == 200
    values = dict(re.findall(r"^(console_\S+) (\S+)$", text, re.MULTILINE))
    assert values['console_runs{state="queued"}'] == "1"
    assert values['console_runs_ended{state="completed"}'] == "0", "those were before yesterday"
    assert values['console_runs_ended{state="completed_with_errors"}'] == "1"
    assert float(values["console_due_seconds"]) > 10**6
    assert values["console_holds"] == "1" and values["console_alerts"] == "2"
    assert values["console_database_up"] == values["console_broker_up"] == "1"
    assert "console_broker_messages" not in values
    assert "maple" not in text.lower()
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) console_\w+ .+|console_\w+(\{\w+=\"\w+\"\})? \S+", line)


def test_metrics_tell_whether_webhooks_are_behind_or_fail(waiting: Run, settings: Any) -> None:
    """A paused one is behind on purpose; one that was switched off for failing still fails."""
    settings.METRICS_TOKEN = "let-me-in"
    at_work = {"state": "on"}, {"state": "on", "failing_since": "2026-01-01T00:00:00Z"}
    resting = {"state": "paused"}, {"state": "disabled", "failing_since": "2026-01-01T00:00:00Z"}
    for number, fields in enumerate(at_work + resting):
        to = hook(waiting.district, f"https://sis.example.org/{number}", **fields)
        WebhookDelivery.objects.create(webhook=to, kind="webhook.test", body="{}")
        WebhookDelivery.objects.create(
            webhook=to, kind="webhook.test", body="{}", state="delivered"
        )
    text = metrics(**TOKEN)[1]
    assert re.search(r"^console_webhook_messages 2$", text, re.MULTILINE)
    assert re.search(r"^console_webhooks_failing 2$", text, re.MULTILINE)


def test_metrics_tell_that_the_database_is_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = "let-me-in"
    monkeypatch.setattr("integration_console.health.figures._from_rows", unreachable)
    assert "console_database_up 0\n" in metrics(**TOKEN)[1]


@pytest.mark.needs_redis
def test_metrics_tell_how_long_the_line_is(db: None, settings: Any, redis_url: str) -> None:
    settings.REDIS_URL, settings.METRICS_TOKEN = redis_url, "let-me-in"
    assert "console_broker_messages 0\n" in metrics(**TOKEN)[1]


# The banner


def overview(scene: Scene) -> str:
    scenes.user(scenes.ALICE)
    page = signed_in(scenes.ALICE).get(reverse("overview", args=[scene.slug]))
    return page.content.decode()


def test_F17_overview_says_that_syncs_wait_and_nothing_is_lost(db: None) -> None:
    scene = scenes.full(students=5, teachers=1)
    assert "Scheduled syncs wait" not in overview(scene)
    ticked(parts.TICK_LATE + 60)
    page = overview(scene)
    assert "Scheduled syncs wait." in page and "has not answered since" in page
    assert "Nothing is lost" in page
    Heartbeat.objects.all().delete()
    assert "has not been started yet" in overview(scene)
    heartbeat.note()
    assert "Scheduled syncs wait" not in overview(scene)


def test_F17_broker_away_is_told_soon_unless_the_loop_does_the_work(
    db: None, settings: Any
) -> None:
    scene = scenes.full(students=5, teachers=1)
    settings.REDIS_URL = CLOSED
    ticked(banner.MISSED + 5)
    assert "Scheduled syncs wait." in overview(scene)
    due.work(loop=False)
    assert "Scheduled syncs wait" not in overview(scene)


def test_a_page_asks_the_broker_at_most_every_few_seconds(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:2/0"
    answers = iter(["ConnectionError"])
    monkeypatch.setattr(broker, "trouble", lambda: next(answers))
    assert {broker.recent_trouble() for _ in range(5)} == {"ConnectionError"}


def test_a_district_without_clever_waits_for_nothing(db: None) -> None:
    assert "Scheduled syncs wait" not in overview(scenes.empty())
