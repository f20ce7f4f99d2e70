"""Connecting an account with Clever on purpose, taking it back, and accepting an invitation so."""

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from accounts import password_again
from accounts.clever_links import has_way_in
from accounts.invitation import set_password_link
from accounts.members import renew_invitation
from accounts.models import CleverLink, Membership, User
from clever_sync.models import Connection
from core.vocabulary import MemberRole
from notifications.invitations import invite_by_mail
from schools.models import District
from tests.sign_in.conftest import (
    ALICE,
    BOB,
    CONSOLE,
    PASSWORD,
    Browser,
    Clever,
    said,
    tie,
    told,
)

pytestmark = pytest.mark.django_db
ACCOUNT, CONNECT = "/accounts/2fa/", "/accounts/clever/connect/"
CONFIRM = "/accounts/clever/connect/confirm/"
NEW = "nora@maple.example"


@pytest.fixture
def alice(browser_of: Browser) -> Browser:
    """Alice, signed in with her password."""
    return browser_of.by_password()


def test_C29_an_account_is_connected_on_purpose_with_the_password_again(
    alice: Browser, clever: Clever
) -> None:
    page = alice.client.get(ACCOUNT).content.decode()
    assert "Connect with Clever" in page and "Not connected" in page
    alice.go(clever.admin(), CONNECT)
    assert alice.where() == CONFIRM
    page = alice.answer.content.decode()
    person = clever.sandbox.control.people("district_admin", limit=1)[0]["name"]
    assert f"{person['first']} {person['last']}, district admin of Maple Ridge Unified" in page
    assert ALICE.split("@")[0] in page
    assert not CleverLink.objects.exists()
    wrong = alice.client.post(CONFIRM, {"password": "wrong"}).content.decode()
    assert "That is not your password." in wrong
    nothing = alice.client.post(CONFIRM, {}).content.decode()
    assert "Type your password" in nothing
    assert not CleverLink.objects.exists()
    done = alice.client.post(CONFIRM, {"password": PASSWORD}, follow=True)
    assert "from now on you sign in for Maple Ridge Unified with Clever" in said(done)
    page = done.content.decode()
    assert "You sign in for Maple Ridge Unified with Clever, too" in page
    assert "Connect with Clever" not in page
    number = str(User.objects.get(email=ALICE).pk)
    assert told("login.clever_linked") == [(ALICE, number)]
    (letter,) = mail.outbox
    assert (letter.to, "was connected with a log-in of Clever" in letter.subject) == ([ALICE], True)
    newcomer = Browser(clever)
    newcomer.go(clever.admin())
    assert newcomer.signed_in == ALICE


def test_C29_nobody_is_connected_by_a_page_elsewhere(alice: Browser, clever: Clever) -> None:
    """Clever's answer only asks; without the form's token and the password nothing is tied."""
    alice.go(clever.admin(), CONNECT)
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = alice.client.cookies
    assert careful.post(CONFIRM, {"password": PASSWORD}).status_code == 403
    assert not CleverLink.objects.exists()


def test_C29_whom_clever_named_is_forgotten_after_ten_minutes_and_by_others(
    alice: Browser, clever: Clever, monkeypatch: Any
) -> None:
    alice.go(clever.admin(), CONNECT)
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)
    answer = alice.client.post(CONFIRM, {"password": PASSWORD}, follow=True)
    assert "It took longer than ten minutes" in said(answer)
    assert not CleverLink.objects.exists()


def test_C29_a_way_begun_for_one_account_ends_not_in_another(
    alice: Browser, clever: Clever
) -> None:
    there = clever.choose(alice.leave(CONNECT), clever.admin())
    alice.client.post("/accounts/logout/")
    alice.by_password(BOB)
    alice.come(there)
    assert not CleverLink.objects.exists()
    assert alice.client.get(CONFIRM)["Location"] == ACCOUNT


def test_C29_a_way_of_anothers_account_connects_nothing(alice: Browser, clever: Clever) -> None:
    there = clever.choose(alice.leave(CONNECT), clever.admin())
    session = alice.client.session
    for trip in session["clever_trips"].values():
        trip["whose"] = "999999"
    session.save()
    assert "not signed in as before" in alice.come(there)
    assert alice.client.get(CONFIRM)["Location"] == ACCOUNT


def test_C29_a_log_in_of_clever_belongs_to_one_account(
    alice: Browser, clever: Clever, maple: District
) -> None:
    tie(clever, maple, BOB, clever.admin())
    assert "connected with another account of Maple Ridge Unified" in alice.go(
        clever.admin(), CONNECT
    )
    assert alice.where() == ACCOUNT
    assert told("login.clever_refused") == [("", "taken")]


def test_C29_an_account_is_connected_once_for_a_district(
    alice: Browser, clever: Clever, tied: CleverLink
) -> None:
    text = alice.go(clever.admins()[1], CONNECT)
    assert "Disconnect that one first" in text


def test_C29_a_district_where_one_is_no_member_is_not_connected(
    alice: Browser, clever: Clever
) -> None:
    other = District.objects.create(
        slug="other", name="Other", time_zone="UTC", clever_enabled=True
    )
    Connection.objects.create(
        district=other, clever_district_id=clever.id_of("other"), enabled=True
    )
    theirs = clever.admins("other")[0]
    text = alice.go(theirs, CONNECT, district_id=clever.id_of("other"))
    assert f"{ALICE} is no member of Other" in text


def test_C29_clever_is_disconnected_on_the_own_page_and_opens_nothing_any_more(
    alice: Browser, clever: Clever, tied: CleverLink
) -> None:
    address = f"/accounts/clever/disconnect/{tied.pk}/"
    assert alice.client.get(address).status_code == 405
    done = alice.client.post(address, follow=True)
    assert "Clever does not sign you in for Maple Ridge Unified any more" in said(done)
    assert told("login.clever_unlinked") == [(ALICE, str(User.objects.get(email=ALICE).pk))]
    assert "disconnected already" in said(alice.client.post(address, follow=True))
    (letter,) = mail.outbox
    assert "was disconnected from Clever" in letter.subject
    newcomer = Browser(clever)
    assert "No account here is connected" in newcomer.go(clever.admin())


def test_C29_nobody_disconnects_anothers_account(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    bob = browser_of.by_password(BOB)
    bob.client.post(f"/accounts/clever/disconnect/{tied.pk}/")
    assert CleverLink.objects.filter(pk=tied.pk).exists()


def test_C29_without_a_connection_in_ones_district_there_is_nothing_to_connect(
    alice: Browser, maple: District
) -> None:
    Connection.objects.all().delete()
    assert "Clever" not in alice.client.get(ACCOUNT).content.decode()


def invite(maple: District) -> tuple[User, str]:
    """Nora is invited; the path in her letter."""
    user = invite_by_mail(district=maple, email=NEW, role=MemberRole.IMPORT_ADMIN, by=ALICE).user
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    return user, link.removeprefix(CONSOLE)


def accepted(browser: Browser, clever: Clever, path: str) -> str:
    """Opens the letter's link and goes to Clever from there; the page that asks."""
    page = browser.client.get(path, follow=True)
    assert "Accept with Clever instead" in page.content.decode()
    uid = page.redirect_chain[-1][0].split("/")[-2].partition("-")[0]
    browser.go(clever.admin(), f"/accounts/clever/invited/{uid}/")
    return browser.where()


def test_C29_an_invitation_is_accepted_by_signing_in_at_clever(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    user, path = invite(maple)
    where = accepted(browser_of, clever, path)
    assert where.endswith("/confirm/")
    page = browser_of.answer.content.decode()
    assert "Connect and sign in" in page and "nora@" in page
    assert browser_of.signed_in == "" and not CleverLink.objects.exists()
    answer = browser_of.client.post(where)
    assert answer["Location"] == "/d/maple/"
    assert browser_of.signed_in == NEW
    assert told("login.clever_linked") == [(NEW, str(user.pk))]
    assert told("login.clever") == [(NEW, str(user.pk))]
    # The letter's link worked once.
    assert "does not work any more" in Client().get(path, follow=True).content.decode()
    owner = Browser(clever).by_password()
    page = owner.client.get("/d/maple/setup/users/?q=nora").content.decode()
    assert "Active" in page and "Invite again" not in page


def test_C29_an_invitation_is_not_accepted_by_whoever_lacks_its_link(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    user, path = invite(maple)
    uid = path.split("/")[-2].partition("-")[0]
    answer = browser_of.client.get(f"/accounts/clever/invited/{uid}/", follow=True)
    assert "This invitation does not work any more" in said(answer)
    # Nor with the link of another's: the key is Nora's alone.
    other = User.objects.create(email="other@maple.example", password="!")
    Membership.objects.create(district=maple, user=other, role=MemberRole.OWNER)
    browser_of.client.get(path, follow=True)
    theirs = set_password_link(other).removeprefix(CONSOLE).split("/")[-2].partition("-")[0]
    answer = browser_of.client.get(f"/accounts/clever/invited/{theirs}/", follow=True)
    assert "This invitation does not work any more" in said(answer)
    assert not has_way_in(user)


def test_C29_whom_clever_named_for_one_invitation_accepts_no_other(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    _, path = invite(maple)
    accepted(browser_of, clever, path)
    other = User.objects.create(email="other@maple.example", password="!")
    Membership.objects.create(district=maple, user=other, role=MemberRole.OWNER)
    theirs = set_password_link(other).removeprefix(CONSOLE)
    browser_of.client.get(theirs, follow=True)
    uid = theirs.split("/")[-2].partition("-")[0]
    answer = browser_of.client.post(f"/accounts/clever/invited/{uid}/confirm/", follow=True)
    assert "It took longer than ten minutes" in said(answer)
    assert browser_of.signed_in == "" and not CleverLink.objects.exists()


def test_C29_an_invitation_accepted_meanwhile_is_not_accepted_again(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    user, path = invite(maple)
    where = accepted(browser_of, clever, path)
    user.set_password(PASSWORD)
    user.save()
    answer = browser_of.client.post(where, follow=True)
    assert "This invitation does not work any more" in said(answer)
    assert not CleverLink.objects.exists()


def test_C29_an_invitation_stays_good_when_clever_refuses(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    _, path = invite(maple)
    page = browser_of.client.get(path, follow=True)
    uid = page.redirect_chain[-1][0].split("/")[-2].partition("-")[0]
    there = browser_of.leave(f"/accounts/clever/invited/{uid}/")
    (teacher, *_) = clever.sandbox.control.people("teacher", limit=1)
    text = browser_of.come(clever.choose(there, str(teacher["id"])))
    assert "Only district admins" in text and "Your invitation is still good" in text
    assert "Choose a password" in browser_of.client.get(path, follow=True).content.decode()


@pytest.fixture
def nora(browser_of: Browser, clever: Clever, maple: District) -> Browser:
    """Somebody who has no password and comes in by Clever."""
    _, path = invite(maple)
    browser_of.client.post(accepted(browser_of, clever, path))
    assert browser_of.signed_in == NEW
    return browser_of


def test_C29_without_a_password_what_asks_for_it_says_what_to_do(
    nora: Browser, clever: Clever, rf: Any
) -> None:
    request = rf.post("/")
    request.user = User.objects.get(email=NEW)
    text = password_again.refusal(request, "")
    assert "you have none: you sign in with Clever" in text and "Sign-in security" in text
    page = nora.client.get(ACCOUNT).content.decode()
    assert "You have none" in page and "Mail me a link" in page
    assert "you have none" in said(nora.client.get(CONNECT, follow=True))


def test_C29_a_password_is_chosen_by_mail_and_not_by_who_sits_at_the_computer(
    nora: Browser, clever: Clever
) -> None:
    for path in ("/accounts/password/set/", "/accounts/password/change/"):
        answer = nora.client.get(path, follow=True)
        assert answer.redirect_chain[-1][0] == "/accounts/password/reset/", path
    new = {"password1": PASSWORD, "password2": PASSWORD}
    nora.client.post("/accounts/password/set/", new)
    assert not User.objects.get(email=NEW).has_usable_password()
    nora.client.post("/accounts/password/reset/", {"email": NEW})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)
    form = nora.client.get(link.removeprefix(CONSOLE), follow=True)
    assert "Accept with Clever" not in form.content.decode()
    uid = form.redirect_chain[-1][0].split("/")[-2].partition("-")[0]
    other = nora.client.get(f"/accounts/clever/invited/{uid}/", follow=True)
    assert "This invitation does not work any more" in said(other)
    nora.client.post(form.redirect_chain[-1][0], new)
    assert User.objects.get(email=NEW).check_password(PASSWORD)


def test_C29_where_a_second_factor_is_required_it_is_set_up_without_a_password(
    nora: Browser, settings: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    page = nora.client.get("/d/maple/", follow=True)
    assert "Set up the second factor" in page.content.decode()
    TOTP.activate(User.objects.get(email=NEW), "JBSWY3DPEHPK3PXP")
    again = nora.client.get("/accounts/2fa/totp/deactivate/", follow=True)
    assert "/accounts/2fa/reauthenticate/" in again.redirect_chain[-1][0]


def test_C29_the_last_way_in_is_not_taken_away(nora: Browser) -> None:
    link = CleverLink.objects.get()
    answer = nora.client.post(f"/accounts/clever/disconnect/{link.pk}/", follow=True)
    assert "Choose a password first" in said(answer)
    assert CleverLink.objects.exists()


def test_C29_whoever_comes_in_by_clever_is_not_asked_for_a_password_by_a_new_invitation(
    nora: Browser, maple: District
) -> None:
    membership = Membership.objects.get(user__email=NEW)
    assert renew_invitation(district=maple, number=membership.pk, by=ALICE)[1] == ""


def test_C29_a_second_factor_stands_before_an_invitation_accepted_with_clever(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    user, path = invite(maple)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    answer = browser_of.client.post(accepted(browser_of, clever, path))
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert browser_of.signed_in == ""


def test_C29_removing_a_member_ends_their_way_in_by_clever(
    clever: Clever, tied: CleverLink
) -> None:
    Membership.objects.get(user__email=ALICE).delete()
    assert not CleverLink.objects.exists()
