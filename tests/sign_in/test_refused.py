"""Who does not come in by Clever: each is told why and what to do, and nothing goes in circles."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import CleverLink, Membership, User
from clever_sync.models import Connection
from schools.models import District
from tests.sign_in.conftest import ALICE, BACK, CONSOLE, PASSWORD, Browser, Clever, told

pytestmark = pytest.mark.django_db
Rule = dict[str, Any]
SIGN_IN_PAGE = "/accounts/login/"


def assert_outside(browser: Browser) -> None:
    """On the sign-in page, with no code in its address, and signed in as nobody."""
    assert browser.where() == SIGN_IN_PAGE
    assert browser.answer.status_code == 200
    assert browser.signed_in == ""


def test_C29_the_same_address_alone_connects_nobody(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    """Clever's e-mail addresses are not verified: whoever writes one there is not us."""
    clever.sandbox.control.edit(clever.admin(), {"email": ALICE})
    text = browser_of.go(clever.admin())
    assert "No account here is connected with this log-in of Clever" in text
    assert "the same e-mail address alone does not connect them" in text
    assert "press Connect with Clever" in text
    assert "An owner of Maple Ridge Unified invites you" in text
    assert_outside(browser_of)
    assert (User.objects.count(), CleverLink.objects.count()) == (2, 0)
    assert told("login.clever_refused") == [("", "not_tied")]


def test_C29_a_closed_account_stays_closed(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    User.objects.filter(email=ALICE).update(is_active=False)
    assert "This account is closed. Support can open it" in browser_of.go(clever.admin())
    assert_outside(browser_of)
    assert told("login.clever_refused") == [("", "closed")]


def test_C29_whoever_is_a_member_no_more_does_not_come_in(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    Membership.objects.filter(user__email=ALICE).delete()
    assert "No account here is connected" in browser_of.go(clever.admin())
    assert_outside(browser_of)


@pytest.mark.parametrize(("role", "words"), [("student", "a student"), ("teacher", "a teacher")])
def test_C29_students_and_teachers_are_turned_away(
    browser_of: Browser, clever: Clever, maple: District, role: str, words: str
) -> None:
    (somebody, *_) = clever.sandbox.control.people(role, limit=1)
    text = browser_of.go(str(somebody["id"]))
    assert (
        f"Only district admins of Clever sign in here with it, and in Clever you are {words}"
        in text
    )
    assert "make you a district admin, or sign in with your password" in text
    assert_outside(browser_of)
    assert told("login.clever_refused") == [("", "not_admin")]


def test_C29_an_admin_who_lost_the_role_does_not_come_in(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    (teacher, *_) = clever.sandbox.control.people("teacher", limit=1)
    admin = clever.admin()
    clever.sandbox.control.edit(
        admin, {"roles.teacher": teacher["roles"]["teacher"], "roles.district_admin": None}
    )
    assert "in Clever you are a teacher" in browser_of.go(admin)
    assert_outside(browser_of)


def test_C29_an_admin_who_came_as_a_teacher_is_asked_to_come_as_admin(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    (teacher, *_) = clever.sandbox.control.people("teacher", limit=1)
    admin = clever.admin()
    clever.sandbox.control.edit(admin, {"roles.teacher": teacher["roles"]["teacher"]})
    text = browser_of.go(admin, role="teacher")
    assert "You came from Clever as a teacher. You are a district admin there, too" in text
    assert_outside(browser_of)
    browser_of.go(admin)
    assert browser_of.signed_in == ALICE


def test_C29_a_district_that_is_not_connected_here_is_told(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    theirs = clever.admins("other")[0]
    text = browser_of.go(theirs, district_id=clever.id_of("other"))
    assert "belongs to a district of Clever that is not connected here" in text
    assert_outside(browser_of)
    # Of which district would it be told?
    assert told("login.clever_refused") == []


def off(maple: District) -> None:
    Connection.objects.filter(district=maple).update(enabled=False)


def not_allowed(maple: District) -> None:
    District.objects.filter(pk=maple.pk).update(clever_enabled=False)


@pytest.mark.parametrize("switch", [off, not_allowed])
def test_C29_a_district_whose_clever_is_switched_off_lets_nobody_in_by_it(
    browser_of: Browser, clever: Clever, tied: CleverLink, maple: District,
    switch: Callable[[District], None],
) -> None:  # fmt: skip
    switch(maple)
    text = browser_of.go(clever.admin())
    assert "Clever is switched off for Maple Ridge Unified" in text
    assert "Forgot your password?” and choose one" in text
    assert_outside(browser_of)


def test_C29_whoever_presses_no_at_clever_is_back_at_the_sign_in(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    there = browser_of.leave()
    text = browser_of.come(clever.choose(there, "", denied="1"))
    assert "Clever has not signed you in" in text
    assert_outside(browser_of)


NOBODY = {"id": "5" * 24, "district": "6" * 24}
# An admin, but another one than whose token it is.
SOMEBODY = {"data": {"id": "5" * 24, "roles": {"district_admin": {}}}}
# What Clever answers when it is not well, and what people read then.
TROUBLE = (
    ({"do": "status", "status": 503, "path": "/oauth/tokens"}, "Clever does not answer"),
    ({"do": "drop", "path": "/oauth/tokens"}, "Clever does not answer"),
    ({"do": "html", "path": "/oauth/tokens", "status": 200}, "do not understand"),
    (
        {"do": "json", "path": "/oauth/tokens", "value": {"access_token": "a\r\nb"}},
        "not understand",
    ),
    ({"do": "status", "status": 401, "path": "/oauth/tokens"}, "own client ID and secret"),
    ({"do": "status", "status": 429, "path": "/me"}, "Clever asks us to wait"),
    ({"do": "status", "status": 500, "path": "/me"}, "Clever does not answer"),
    ({"do": "truncate", "path": "/me"}, "Clever does not answer"),
    ({"do": "html", "path": "/me", "status": 200}, "do not understand"),
    ({"do": "json", "path": "/me", "value": {"data": []}}, "do not understand"),
    (
        {"do": "json", "path": "/me", "value": {"data": {"id": "x", "district": 7}}},
        "not understand",
    ),
    ({"do": "redirect", "path": "/me", "to": "http://evil.example/"}, "do not understand"),
    ({"do": "status", "status": 401, "path": "/me"}, "does not know this log-in any more"),
    ({"do": "status", "status": 401, "path": "/userinfo"}, "does not know this log-in any more"),
    ({"do": "status", "status": 404, "path": "/users"}, "does not know this user any more"),
    ({"do": "json", "path": "/users", "value": SOMEBODY}, "do not understand"),
    ({"do": "json", "path": "/me", "value": {"data": {**NOBODY, "type": "district"}}}, "not under"),
    ({"do": "json", "path": "/userinfo", "value": {"sub": "5" * 24}}, "do not understand"),
    ({"do": "json", "path": "/userinfo", "value": {}}, "do not understand"),
)


@pytest.mark.parametrize(("rule", "words"), TROUBLE, ids=lambda v: str(v)[:60])
def test_C29_trouble_at_clever_ends_on_the_sign_in_page(
    browser_of: Browser, clever: Clever, tied: CleverLink, rule: Rule, words: str, capfd: Any
) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    clever.sandbox.control.faults([rule])
    assert words in browser_of.come(there)
    assert_outside(browser_of)
    assert "password" in browser_of.answer.content.decode()
    written = "".join(capfd.readouterr())
    assert [secret for secret in clever.seen if secret in written] == []


def test_C29_an_answer_that_repeats_the_code_is_not_repeated_by_us(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    code = parse_qs(urlsplit(there).query)["code"][0]
    page = f"<h1>{code}</h1>"
    clever.sandbox.control.faults(
        [{"do": "html", "path": "/oauth/tokens", "status": 200, "body": page}]
    )
    browser_of.come(there)
    assert_outside(browser_of)
    assert code not in browser_of.answer.content.decode()


def test_C29_a_code_is_sent_once_even_if_no_answer_comes(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    clever.sandbox.control.faults([{"do": "status", "status": 503, "path": "/oauth/tokens"}])
    clever.sandbox.requests.clear()
    browser_of.come(there)
    assert clever.sandbox.requests.count("/oauth/tokens") == 1


def test_C29_a_token_of_another_district_opens_nothing(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    """Even where the ids are those of a tie: what Clever says of the district decides."""
    me = {"data": {"id": clever.admin(), "district": clever.id_of("other"), "type": "user"}}
    there = clever.choose(browser_of.leave(), clever.admin())
    clever.sandbox.control.faults([{"do": "json", "path": "/me", "value": me}])
    assert "do not understand" in browser_of.come(there)
    assert_outside(browser_of)


def test_C29_a_code_too_old_is_refused(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    clever.sandbox.clock.advance(61)
    assert "it took too long" in browser_of.come(there)
    assert_outside(browser_of)


def test_C29_the_way_back_works_once(browser_of: Browser, clever: Clever, maple: District) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    browser_of.come(there)
    assert_outside(browser_of)
    assert clever.sandbox.requests.count("/oauth/tokens") == 1
    answer = browser_of.client.get(there.removeprefix(CONSOLE))
    assert "/oauth/authorize" in answer["Location"]
    assert clever.sandbox.requests.count("/oauth/tokens") == 1


def test_C29_somebody_elses_way_back_signs_nobody_in(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    """Whoever is made to open another's address goes to Clever as themselves instead."""
    there = clever.choose(browser_of.leave(), clever.admin())
    victim = Browser(clever)
    answer = victim.client.get(there.removeprefix(CONSOLE))
    assert "/oauth/authorize" in answer["Location"] and "state=again-" in answer["Location"]
    assert victim.signed_in == ""


def test_C29_a_state_is_good_for_ten_minutes(
    browser_of: Browser, clever: Clever, tied: CleverLink, monkeypatch: Any
) -> None:
    there = clever.choose(browser_of.leave(), clever.admin())
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)
    answer = browser_of.client.get(there.removeprefix(CONSOLE))
    assert "/oauth/authorize" in answer["Location"]


def test_C29_without_a_state_it_begins_again_once_and_never_goes_in_circles(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    assert "/oauth/authorize" in browser_of.client.get(f"{BACK}?code=x")["Location"]
    assert "brought you back without" in browser_of.come(f"{CONSOLE}{BACK}?code=x")
    assert_outside(browser_of)


def test_C29_a_browser_without_cookies_does_not_go_in_circles(
    clever: Clever, tied: CleverLink
) -> None:
    there = Client().get(f"{BACK}?code=x")["Location"]
    back = clever.choose(there, clever.admin())
    without = Browser(clever)
    assert "your browser keeps no cookies" in without.come(back)
    assert_outside(without)


def test_C29_the_portal_may_be_pressed_again_a_minute_later(
    browser_of: Browser, tied: CleverLink, monkeypatch: Any
) -> None:
    browser_of.client.get(f"{BACK}?code=x")
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert "/oauth/authorize" in browser_of.client.get(f"{BACK}?code=x")["Location"]


def test_C29_F83_refused_log_ins_are_counted_with_failed_ones(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    """Thirty from one place within five minutes, by password or by Clever; few rows come of it."""
    for n in range(30):
        browser_of.come(f"{CONSOLE}{BACK}?state={state_of(browser_of)}&code={n}")
    assert "Too many attempts" in browser_of.go(clever.admin())
    assert_outside(browser_of)
    given = {"login": ALICE, "password": PASSWORD}
    page = browser_of.client.post(SIGN_IN_PAGE, given).content.decode()
    assert "Too many failed attempts" in page
    assert browser_of.signed_in == ""
    assert len(told("login.clever_refused")) <= 1


def test_C29_F83_good_log_ins_are_not_counted_and_clevers_own_trouble_neither(
    browser_of: Browser, clever: Clever, tied: CleverLink
) -> None:
    clever.sandbox.control.faults([{"do": "status", "status": 503, "path": "/oauth/tokens"}])
    for _ in range(31):
        browser_of.come(f"{CONSOLE}{BACK}?state={state_of(browser_of)}&code=x")
    clever.sandbox.control.faults([])
    browser_of.go(clever.admin())
    assert browser_of.signed_in == ALICE


def test_C29_F83_whoever_goes_in_circles_is_stopped(browser_of: Browser) -> None:
    for _ in range(60):
        Client().get(f"{BACK}?code=x")
    answer = Client().get(f"{BACK}?code=x", follow=True).content.decode()
    assert "Too many attempts. Wait 5 minutes" in answer


def test_C29_refused_ones_leave_one_row_an_hour(
    browser_of: Browser, clever: Clever, maple: District
) -> None:
    for _ in range(3):
        browser_of.go(clever.admin())
    assert told("login.clever_refused") == [("", "not_tied")]
    page = Browser(clever).by_password().client.get("/d/maple/activity/").content.decode()
    assert "Refused a sign-in with Clever: no account is connected with it." in page


def state_of(browser: Browser) -> str:
    return parse_qs(urlsplit(browser.leave()).query)["state"][0]
