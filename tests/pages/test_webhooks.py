"""The pages of webhooks: for owners, with a secret that is shown once (C28)."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from core.vocabulary import MemberRole
from integration_console.settings_document import document_of
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks.actions import MOST
from notifications.webhooks.kinds import BY_DEFAULT, KINDS
from tests.notifications.receiver import Receiver, listening
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_webhooks import GIVEN_UP, TAKEN, sent, webhook

GOLDEN = {"webhooks": 5, "webhook": 6}
PUBLIC = "https://8.8.8.8/in?key=hush"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


def page(scene: Scene, name: str, *args: int) -> str:
    return reverse(name, args=[scene.slug, *args])


def added(scene: Scene, client: Client, **more: object) -> Any:
    given = {"url": PUBLIC, "events": ["run.failed", "run.held"], **more}
    return client.post(page(scene, "webhook_new"), given)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_C28_a_webhook_is_added_and_its_secret_is_shown_once(maple: Scene, alice: Client) -> None:
    answer = added(maple, alice)
    made = Webhook.objects.get(district=maple.district)
    assert (made.url, made.events, made.state) == (PUBLIC, ["run.failed", "run.held"], "on")
    assert SECRET.findall(text(answer)) == [made.secret]
    assert "no-store" in answer["Cache-Control"]
    for name, args in (("webhooks", []), ("webhook", [made.pk]), ("activity", [])):
        shown = text(alice.get(page(maple, name, *args)))
        assert "8.8.8.8" in shown and not SECRET.search(shown)
    again = added(maple, alice)
    assert "webhook here already" in text(again) and not SECRET.search(text(again))
    assert Webhook.objects.count() == 1


def test_C28_the_page_offers_every_event_and_chooses_what_most_want(
    maple: Scene, alice: Client
) -> None:
    shown = text(alice.get(page(maple, "webhook_new")))
    assert all(f'value="{name}"' in shown and kind.label in shown for name, kind in KINDS.items())
    assert len(re.findall(r" checked", shown)) == len(BY_DEFAULT)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "https://10.0.0.1/in"}, "private network"),
        ({"url": "http://8.8.8.8/in"}, "Only https"),
        ({"url": "https://user:word@8.8.8.8/in"}, "name and the password"),
        ({"url": ""}, "Write the address"),
        ({"url": "https://8.8.8.8/" + "x" * 500}, "500 characters"),
        ({"events": []}, "Choose an event"),
        ({"events": ["everything"]}, "Choose among the events"),
    ],
)
def test_C28_what_is_typed_wrongly_is_said_and_nothing_is_stored(
    maple: Scene, alice: Client, given: dict[str, object], words: str
) -> None:
    answer = added(maple, alice, **given)
    assert answer.status_code == 200 and words in text(answer)
    assert not Webhook.objects.exists()
    made = webhook(maple.district)
    kept = (made.url, made.events)
    sends = {"url": made.url, "events": made.events, **given}
    assert words in text(alice.post(page(maple, "webhook", made.pk), sends))
    made.refresh_from_db()
    assert (made.url, made.events) == kept


def test_C28_a_district_has_ten_webhooks_at_most(maple: Scene, alice: Client) -> None:
    for n in range(MOST):
        webhook(maple.district, f"{n}.example")
    assert "10 webhooks at most" in text(added(maple, alice))
    assert "Add a webhook" not in text(alice.get(page(maple, "webhooks")))


def test_C28_only_owners_see_and_change_webhooks(maple: Scene, charlie: Client) -> None:
    made, imports = webhook(maple.district), scenes.user("ivy@maple.example")
    Membership.objects.create(district=maple.district, user=imports, role=MemberRole.IMPORT_ADMIN)
    for email in (imports.email, scenes.BOB, scenes.OLIVE, scenes.LEE, scenes.SAM):
        client = signed_in(email)
        for name, args in (("webhooks", []), ("webhook_new", []), ("webhook", [made.pk])):
            assert client.get(page(maple, name, *args)).status_code == 403
        for name in ("secret", "test", "pause", "resume", "remove", "again"):
            assert client.post(page(maple, f"webhook_{name}", made.pk)).status_code == 403
    assert charlie.get(page(maple, "webhook", made.pk)).status_code == 404
    made.refresh_from_db()
    assert made.state == "on" and made.rotations == 0


def test_C28_another_districts_message_is_not_sent_again(maple: Scene, alice: Client) -> None:
    mine, other = webhook(maple.district), webhook(scenes.empty("birch").district)
    theirs = sent(other, "run.failed", 1, **GIVEN_UP)
    alice.post(page(maple, "webhook_again", mine.pk), {"delivery": theirs.pk})
    theirs.refresh_from_db()
    assert theirs.state == "given_up"


def test_C28_a_secret_is_changed_by_whoever_saw_the_last_one(maple: Scene, alice: Client) -> None:
    made = webhook(maple.district)
    first = alice.post(page(maple, "webhook_secret", made.pk), {"seen": "0"})
    (secret,) = SECRET.findall(text(first))
    again = alice.post(page(maple, "webhook_secret", made.pk), {"seen": "0"}, follow=True)
    assert "The secret was changed since" in text(again) and not SECRET.search(text(again))
    now = Webhook.objects.get(pk=made.pk)
    assert (now.secret, now.former_secret, now.rotations) == (secret, made.secret, 1)
    assert now.former_until and now.former_until > timezone.now()
    assert "The one before signs until" in text(alice.get(page(maple, "webhook", made.pk)))


def test_C28_the_test_button_says_what_the_receiver_answered(
    maple: Scene, alice: Client, settings: Any
) -> None:
    settings.DEBUG = True
    with listening() as system:
        made = Webhook.objects.create(
            district=maple.district, url=system.url, events=["run.failed"], secret="whsec_aGk="
        )
        assert "The test has arrived. The answer was 200." in pressed(maple, alice, made)
        system.answers(404, b"no such <b>path</b>")
        assert "The answer was 404: “no such &lt;b&gt;path&lt;/b&gt;”." in pressed(
            maple, alice, made
        )
        seen(system)
    assert "The test did not arrive. No answer: ConnectionRefusedError." in pressed(
        maple, alice, made
    )


def pressed(scene: Scene, client: Client, made: Webhook) -> str:
    return text(client.post(page(scene, "webhook_test", made.pk), follow=True))


def seen(system: Receiver) -> None:
    assert [message.said["type"] for message in system.messages] == ["webhook.test"] * 2


def test_C28_messages_are_listed_with_what_was_answered(maple: Scene, alice: Client) -> None:
    made = webhook(maple.district)
    taken = sent(made, "run.completed", 2, **TAKEN)
    late = sent(made, "run.failed", 1, **GIVEN_UP)
    shown = text(alice.get(page(maple, "webhook", made.pk)))
    assert shown.index("A run has failed") < shown.index("A run has completed")
    for words in (f"msg_{taken.key.hex}", "Given up", "12 tries", "It did not answer in time."):
        assert words in shown
    again = alice.post(page(maple, "webhook_again", made.pk), {"delivery": late.pk}, follow=True)
    assert "sent again within a minute" in text(again)
    late.refresh_from_db()
    assert (late.state, late.attempts) == ("waiting", 0)


def test_C28_pause_switch_on_and_remove(maple: Scene, alice: Client) -> None:
    made = webhook(maple.district)
    assert "Paused." in text(alice.post(page(maple, "webhook_pause", made.pk), follow=True))
    assert "It is paused." in text(alice.get(page(maple, "webhook", made.pk)))
    assert "Switched on." in text(alice.post(page(maple, "webhook_resume", made.pk), follow=True))
    assert "so already" in text(alice.post(page(maple, "webhook_resume", made.pk), follow=True))
    sent(made, "run.failed", 1)
    gone = alice.post(page(maple, "webhook_remove", made.pk), follow=True)
    assert "was removed" in text(gone)
    assert not (Webhook.objects.exists() or WebhookDelivery.objects.exists())
    assert alice.get(page(maple, "webhook", made.pk)).status_code == 404


def test_C28_no_secret_and_no_address_gets_into_audit_settings_or_logs(
    maple: Scene, alice: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    added(maple, alice)
    made = Webhook.objects.get()
    Webhook.objects.filter(pk=made.pk).update(url="https://127.0.0.1/in?key=hush")
    alice.post(page(maple, "webhook_secret", made.pk), {"seen": "0"})
    alice.post(page(maple, "webhook_test", made.pk))
    alice.post(page(maple, "webhook_remove", made.pk))
    told = AuditEvent.objects.filter(verb__startswith="webhook.")
    assert {event.verb for event in told} == {
        "webhook.add", "webhook.rotate", "webhook.test", "webhook.remove",
    }  # fmt: skip
    call_command("export_settings", maple.slug)
    written = "".join(capfd.readouterr()) + caplog.text + repr(document_of(maple.district))
    written += "".join(f"{event.subject} {event.details}" for event in told) + repr(made)
    assert "8.8.8.8" in written
    assert "hush" not in written and "whsec_" not in written


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_C28_queries_do_not_grow_with_webhooks_and_messages(
    maple: Scene, alice: Client, name: str
) -> None:
    made = webhook(maple.district)
    address = page(maple, name, *([made.pk] if name == "webhook" else []))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(address).status_code == 200
        return len(queries)

    sent(made, "run.failed", 1, **TAKEN)
    before = count()
    for n in range(8):
        other = webhook(maple.district, f"{n}.example")
        sent(other, "run.held", 2, **TAKEN)
        for hours in range(10):
            sent(made, "run.failed", hours, **GIVEN_UP)
    assert count() == before == GOLDEN[name]
