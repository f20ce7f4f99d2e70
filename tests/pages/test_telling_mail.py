"""How mail stands: on Manage Email Notifications and on the overview (F74, F75, B64)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from clever_sync.models import Connection
from notifications import mail
from notifications.models import Letter, Recipient
from tests.notifications.office import by_smtp, open_office, text_of
from tests.pages.conftest import signed_in
from tests.pages.scenes import BOB, OLIVE, Scene

ANN, BEN = "ann@maple.example", "ben@maple.example"
LISTS = "/d/maple/clever/notifications/"


@pytest.fixture
def told(maple: Scene, settings: Any) -> Scene:
    by_smtp(settings, 1)
    for email in (ANN, BEN):
        Recipient.objects.create(district=maple.district, data_type="student", email=email)
    return maple


def letter(scene: Scene, email: str, state: str, **fields: object) -> Letter:
    made = Letter.objects.create(district=scene.district, email=email, state=state)
    Letter.objects.filter(pk=made.pk).update(**fields)
    return made


def plain(client: Client, address: str) -> str:
    text = client.get(address).content.decode().replace("<wbr>", "")
    return " ".join(text.split())


def pressed(client: Client, name: str, email: str) -> str:
    answer = client.post(reverse(name, args=["maple"]), {"email": email}, follow=True)
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def long_ago() -> Any:
    return timezone.now() - timedelta(hours=3)


def test_F75_a_refused_address_is_marked_with_the_servers_words_and_tried_again(
    told: Scene, alice: Client
) -> None:
    letter(told, ANN, "sent", sent_at=timezone.now())
    refused = letter(told, BEN, "refused", code=550, said="no <b>such</b> mailbox")
    page = plain(alice, LISTS)
    assert "Last mail sent <time" in page
    assert "the mail server said: “550 no &lt;b&gt;such&lt;/b&gt; mailbox”" in page
    assert page.count("Try again") == 1
    assert "is sent again within a minute" in pressed(alice, "mail_again", BEN)
    refused.refresh_from_db()
    assert refused.state == "waiting"
    assert AuditEvent.objects.filter(verb="mail.again").count() == 1
    assert "is left to be sent again" in pressed(alice, "mail_again", BEN)
    assert "in none of the lists" in pressed(alice, "mail_again", "eve@else.example")


def test_F74_overview_says_that_mail_does_not_get_out_to_who_can_do_something(
    told: Scene, alice: Client
) -> None:
    assert "Mail has not got out" not in plain(alice, "/d/maple/")
    waits = letter(told, ANN, "waiting", attempts=3, said="Connection refused")
    assert "Mail has not got out" not in plain(alice, "/d/maple/")
    Letter.objects.filter(pk=waits.pk).update(created_at=long_ago())
    page = plain(alice, "/d/maple/")
    assert "Mail has not got out since" in page and "“Connection refused”" in page
    assert "no record is affected" in page
    for reader in (BOB, OLIVE):
        assert "Mail has not got out" not in plain(signed_in(reader), "/d/maple/")
    assert "since" in plain(alice, LISTS)
    Letter.objects.all().delete()
    letter(told, BEN, "given_up", said="Connection refused")
    assert "1 address does not get any mail." in plain(alice, "/d/maple/")
    assert "Given up after 24 hours" in plain(alice, LISTS)


def test_A54_test_mail_says_what_the_server_said(told: Scene, alice: Client, settings: Any) -> None:
    assert "Send a test mail" in plain(alice, LISTS)
    assert "The mail server cannot be used" in pressed(alice, "mail_test", ANN)
    with open_office(settings) as office:
        office.answers[BEN] = "550 5.1.1 unknown"
        assert f"has taken the test mail to {ANN}" in pressed(alice, "mail_test", ANN)
        assert f"refuses {BEN}. It said: “550 5.1.1 unknown”" in pressed(alice, "mail_test", BEN)
        office.answers[BEN] = "451 busy"
        assert "does not take mail" in pressed(alice, "mail_test", BEN)
        assert "in none of the lists" in pressed(alice, "mail_test", "eve@else.example")
        assert office.letters[0]["Subject"] == "Test mail of Maple Ridge Unified"
        assert "nothing is lost" in text_of(office.letters[0])
        pressed(alice, "mail_test", ANN)
        assert "Wait ten minutes" in pressed(alice, "mail_test", ANN)
        assert len(office.letters) == 2
    assert AuditEvent.objects.filter(verb="mail.test").count() == 5
    assert ANN not in str(list(AuditEvent.objects.values_list("details", "subject")))


def test_A54_without_a_mail_server_there_is_no_test(
    told: Scene, alice: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "Send a test mail" not in plain(alice, LISTS)
    assert "has no mail server" in pressed(alice, "mail_test", ANN)


@pytest.mark.parametrize("name", ["mail_test", "mail_again"])
def test_mail_is_for_who_may_import(told: Scene, name: str, charlie: Client) -> None:
    address = reverse(name, args=["maple"])
    assert signed_in(BOB).post(address, {"email": ANN}).status_code == 403
    assert charlie.post(address, {"email": ANN}).status_code == 404
    assert Client().post(address, {"email": ANN}).status_code == 302
    assert signed_in(OLIVE).get(address).status_code == 405


def test_a_reader_sees_no_address_and_no_server(told: Scene, bob: Client) -> None:
    letter(told, BEN, "refused", code=550, said=f"{BEN} unknown")
    page = plain(bob, LISTS)
    assert BEN not in page and "•••" in page and "Try again" not in page


def test_B64_waiting_page_promises_mail_only_where_somebody_gets_it(
    told: Scene, alice: Client, settings: Any
) -> None:
    Connection.objects.update(state="waiting", waiting_since=timezone.now())
    words = "We'll notify you by email when this process is complete."
    ready = "/d/maple/clever/get-ready/"
    assert words in plain(alice, ready)
    Recipient.objects.update(events=["failed"])
    assert words not in plain(alice, ready)
    Recipient.objects.update(events=["connection_approved"])
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert words not in plain(alice, ready)
    assert mail.is_sent() is False


def test_B64_whoever_saves_the_id_is_told(juniper: Scene, alice: Client, settings: Any) -> None:
    from clever_sandbox.running import running_sandbox
    from tests.world import speaking_to

    by_smtp(settings, 1)
    juniper.district.clever_enabled = True
    juniper.district.save()
    with running_sandbox(students=5, teachers=1) as clever, speaking_to(clever):
        clever.control.disconnect()
        address = reverse("save_district_id", args=[juniper.slug])
        alice.post(address, {"district_id": clever.district_id})
    page = plain(alice, f"/d/{juniper.slug}/clever/get-ready/")
    assert "We'll notify you by email" in page
