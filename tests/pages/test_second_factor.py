"""The second factor: set up, used, recovered from, switched off, and required."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.pages.scenes import ALICE, PASSWORD, Scene

ACTIVATE, INDEX = "/accounts/2fa/totp/activate/", "/accounts/2fa/"


def password_in(client: Client) -> None:
    client.post("/accounts/login/", {"login": ALICE, "password": PASSWORD})


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def walker(maple: Scene, client: Client) -> Client:
    """Alice, who has signed in with her password just now."""
    password_in(client)
    return client


def confirmed(client: Client) -> str:
    """The page that sets it up, for which the password is asked again."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return str(client.get(ACTIVATE).content.decode())


def set_up(client: Client) -> None:
    """Switches the second factor on, with the code that a phone would show."""
    page = confirmed(client)
    assert 'src="data:image/svg+xml;base64,' in page
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found
    done = client.post(ACTIVATE, {"code": code(found[1])}, follow=True)
    assert "Recovery codes" in done.content.decode()


def test_second_factor_is_set_up_and_then_asked_for(walker: Client) -> None:
    assert "Set it up" in walker.get(INDEX).content.decode()
    set_up(walker)
    assert "Show them" in walker.get(INDEX).content.decode()
    other = Client()
    password_in(other)
    assert "_auth_user_id" not in other.session
    wrong = other.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "This code is not right" in wrong
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert other.get(reverse("overview", args=["maple"])).status_code == 200
    again = Client()
    password_in(again)
    assert (
        "not right"
        in again.post("/accounts/2fa/authenticate/", {"code": codes[0]}).content.decode()
    )


def test_recovery_codes_are_shown_downloaded_and_made_anew(walker: Client) -> None:
    set_up(walker)
    page = walker.get("/accounts/2fa/recovery-codes/").content.decode()
    first = re.findall(r"<li>(\d+)</li>", page)
    assert len(first) == 10
    file = walker.get("/accounts/2fa/recovery-codes/download/")
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert file.content.decode().split() == first
    walker.post("/accounts/2fa/recovery-codes/generate/", follow=True)
    new = walker.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len(new) == 10 and not set(new) & set(first)


def test_second_factor_is_switched_off(walker: Client) -> None:
    set_up(walker)
    walker.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_changing_it_asks_for_the_password_again(walker: Client) -> None:
    answer = walker.get(ACTIVATE, follow=True)
    assert "Is it you?" in answer.content.decode()
    again = walker.post(answer.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    assert "Set up the second factor" in again.content.decode()


def test_where_it_is_required_nothing_else_is_reached(walker: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    for address in ("/", reverse("overview", args=["maple"]), INDEX, "/support/", "/nowhere/"):
        for ask in (walker.get, walker.post):
            assert ask(address)["Location"] == ACTIVATE, address
    page = confirmed(walker)
    assert "requires a second factor of everybody" in page
    set_up(walker)
    assert walker.get(reverse("overview", args=["maple"])).status_code == 200
    refused = walker.post("/accounts/2fa/totp/deactivate/").content.decode()
    assert "it cannot be switched off" in refused
    assert Authenticator.objects.filter(type="totp").exists()


def test_where_it_is_required_one_can_still_sign_out(walker: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    walker.post("/accounts/logout/")
    assert "_auth_user_id" not in walker.session
    assert walker.get("/accounts/login/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(walker: Client, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    alice = User.objects.get(email=ALICE)
    Authenticator.objects.create(user=alice, type="recovery_codes", data={})
    assert walker.get("/")["Location"] == ACTIVATE
