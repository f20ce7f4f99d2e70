"""Tokens, refusals and the rate limit."""

import time
from http.client import HTTPConnection

import pytest
import requests

from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking


def tokens(sandbox: RunningSandbox, secret: str = "", **params: str) -> requests.Response:
    return requests.get(
        f"{sandbox.auth_url}/oauth/tokens",
        params=params,
        auth=(sandbox.client_id, secret or sandbox.client_secret),
        timeout=10,
    )


def test_the_listed_token_opens_its_own_district(sandbox: RunningSandbox) -> None:
    (token,) = tokens(sandbox, district=sandbox.district_id).json()["data"]
    ask = Asking(sandbox, token=token["access_token"])
    assert [district["id"] for district in ask.records("/districts")] == [sandbox.district_id]
    assert token["owner"] == {"type": "district", "id": sandbox.district_id}


def test_wrong_credentials_are_refused(sandbox: RunningSandbox) -> None:
    assert tokens(sandbox, "wrong").status_code == 401
    url = f"{sandbox.auth_url}/oauth/tokens"
    assert requests.get(url, timeout=10).status_code == 401
    broken = {"Authorization": "Basic !!!"}
    assert requests.get(url, headers=broken, timeout=10).status_code == 401


def test_an_unknown_district_has_no_token(sandbox: RunningSandbox) -> None:
    assert tokens(sandbox, district="5" * 24).json()["data"] == []


def test_districts_are_sealed_from_each_other() -> None:
    scenario = {
        "districts": [
            {"key": "one", "students": 5, "schools": 1},
            {"key": "two", "students": 5, "schools": 1, "name": "Two"},
        ]
    }
    with running_sandbox(scenario=scenario) as sandbox:
        listed = tokens(sandbox, owner_type="district").json()["data"]
        assert [each["owner"]["id"] for each in listed] == sandbox.district_ids
        one, two = (Asking(sandbox, token=each["access_token"]) for each in listed)
        assert set(one.ids("/users")).isdisjoint(two.ids("/users"))
        stranger = two.ids("/users")[0]
        assert two.get(f"/users/{stranger}").status_code == 200
        assert one.get(f"/users/{stranger}").status_code == 404


def test_after_a_rotation_only_the_new_token_is_good(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.rotate_token()
    assert ask.get("/districts").status_code == 401
    (token,) = tokens(sandbox).json()["data"]
    assert Asking(sandbox, token=token["access_token"]).get("/districts").status_code == 200


def test_a_revoked_token_stays_listed_and_is_refused(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.revoke_token()
    (token,) = tokens(sandbox).json()["data"]
    assert token["access_token"] == sandbox.token
    assert ask.get("/users").status_code == 401


@pytest.mark.parametrize("answer", [401, 403, 404])
def test_a_disconnected_district_is_listed_no_more(
    sandbox: RunningSandbox, ask: Asking, answer: int
) -> None:
    sandbox.control.disconnect(answer)
    assert tokens(sandbox).json()["data"] == []
    assert ask.get("/districts").status_code == answer
    sandbox.control.reconnect()
    assert len(tokens(sandbox).json()["data"]) == 1
    assert Asking(sandbox).get("/districts").status_code == 200


@pytest.mark.parametrize("token", ["wrong", "é", "0" * 40])
def test_unknown_tokens_are_refused(sandbox: RunningSandbox, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    response = requests.get(f"{sandbox.api_url}/users", headers=headers, timeout=10)
    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/v3.1/classes", "/v3.1/users/1/2/3", "/v2.1/users", "/"])
def test_unknown_paths_are_answered_with_a_page(ask: Asking, path: str) -> None:
    response = ask.session.get(ask.sandbox.url + path, timeout=10)
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_verbs_are_not_implemented(ask: Asking, method: str) -> None:
    response = ask.session.request(method, ask.base + "/users", timeout=10)
    assert response.status_code == 501


def test_a_connection_stays_open(sandbox: RunningSandbox) -> None:
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    ports = set()
    for _ in range(3):
        connection.request("GET", "/v3.1/districts")
        connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1


def test_every_answer_says_what_is_left(ask: Asking) -> None:
    first, second = ask.get("/districts").headers, ask.get("/districts").headers
    assert first["X-RateLimit-Limit"] == "1200"
    assert 0 < int(first["X-RateLimit-Reset"]) - time.time() <= 60
    left = [int(each["X-RateLimit-Remaining"]) for each in (first, second)]
    assert left == [1199, 1198] or left[1] == 1199


def test_too_many_requests_get_429_without_a_body(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.set_rate_limit(2)
    answers = [ask.get("/districts") for _ in range(5)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].content == b""
    assert refused[0].headers["X-RateLimit-Remaining"] == "0"
