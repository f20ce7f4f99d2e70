"""Signing in by Clever (7.3 of the contract)."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking

BACK = "http://console.example/back?x=1"


def authorize(sandbox: RunningSandbox, **params: str) -> requests.Response:
    given = {"response_type": "code", "client_id": sandbox.client_id, "redirect_uri": BACK}
    return requests.get(
        f"{sandbox.auth_url}/oauth/authorize",
        params=given | params,
        allow_redirects=False,
        timeout=10,
    )


def code_for(sandbox: RunningSandbox, user: str, **params: str) -> dict[str, list[str]]:
    answer = authorize(sandbox, user=user, **params)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def exchange(sandbox: RunningSandbox, code: str, back: str = BACK) -> requests.Response:
    return requests.post(
        f"{sandbox.auth_url}/oauth/tokens",
        json={"code": code, "grant_type": "authorization_code", "redirect_uri": back},
        auth=(sandbox.client_id, sandbox.client_secret),
        timeout=10,
    )


def an_admin(sandbox: RunningSandbox) -> str:
    return str(sandbox.control.people("district_admin", limit=1)[0]["id"])


def test_an_admin_signs_in(sandbox: RunningSandbox) -> None:
    admin = an_admin(sandbox)
    back = code_for(sandbox, admin, state="s1")
    assert back["state"] == ["s1"]
    token = exchange(sandbox, back["code"][0]).json()["access_token"]
    ask = Asking(sandbox, token=token)
    me = ask.json("/me")
    assert me["data"] == {
        "id": admin,
        "district": sandbox.district_id,
        "type": "user",
        "authorized_by": "district",
    }
    assert "district_admin" in ask.json(f"/users/{admin}")["data"]["roles"]
    assert ask.json(f"/districts/{sandbox.district_id}")["data"]["id"] == sandbox.district_id
    claims = ask.session.get(f"{sandbox.url}/userinfo", timeout=10).json()
    assert (claims["sub"], claims["user_type"]) == (admin, "district_admin")
    info = ask.session.get(f"{sandbox.url}/oauth/tokeninfo", timeout=10).json()
    assert info["client_id"] == sandbox.client_id


def test_a_persons_token_opens_no_lists(sandbox: RunningSandbox) -> None:
    code = code_for(sandbox, an_admin(sandbox))["code"][0]
    ask = Asking(sandbox, token=exchange(sandbox, code).json()["access_token"])
    other = sandbox.control.people("student", limit=1)[0]["id"]
    for path in ("/users", "/schools", f"/users/{other}"):
        answer = ask.get(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")


def test_a_code_works_once_for_a_minute_and_one_address(sandbox: RunningSandbox) -> None:
    admin = an_admin(sandbox)
    used = code_for(sandbox, admin)["code"][0]
    assert exchange(sandbox, used).status_code == 200
    assert exchange(sandbox, used).status_code == 400
    elsewhere = code_for(sandbox, admin)["code"][0]
    assert exchange(sandbox, elsewhere, "http://evil.example/").status_code == 400
    late = code_for(sandbox, admin)["code"][0]
    sandbox.clock.advance(61)
    assert exchange(sandbox, late).json() == {"message": "invalid grant: invalid code"}


def test_the_page_offers_admins_first_and_finds_others(sandbox: RunningSandbox) -> None:
    shown = authorize(sandbox).text
    assert an_admin(sandbox) in shown
    student = sandbox.control.people("student", limit=1)[0]["id"]
    assert student not in shown
    found = authorize(sandbox, text=student).text
    link = re.search(rf'href="(/oauth/authorize\?[^"]*user={student})"', found)
    assert link
    target = sandbox.url + link[1].replace("&amp;", "&")
    assert requests.get(target, allow_redirects=False, timeout=10).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "x"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"district_id": "5" * 24},
    ],
)
def test_wrong_requests_are_refused(sandbox: RunningSandbox, wrong: dict[str, str]) -> None:
    assert authorize(sandbox, **wrong).status_code == 400


def test_wrong_exchanges_are_refused(sandbox: RunningSandbox) -> None:
    url = f"{sandbox.auth_url}/oauth/tokens"
    auth = (sandbox.client_id, sandbox.client_secret)
    assert requests.post(url, json={"code": "x"}, auth=auth, timeout=10).status_code == 400
    assert requests.post(url, data="[1]", auth=auth, timeout=10).status_code == 400
    assert requests.post(url, json={"code": "x"}, timeout=10).status_code == 401
    assert Asking(sandbox).get("/me").status_code == 401


def test_whoever_has_several_roles_signs_in_with_one_of_them(sandbox: RunningSandbox) -> None:
    admin = an_admin(sandbox)
    (teacher, *_) = sandbox.control.people("teacher", limit=1)
    sandbox.control.edit(admin, {"roles.teacher": teacher["roles"]["teacher"]})
    page = authorize(sandbox).text
    assert f"user={admin}&amp;role=teacher" in page

    def came_as(**chosen: str) -> str:
        code = code_for(sandbox, admin, **chosen)["code"][0]
        ask = Asking(sandbox, token=exchange(sandbox, code).json()["access_token"])
        claims = ask.session.get(f"{sandbox.url}/userinfo", timeout=10).json()
        return str(claims["user_type"])

    assert came_as(role="teacher") == "teacher"
    assert came_as() == came_as(role="student") == "district_admin"


def test_whoever_does_not_want_to_goes_back_without_a_code(sandbox: RunningSandbox) -> None:
    assert "denied=1" in authorize(sandbox, state="s1").text
    back = authorize(sandbox, state="s1", denied="1").headers["Location"]
    assert back == f"{BACK}&error=access_denied&state=s1"


@pytest.fixture
def registered() -> Iterator[RunningSandbox]:
    """An application that has registered two addresses."""
    scenario = {"redirect_uris": ["http://first.example/", BACK]}
    with running_sandbox(students=3, schools=1, scenario=scenario) as sandbox:
        yield sandbox


def instant(sandbox: RunningSandbox, **params: str) -> requests.Response:
    given = {"client_id": sandbox.client_id, "district_id": sandbox.district_id, **params}
    url = f"{sandbox.auth_url}/oauth/instant-login"
    return requests.get(url, params=given, allow_redirects=False, timeout=10)


def test_people_are_sent_to_registered_addresses_only(registered: RunningSandbox) -> None:
    assert authorize(registered).status_code == 200
    assert authorize(registered, redirect_uri="http://else.example/").status_code == 400


def test_the_portal_leads_to_the_first_address_without_a_state(
    registered: RunningSandbox, sandbox: RunningSandbox
) -> None:
    assert "Sign in to" in instant(registered).text
    back = instant(registered, user=an_admin(registered), state="s1").headers["Location"]
    assert back.startswith("http://first.example/?code=") and "state" not in back
    code = back.partition("code=")[2]
    assert exchange(registered, code, "http://first.example/").status_code == 200
    assert instant(registered, client_id="x").status_code == 400
    assert instant(sandbox).status_code == 400
