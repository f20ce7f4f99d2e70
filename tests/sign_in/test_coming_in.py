"""Sign in with Clever: who comes in, where they land, and what becomes of second factors (C29)."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts.models import AuditEvent, CleverLink, Membership, User
from clever_sync.models import Connection
from core.vocabulary import MemberRole
from schools.models import District
from tests.sign_in.conftest import ALICE, BOB, Browser, Clever, tie, told

pytestmark = pytest.mark.django_db


def test_C29_the_button_is_there_only_with_an_application(
    browser_of: Browser, settings: Any
) -> None:
    page = browser_of.client.get("/accounts/login/?next=/d/maple/people/").content.decode()
    assert 'href="/accounts/clever/?next=/d/maple/people/"' in page.replace("%2F", "/")
    settings.CLEVER_CLIENT_SECRET = ""
    assert "Clever" not in browser_of.client.get("/accounts/login/").content.decode()
    for path in ("", "back/?code=x&state=y"):
        assert browser_of.client.get(f"/accounts/clever/{path}").status_code == 404


def test_C29_an_admin_comes_in_and_lands_on_the_overview(
    browser_of: Browser, tied: CleverLink, clever: Clever
) -> None:
    browser_of.go(clever.admin())
    assert browser_of.signed_in == ALICE
    assert browser_of.where() == "/d/maple/"
    alice = User.objects.get(email=ALICE)
    assert told("login.clever") == [(ALICE, str(alice.pk))]
    tied.refresh_from_db()
    assert tied.used_at is not None
    # As for a password that is not to be remembered.
    assert browser_of.client.session.get_expire_at_browser_close()


def test_C29_a_librarian_lands_among_people(
    browser_of: Browser, tied: CleverLink, clever: Clever
) -> None:
    Membership.objects.filter(user__email=ALICE).update(role=MemberRole.LIBRARIAN)
    browser_of.go(clever.admin())
    assert browser_of.where() == "/d/maple/people/"


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/accounts/2fa/", "/accounts/2fa/"),
        ("https://evil.example/", "/d/maple/"),
        ("//evil.example/", "/d/maple/"),
        ("/\\evil.example", "/d/maple/"),
        ("http://console.example.evil.example/", "/d/maple/"),
        ("/" + "x" * 600, "/d/maple/"),
    ],
)
def test_C29_next_leads_to_a_page_of_ours_only(
    browser_of: Browser, tied: CleverLink, clever: Clever, wanted: str, lands: str
) -> None:
    there = browser_of.client.get("/accounts/clever/", {"next": wanted})["Location"]
    browser_of.come(clever.choose(there, clever.admin()))
    assert browser_of.answer.redirect_chain[0][0] == lands


def test_C29_the_way_back_is_the_consoles_own_address_whatever_host_was_named(
    browser_of: Browser,
) -> None:
    there = browser_of.client.get("/accounts/clever/", headers={"host": "testserver"})["Location"]
    assert "redirect_uri=http%3A%2F%2Fconsole.example%2Faccounts%2Fclever%2Fback%2F&" in there


def test_C29_the_second_factor_is_asked_for_after_clever_too(
    browser_of: Browser, tied: CleverLink, clever: Clever
) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(User.objects.get(email=ALICE), secret)
    browser_of.go(clever.admin())
    assert browser_of.where() == "/accounts/2fa/authenticate/"
    assert browser_of.signed_in == "" and told("login.clever") == []
    assert (
        "not right"
        in browser_of.client.post(
            "/accounts/2fa/authenticate/", {"code": "000000"}
        ).content.decode()
    )
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = browser_of.client.post("/accounts/2fa/authenticate/", {"code": code})
    assert answer["Location"] == "/d/maple/"
    assert browser_of.signed_in == ALICE
    assert len(told("login.clever")) == 1


def test_C29_where_everybody_needs_a_second_factor_clever_leads_to_setting_it_up(
    browser_of: Browser, tied: CleverLink, clever: Clever, settings: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    browser_of.go(clever.admin())
    assert browser_of.client.get("/d/maple/")["Location"] == "/accounts/2fa/totp/activate/"
    assert not Authenticator.objects.exists()


def test_C29_the_portal_brings_no_state_and_lands_on_the_overview(
    browser_of: Browser, tied: CleverLink, clever: Clever
) -> None:
    """Its code is thrown away; our own way with a state begins anew (clever-api.md 7.3)."""
    first = clever.portal(clever.admin())
    assert "state=" not in first
    path = first.removeprefix("http://console.example")
    there = browser_of.client.get(path)["Location"]
    assert "state=again-" in there
    assert clever.sandbox.requests.count("/oauth/tokens") == 0
    browser_of.come(clever.choose(there, clever.admin()))
    assert browser_of.signed_in == ALICE
    assert browser_of.where() == "/d/maple/"


def test_C29_the_portal_changes_the_account_where_another_was_signed_in(
    browser_of: Browser, tied: CleverLink, clever: Clever
) -> None:
    browser_of.by_password(BOB)
    there = browser_of.client.get("/accounts/clever/back/?code=x")["Location"]
    browser_of.come(clever.choose(there, clever.admin()))
    assert browser_of.signed_in == ALICE


def test_C29_whoever_is_signed_in_already_only_goes_to_the_overview(
    browser_of: Browser, tied: CleverLink, clever: Clever
) -> None:
    browser_of.by_password()
    there = browser_of.client.get("/accounts/clever/back/?code=x")["Location"]
    browser_of.come(clever.choose(there, clever.admin()))
    assert (browser_of.signed_in, browser_of.where()) == (ALICE, "/d/maple/")
    assert told("login.clever") == []


def test_C29_nothing_of_clever_is_kept_after_signing_in(
    browser_of: Browser, tied: CleverLink, clever: Clever, caplog: Any, capfd: Any
) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    caplog.set_level("DEBUG")
    browser_of.come(there)
    tokens = list(clever.sandbox.sandbox.logins._tokens)
    secrets = [*clever.seen, *tokens, clever.sandbox.client_secret]
    assert len(tokens) >= 1 and len(secrets) >= 4
    rows = list(AuditEvent.objects.values_list("actor", "verb", "subject", "details"))
    written, out = capfd.readouterr()
    kept = f"{rows} {dict(browser_of.client.session)} {caplog.text} {written} {out}"
    assert [secret for secret in secrets if secret in kept] == []
    assert clever.sandbox.requests.count("/oauth/tokens") == 1


def test_C29_two_districts_each_know_their_own_admins(
    browser_of: Browser, tied: CleverLink, clever: Clever, maple: District
) -> None:
    """One account, connected in both; each log-in leads to its own district."""
    other = District.objects.create(
        slug="other", name="Other", time_zone="UTC", clever_enabled=True
    )
    Connection.objects.create(
        district=other, clever_district_id=clever.id_of("other"), enabled=True
    )
    alice = User.objects.get(email=ALICE)
    Membership.objects.create(district=other, user=alice, role=MemberRole.OWNER)
    browser_of.by_password()
    (theirs, *_) = clever.admins("other")
    there = browser_of.leave("/accounts/clever/connect/")
    assert f"district_id={clever.id_of('other')}" in there
    browser_of.come(clever.choose(there, theirs))
    browser_of.client.post(
        "/accounts/clever/connect/confirm/", {"password": "a long password for tests"}
    )
    assert CleverLink.objects.filter(membership__user=alice).count() == 2
    browser_of.client = Client()
    browser_of.go(theirs, district_id=clever.id_of("other"))
    assert (browser_of.signed_in, browser_of.where()) == (ALICE, "/d/other/")


def test_C29_a_tie_of_an_earlier_connection_opens_nothing(
    browser_of: Browser, tied: CleverLink, clever: Clever, maple: District
) -> None:
    """The district of Clever belongs to another district here now."""
    Connection.objects.filter(district=maple).delete()
    other = District.objects.create(
        slug="other", name="Other", time_zone="UTC", clever_enabled=True
    )
    Connection.objects.create(
        district=other, clever_district_id=clever.sandbox.district_id, enabled=True
    )
    assert "No account here is connected" in browser_of.go(clever.admin())
    assert browser_of.signed_in == ""
    bob = User.objects.get(email=BOB)
    Membership.objects.create(district=other, user=bob, role=MemberRole.OWNER)
    tie(clever, other, BOB, clever.admin())
    browser_of.go(clever.admin())
    assert browser_of.signed_in == BOB
    assert not CleverLink.objects.filter(pk=tied.pk).exists()
