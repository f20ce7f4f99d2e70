"""Nothing typed is lost by a session that ended, and rights are read anew each time (H13, H14)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from core.vocabulary import MemberRole
from imports.models import Run
from integration_console import typed
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, BOB, Scene

EDIT = "/d/maple/setup/terminology/"
NAMES = {"community_id": "Year <group>", "seen": "Our number", "password": "not kept"}


def expire() -> None:
    """What two weeks without a visit do."""
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def sign_in(client: Client, email: str) -> None:
    """By the form, as somebody does whose session has ended."""
    answer = client.post("/accounts/login/", {"login": email, "password": scenes.PASSWORD})
    assert answer.status_code == 302


def hidden(text: str) -> dict[str, str]:
    """The fields that a page would send again."""
    parts = text.split('<input type="hidden" name="')[1:]
    pairs = [part.split('">')[0].split('" value="') for part in parts]
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def term(maple: Scene) -> str:
    return str(District.objects.get(pk=maple.district.pk).terminology.get("community_id", ""))


@pytest.fixture
def typing(maple: Scene) -> Client:
    """Alice has a form open, and sends it when her session has ended."""
    client = Client()
    sign_in(client, ALICE)
    assert client.get(EDIT).status_code == 200
    expire()
    answer = client.post(EDIT, NAMES)
    assert answer["Location"] == f"/accounts/login/?next={EDIT}"
    return client


def test_H13_form_is_back_after_signing_in_again(maple: Scene, typing: Client) -> None:
    assert term(maple) == ""
    sign_in(typing, ALICE)
    page = typing.get(EDIT).content.decode()
    assert "You were signed out before it was sent" in page
    assert f'action="{EDIT}"' in page
    assert hidden(page) == {"community_id": "Year &lt;group&gt;", "seen": "Our number"}
    assert term(maple) == ""
    sent = typing.post(EDIT, {"community_id": "Year <group>", "seen": "Our number"})
    assert sent.status_code == 303
    assert term(maple) == "Year <group>"
    assert "You were signed out" not in typing.get(EDIT).content.decode()


def test_H13_after_signing_out_in_another_tab_it_is_kept_too(maple: Scene) -> None:
    client = Client()
    sign_in(client, ALICE)
    client.get(EDIT)
    client.post("/accounts/logout/")
    client.post(f"{EDIT}?from=here", NAMES)
    sign_in(client, ALICE)
    assert client.get("/d/maple/").status_code == 200
    assert f'action="{EDIT}?from=here"' in client.get(EDIT).content.decode()


def test_H13_address_that_only_takes_forms_is_no_dead_end(maple: Scene) -> None:
    client, sync = Client(), reverse("sync_now", args=["maple"])
    sign_in(client, ALICE)
    client.get("/d/maple/")
    expire()
    client.post(sync)
    assert not Run.objects.filter(requested_by=ALICE, state="queued").exists()
    sign_in(client, ALICE)
    assert "Send it now" in client.get(sync).content.decode()
    assert client.get(sync).status_code == 405


def test_H13_somebody_else_at_this_browser_sees_nothing_of_it(typing: Client) -> None:
    Membership.objects.filter(user__email=BOB).update(role=MemberRole.OWNER)
    sign_in(typing, BOB)
    assert "Our number" not in typing.get(EDIT).content.decode()
    typing.post("/accounts/logout/")
    sign_in(typing, ALICE)
    assert "Our number" not in typing.get(EDIT).content.decode()


def test_H13_it_is_kept_for_an_hour(typing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "KEPT_SECONDS", -1)
    sign_in(typing, ALICE)
    assert "Our number" not in typing.get(EDIT).content.decode()


def test_H13_nothing_is_kept_of_strangers_or_of_floods(maple: Scene) -> None:
    stranger, forged = Client(), Client()
    stranger.post(EDIT, NAMES)
    forged.cookies["last_user"] = f"{maple.district.pk}:forged"
    forged.post(EDIT, NAMES)
    assert not Session.objects.exists()
    client = Client()
    sign_in(client, ALICE)
    client.get(EDIT)
    expire()
    client.post(EDIT, {"community_id": "x" * (typed.MOST_LETTERS + 1)})
    sign_in(client, ALICE)
    assert "You were signed out" not in client.get(EDIT).content.decode()


def test_H13_cookie_names_nobody_in_clear_and_is_for_this_site_only(alice: Client) -> None:
    alice.get("/")
    cookie = alice.cookies["last_user"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert ALICE not in cookie.value


def test_H13_page_of_an_old_token_keeps_what_was_typed(maple: Scene) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = signed_in(ALICE).cookies
    own = careful.post(EDIT, NAMES, headers={"origin": "http://testserver"})
    page = own.content.decode()
    assert own.status_code == 403
    assert "Please send it again" in page and "Nothing was changed" in page
    assert hidden(page) == {"community_id": "Year &lt;group&gt;", "seen": "Our number"}
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    careful.post(EDIT, {"community_id": "Year", "csrfmiddlewaretoken": token})
    assert term(maple) == "Year"
    for origin in ("https://evil.example", "null"):
        strange = careful.post(EDIT, NAMES, headers={"origin": origin})
        assert strange.status_code == 403
        assert "Our number" not in strange.content.decode()


def test_H14_rights_that_are_withdrawn_meanwhile_count_at_once(maple: Scene) -> None:
    alice = signed_in(ALICE)
    assert alice.get(EDIT).status_code == 200
    own = Membership.objects.filter(user__email=ALICE, district=maple.district)
    own.update(role=MemberRole.VIEWER)
    refused = alice.post(EDIT, NAMES)
    assert refused.status_code == 403
    assert b"Your role here is Viewer" in refused.content
    own.delete()
    assert alice.post(EDIT, NAMES).status_code == 404
    assert term(maple) == ""


def test_H14_two_tabs_of_two_districts_do_not_mix(maple: Scene, juniper: Scene) -> None:
    alice = signed_in(ALICE)
    first, second = EDIT, "/d/juniper/setup/terminology/"
    assert alice.get(first).status_code == alice.get(second).status_code == 200
    alice.post(first, {"community_id": "Year"})
    assert District.objects.get(slug="juniper").terminology == {}
    alice.post(second, {"community_id": "Form"})
    assert term(maple) == "Year"
