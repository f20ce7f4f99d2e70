"""Webhooks over real sockets: what is told, to whom, how it is signed (C28, ADR 0032)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.vocabulary import DataType, EventKind, Trigger
from imports import holds, schedules
from imports.models import RunEvent
from notifications import post
from notifications.gather import gather
from notifications.models import Letter, Webhook, WebhookDelivery
from notifications.webhooks import rounds
from notifications.webhooks.kinds import BY_DEFAULT, KINDS, name_of, summary
from schools.models import District
from tests.notifications.hooks import deliveries, hook
from tests.notifications.office import Office
from tests.notifications.receiver import Receiver, told
from tests.notifications.setting import Setting, ring

BY = "olga@maple.example"


def test_C28_a_completed_run_is_told_with_figures_and_nothing_of_anybody(
    here: Setting, system: Receiver
) -> None:
    mine = hook(here.district, system.url)
    run = here.run("started", "finished")
    ring()
    assert told(system) == ["run.started", "run.completed"]
    (message,) = [m for m in system.messages if m.said["type"] == "run.completed"]
    assert message.path == "/in?key=hush"
    assert message.headers["content-type"] == "application/json"
    assert message.is_signed_with(mine.secret)
    assert not message.is_signed_with(hook(here.district, "https://other.example").secret)
    event = RunEvent.objects.get(run=run, kind="finished")
    assert message.said == {
        "type": "run.completed",
        "timestamp": "2026-11-24T12:00:00Z",
        "data": {
            "district": "maple",
            "event": event.pk,
            "data_types": ["student", "teacher"],
            "run": {
                "id": run.pk,
                "mode": "live",
                "trigger": "schedule",
                "state": "completed",
                "counts": {"student": {"update": 37, "create": 2}},
            },
            "with_errors": False,
            "link": f"http://localhost:8000/d/maple/operations/{run.pk}/",
        },
    }


def test_C28_the_moment_of_sending_is_signed_too(here: Setting, system: Receiver) -> None:
    mine = hook(here.district, system.url)
    here.run("failed")
    ring()
    (message,) = system.messages
    sent = int(message.headers["webhook-timestamp"])
    assert abs(sent - timezone.now().timestamp()) < 30
    message.headers["webhook-timestamp"] = str(sent + 1)
    assert not message.is_signed_with(mine.secret)
    message.headers["webhook-timestamp"] = str(sent)
    message.body += b" "
    assert not message.is_signed_with(mine.secret)


@pytest.mark.parametrize(
    ("kinds", "name", "more"),
    [
        (("finished_with_errors",), "run.completed", {"with_errors": True}),
        (("failed",), "run.failed", {"code": "clever_unavailable"}),
        (("tested",), "run.tested", {}),
        (("needs_decision",), "run.needs_decision", {"count": 21}),
        (("connection_needs_attention",), "connection.needs_attention",
         {"code": "clever_unavailable"}),
    ],
)  # fmt: skip
def test_C28_what_runs_tell_has_its_own_name(
    here: Setting, system: Receiver, kinds: tuple[str, ...], name: str, more: dict[str, object]
) -> None:
    hook(here.district, system.url)
    here.run(*kinds, state="failed") if name.startswith("connection") else here.run(*kinds)
    ring()
    (message,) = system.messages
    assert message.said["type"] == name
    assert more.items() <= message.said["data"].items()


def test_C28_an_undo_is_told_as_an_undo(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    here.run("finished", trigger=Trigger.UNDO)
    ring()
    assert told(system) == ["undo.completed"]


def test_C28_held_changes_alerts_and_what_was_decided(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    run = here.run("finished", "held")
    first, second = here.hold(run), here.hold(run, slice_="transfer/student/2")
    RunEvent.objects.filter(kind="held").update(details={"holds": [first.pk, second.pk]})
    here.alerts(run, 7)
    holds.discard(hold_id=second.pk, by=BY, district=here.district)
    ring()
    said = {m.said["type"]: m.said["data"] for m in system.messages}
    assert said["run.held"]["holds"] == [first.pk, second.pk]
    assert said["run.held"]["link"].endswith("/d/maple/holds/")
    assert said["alerts.waiting"]["count"] == 7
    decided = said["hold.decided"]
    assert (decided["hold"], decided["decision"], decided["count"]) == (second.pk, "discarded", 640)
    assert BY not in json.dumps(decided), "who decided stands in the audit"


def test_C28_a_hold_that_expires_is_told(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    hold = here.hold(here.run("finished"))
    assert holds.expire(timezone.now() + timedelta(days=8)) == 1
    assert holds.expire(timezone.now() + timedelta(days=8)) == 0
    ring()
    said = [m.said["data"] for m in system.messages if m.said["type"] == "hold.decided"]
    assert [(one["hold"], one["decision"]) for one in said] == [(hold.pk, "expired")]


def test_C28_a_pause_of_the_schedule_and_its_end_are_told(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    until = timezone.now() + timedelta(days=3)
    both = [DataType.STUDENT, DataType.STAFF]
    schedules.pause(district=here.district, types=both, until=until, by=BY, why="Private words")
    schedules.resume(district=here.district, types=both, by=BY)
    ring()
    assert sorted(told(system)) == ["schedule.paused", "schedule.resumed"]
    (paused,) = [m.said for m in system.messages if m.said["type"] == "schedule.paused"]
    assert paused["data"]["until"] == until.isoformat()
    assert paused["data"]["data_types"] == ["staff", "student"]
    assert "Private" not in json.dumps(paused)


def test_C28_switching_scheduled_syncs_off_is_told(here: Setting, system: Receiver) -> None:
    hook(here.district, system.url)
    schedules.set_automatic(district=here.district, on=list(DataType), by=BY)
    schedules.set_automatic(district=here.district, on=[DataType.STAFF], by=BY)
    ring()
    said = system.messages[-1].said
    assert said["type"] == "schedule.switched"
    assert (said["data"]["on"], said["data"]["data_types"]) == (["staff"], ["student", "teacher"])


def test_C28_what_mail_would_not_repeat_is_told_each_time(
    here: Setting, system: Receiver, office: Office
) -> None:
    hook(here.district, system.url)
    for _ in range(3):
        here.run("failed")
        ring()
    here.run("finished")
    ring()
    assert len(office.letters) == 2, "it failed, and it works again"
    assert told(system) == [*["run.failed"] * 3, "run.completed", "sync.works_again"]


def test_C28_without_any_mail_server_webhooks_are_told(
    here: Setting, system: Receiver, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    hook(here.district, system.url)
    here.run("failed")
    ring()
    here.run("finished")
    ring()
    assert told(system) == ["run.failed", "run.completed", "sync.works_again"]
    assert not Letter.objects.exists()


def test_C28_only_chosen_events_of_ones_own_district_since_it_was_added(
    here: Setting, system: Receiver
) -> None:
    elm = Setting(District.objects.create(slug="elm", name="Elm Park", time_zone="UTC"))
    hook(here.district, system.url, ["run.failed"])
    here.run("started", "finished")
    elm.run("failed")
    ring()
    assert told(system) == []
    Webhook.objects.update(hears_from=timezone.now())
    here.run("failed")
    ring()
    assert told(system) == [], "that night was before it was added"
    here.run("failed", at=timezone.now())
    ring()
    assert told(system) == ["run.failed"]


def test_C28_an_event_is_one_row_per_webhook_however_often_it_is_gathered(
    here: Setting, system: Receiver
) -> None:
    hook(here.district, system.url)
    hook(here.district, f"{system.url}2")
    here.run("finished")
    gather()
    RunEvent.objects.update(delivered_at=None)
    gather()
    ring()
    assert WebhookDelivery.objects.count() == 2
    assert len({message.identity for message in system.messages}) == 2
    assert ring() == 0 and len(system.messages) == 2


def test_C28_every_event_of_mail_has_its_name_for_systems() -> None:
    assert all(name_of(kind) in KINDS for kind in EventKind)
    assert set(BY_DEFAULT) <= set(KINDS)
    assert name_of("support_sees") == name_of("webhook_disabled") == ""
    assert summary(KINDS) == "Every event"
    assert summary(["run.failed", "run.completed"]) == "A run has completed; A run has failed"
    assert all(len(name) <= 30 for name in KINDS)


def test_C28_gathering_for_ten_webhooks_costs_as_many_queries_as_for_one(
    here: Setting, system: Receiver
) -> None:
    def queries(of: str) -> int:
        here.run("finished", "alerts")
        here.run("failed", code=of)
        with CaptureQueriesContext(connection) as found:
            gather()
        return len(found)

    hook(here.district, system.url)
    queries("warm")
    one = queries("one")
    for n in range(9):
        hook(here.district, f"{system.url}{n}")
    assert queries("ten") == one
    newest = deliveries()[-40:]
    assert sorted({row.kind for row in newest}) == [
        "alerts.waiting", "run.completed", "run.failed", "sync.works_again",
    ]  # fmt: skip
    assert len({(row.webhook_id, row.event_id) for row in newest}) == 40


def test_C28_mail_goes_before_webhooks_in_a_round(
    here: Setting, system: Receiver, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(here.district, system.url)
    here.run("failed")
    order: list[str] = []
    office.before_answering = lambda: order.append("mail")
    monkeypatch.setattr(rounds, "call_of", _noting(order, rounds.call_of))
    post.work()
    assert order == ["mail", "webhook"]


def _noting(order: list[str], call_of: Any) -> Any:
    def noted(ours: Any) -> Any:
        order.append("webhook")
        return call_of(ours)

    return noted
