"""What people do to webhooks, and what becomes of one that nothing reaches (C28, ADR 0032)."""

from typing import Any

import pytest
from django.utils import timezone

from core.problems import ConsoleError
from core.vocabulary import WebhookState
from notifications.gather import gather
from notifications.models import WebhookDelivery
from notifications.webhooks import actions
from schools.models import District
from tests.notifications.hooks import deliveries, hook, hours_pass
from tests.notifications.office import Office, text_of
from tests.notifications.receiver import Receiver, told
from tests.notifications.setting import Setting, ring

BY = "olga@maple.example"


def test_C28_for_24_hours_after_a_rotation_both_secrets_sign(
    here: Setting, system: Receiver
) -> None:
    mine = hook(here.district, system.url)
    new = actions.rotate_secret(district=here.district, number=mine.pk, seen=0, by=BY).secret
    assert new != mine.secret and new.startswith("whsec_")
    here.run("failed")
    ring()
    assert system.messages[0].is_signed_with(mine.secret)
    assert system.messages[0].is_signed_with(new)
    hours_pass(24.1)
    here.run("failed")
    ring()
    assert not system.messages[1].is_signed_with(mine.secret)
    assert system.messages[1].is_signed_with(new)
    with pytest.raises(ConsoleError, match="changed since"):
        actions.rotate_secret(district=here.district, number=mine.pk, seen=0, by=BY)


def test_C28_a_pause_keeps_what_happens_for_three_days(here: Setting, system: Receiver) -> None:
    mine = hook(here.district, system.url)
    assert actions.pause_webhook(district=here.district, number=mine.pk, by=BY)
    assert not actions.pause_webhook(district=here.district, number=mine.pk, by=BY)
    here.run("failed")
    ring()
    hours_pass(73)
    here.run("finished")
    ring()
    assert told(system) == []
    assert actions.resume_webhook(district=here.district, number=mine.pk, by=BY)
    ring()
    assert told(system) == ["run.completed", "sync.works_again"]
    (old,) = deliveries("run.failed")
    assert (old.state, old.said) == (
        "given_up",
        "It waited for three days while the webhook was not on.",
    )


def test_C28_what_waited_while_the_console_was_away_is_sent(
    here: Setting, system: Receiver
) -> None:
    """Nobody has paused anything: an outage of ours takes nothing from a receiver."""
    hook(here.district, system.url)
    here.run("failed")
    gather()
    hours_pass(24 * 9)
    ring()
    assert told(system) == ["run.failed"]


def test_C28_a_test_says_what_came_of_it_and_counts_for_nothing(
    here: Setting, system: Receiver
) -> None:
    mine = hook(here.district, system.url, state=WebhookState.PAUSED)
    assert actions.send_test(district=here.district, number=mine.pk, by=BY).code == 200
    system.answers(500, b"out of order")
    answer = actions.send_test(district=here.district, number=mine.pk, by=BY)
    assert (answer.code, answer.said) == (500, "out of order")
    assert told(system) == ["webhook.test", "webhook.test"]
    assert system.messages[0].is_signed_with(mine.secret)
    assert [row.state for row in deliveries()] == ["delivered", "given_up"]
    mine.refresh_from_db()
    assert (mine.failures, mine.failing_since) == (0, None)
    for _ in range(3):
        actions.send_test(district=here.district, number=mine.pk, by=BY)
    with pytest.raises(ConsoleError, match="ten minutes"):
        actions.send_test(district=here.district, number=mine.pk, by=BY)


def test_C28_a_message_sent_again_has_the_same_webhook_id(here: Setting, system: Receiver) -> None:
    mine = hook(here.district, system.url)
    here.run("failed")
    ring()
    (row,) = deliveries()
    again: dict[str, Any] = {
        "district": here.district,
        "number": mine.pk,
        "delivery": row.pk,
        "by": BY,
    }
    assert actions.send_again(**again)
    assert not actions.send_again(**again), "it waits already"
    ring()
    first, second = system.messages
    assert first.identity == second.identity and first.body == second.body
    elm = District.objects.create(slug="elm", name="Elm Park", time_zone="UTC")
    with pytest.raises(ConsoleError):
        actions.send_again(**{**again, "district": elm})


def test_C28_after_five_days_of_failures_it_is_disabled_and_told_by_mail(
    here: Setting, system: Receiver, office: Office
) -> None:
    here.tell("started@maple.example", events=["started"])
    mine = hook(here.district, system.url, ["run.finished", "run.failed"])
    system.answers(503)
    here.run("failed")
    ring()
    office.letters.clear()
    for _ in range(20):
        hours_pass(6)
        here.run("failed")
        ring()
    mine.refresh_from_db()
    assert mine.state == WebhookState.DISABLED
    ring()
    (letter,) = office.letters
    assert letter["To"] == "ann@maple.example"
    assert letter["Subject"] == "Maple Ridge Unified: A webhook was switched off"
    text = text_of(letter)
    assert "127.0.0.1" in text and "/d/maple/setup/webhooks/" in text
    assert "hush" not in text and "/in" not in text
    count = len(system.messages)
    here.run("failed")
    ring()
    hours_pass(1)
    ring()
    assert len(system.messages) == count, "nothing is sent to it any more"
    kept = WebhookDelivery.objects.count()
    system.answers(200)
    assert actions.resume_webhook(district=here.district, number=mine.pk, by=BY)
    here.run("failed", at=timezone.now())
    ring()
    assert WebhookDelivery.objects.count() == kept + 1
    assert deliveries()[-1].state == "delivered"


def test_C28_one_success_in_between_begins_the_five_days_anew(
    here: Setting, system: Receiver
) -> None:
    mine = hook(here.district, system.url)
    for n in range(30):
        system.answers(200 if n == 15 else 500)
        here.run("failed")
        ring()
        hours_pass(6)
    mine.refresh_from_db()
    assert mine.state == WebhookState.ON and mine.failing_since is not None


def test_C28_gone_disables_at_once(here: Setting, system: Receiver) -> None:
    mine = hook(here.district, system.url)
    system.answers(410)
    here.run("failed")
    ring()
    mine.refresh_from_db()
    assert mine.state == WebhookState.DISABLED
    assert [row.state for row in deliveries()] == ["given_up"]
