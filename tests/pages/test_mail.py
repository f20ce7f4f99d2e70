"""Mail about access, in a real SMTP conversation: what stands in it, and what happens without."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Membership, User
from integration_console.embedded.ports import any_free
from tests.notifications.office import Office, by_smtp, open_office, text_of
from tests.pages import scenes
from tests.pages.scenes import ALICE, BOB, Scene

EVE, PASSWORD = "eve@maple.example", "maple-syrup-weather-77"


@pytest.fixture
def office(settings: Any) -> Iterator[Office]:
    """A mail server that really listens, and Django sending to it."""
    with open_office(settings) as desk:
        desk.answers["wicked@maple.example"] = "550 no such mailbox"
        yield desk


@pytest.fixture
def nobody_listens(settings: Any) -> None:
    by_smtp(settings, any_free())


def invite(alice: Client, email: str = EVE, role: str = "operator") -> str:
    data = {"email": email, "role": role}
    answer = alice.post(reverse("user_invite", args=["maple"]), data, follow=True)
    return str(answer.content.decode()).replace("<wbr>", "")


def link_in(letter: EmailMessage) -> str:
    link: str
    (link,) = set(re.findall(r"http://\S+/password/reset/key/\S+/", text_of(letter, "plain")))
    assert link in text_of(letter, "html")
    return link


def choose_password(client: Client, link: str, password: str = PASSWORD) -> str:
    form = client.get(link, follow=True)
    assert "Choose a password" in form.content.decode()
    last = form.redirect_chain[-1][0]
    done = client.post(last, {"password1": password, "password2": password}, follow=True)
    return str(done.content.decode())


def test_A18_the_invited_chooses_a_password_and_is_in(
    maple: Scene, alice: Client, office: Office
) -> None:
    assert "is invited. The mail says what to do." in invite(alice)
    (letter,) = office.letters
    assert letter["To"] == EVE
    assert letter["Subject"] == "You are invited to Maple Ridge Unified in the Integration console"
    for kind in ("plain", "html"):
        text = text_of(letter, kind)
        for word in (ALICE, "Maple Ridge Unified", "Operator", "Starts a sync", "3 days", "once"):
            assert word in text, (kind, word)
    eve = Client()
    page = eve.get(link_in(letter), follow=True).content.decode()
    assert "to which you were invited" in page
    assert "The password is saved" in choose_password(eve, link_in(letter))
    eve.post("/accounts/login/", {"login": EVE, "password": PASSWORD})
    assert eve.get(reverse("overview", args=["maple"])).status_code == 200
    assert "This link does not work any more" in Client().get(link_in(letter)).content.decode()


def test_somebody_with_a_password_is_sent_to_the_sign_in(
    maple: Scene, alice: Client, office: Office, juniper: Scene
) -> None:
    invite(alice, scenes.CHARLIE, "viewer")
    text = text_of(office.letters[0], "plain")
    assert "sign in with charlie@else.example" in text
    assert "/password/" not in text


def test_names_in_mail_are_text_and_not_markup(maple: Scene, alice: Client, office: Office) -> None:
    maple.district.name = "Ash & <b>Oak</b>"
    maple.district.save()
    invite(alice)
    letter = office.letters[0]
    assert "Ash & <b>Oak</b>" in text_of(letter, "plain") and "Ash & <b>" in letter["Subject"]
    assert "Ash &amp; &lt;b&gt;Oak" in text_of(letter, "html")


def test_an_invitation_is_kept_when_the_mail_cannot_leave(
    maple: Scene, alice: Client, nobody_listens: None, caplog: pytest.LogCaptureFixture
) -> None:
    text = invite(alice)
    assert "is invited, but the mail could not be sent" in text
    assert "press Invite again" in text
    assert Membership.objects.get(user__email=EVE).role == "operator"
    assert AuditEvent.objects.filter(verb="member.invite").exists()
    assert EVE not in caplog.text


def test_a_refused_mailbox_is_said_and_invite_again_sends_a_fresh_link(
    maple: Scene, alice: Client, office: Office, settings: Any
) -> None:
    assert "could not be sent" in invite(alice, "wicked@maple.example")
    settings.EMAIL_PORT, port = any_free(), settings.EMAIL_PORT
    assert "could not be sent" in invite(alice)
    settings.EMAIL_PORT = port
    number = Membership.objects.get(user__email=EVE).pk
    again = reverse("user_invite_again", args=["maple", number])
    assert "The mail says what to do" in alice.post(again, follow=True).content.decode()
    assert "The password is saved" in choose_password(Client(), link_in(office.letters[0]))


def test_mail_that_only_stands_in_the_log_is_not_called_sent(
    maple: Scene, alice: Client, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "could not be sent" in invite(alice)
    assert "/password/reset/key/" in capsys.readouterr().out


def test_a_forgotten_password_is_replaced_by_mail(maple: Scene, office: Office) -> None:
    bob = Client(headers={"host": "localhost"})
    done = bob.post("/accounts/password/reset/", {"email": BOB.upper()}, follow=True)
    assert "Look into your mail" in done.content.decode()
    (letter,) = office.letters
    assert (letter["To"], letter["Subject"]) == (
        BOB, "Choose a new password for the Integration console",
    )  # fmt: skip
    assert "3 days" in text_of(letter, "plain")
    choose_password(bob, link_in(letter))
    assert User.objects.get(email=BOB).check_password(PASSWORD)
    assert bob.post("/accounts/login/", {"login": BOB, "password": PASSWORD}).status_code == 302


def test_B05_a_reset_tells_nobody_which_addresses_have_an_account(
    maple: Scene, client: Client, nobody_listens: None
) -> None:
    pages = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True).content
        for email in (BOB, "nobody@maple.example")
    ]
    assert pages[0] == pages[1]
    assert b"Look into your mail" in pages[0]


def test_a_reset_for_an_unknown_address_says_so_by_mail_only(
    maple: Scene, client: Client, office: Office
) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@maple.example"})
    (letter,) = office.letters
    assert "There is no account with this address" in text_of(letter, "plain")
    assert "http" not in text_of(letter, "plain")


def test_links_in_mail_name_the_console_and_not_the_host_of_the_request(
    maple: Scene, office: Office, settings: Any
) -> None:
    settings.CONSOLE_URL = "https://console.example"
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/accounts/password/reset/", {"email": BOB}, headers={"host": "evil.example"})
    text = text_of(office.letters[0], "plain")
    assert "https://console.example/accounts/password/reset/key/" in text
    assert "evil" not in text
