"""The client where Clever refuses, redirects, limits or is somebody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clever_sandbox.running import RunningSandbox
from clever_sync.client import CleverClient
from clever_sync.faults import (
    ApiRetired,
    BadRequest,
    CleverFault,
    CredentialsRefused,
    DistrictGone,
    RateLimited,
    TokenRefused,
    UnexpectedAnswer,
    UnexpectedRedirect,
)
from tests.clever_sync.conftest import NOW, FakeTime, client_of, users

Rule = dict[str, Any]


@pytest.mark.parametrize(
    "to",
    [
        "https://elsewhere.example{uri}",
        "//elsewhere.example{uri}",
        "http://user@elsewhere.example{uri}",
        "@elsewhere.example{uri}",
        "\\\\elsewhere.example{uri}",
        "/\\elsewhere.example{uri}",
        ":8080{uri}",
        "/v3.1/../../etc",
        "/v3.1/users\r\nHost: elsewhere",
        "/v9/users",
        "ftp://elsewhere.example/",
    ],
)
def test_F43_a_next_page_elsewhere_is_refused(
    client: CleverClient, sandbox: RunningSandbox, to: str
) -> None:
    sandbox.control.faults([{"do": "next_to", "to": to, "path": "/users"}])
    with pytest.raises(UnexpectedRedirect) as raised:
        users(client)
    assert raised.value.permanent
    assert sandbox.requests.count("/users") == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_F44_a_redirect_is_not_followed(
    client: CleverClient, sandbox: RunningSandbox, status: int
) -> None:
    to = f"{sandbox.url}/v3.1/schools"
    sandbox.control.faults([{"do": "redirect", "to": to, "path": "/users", "status": status}])
    with pytest.raises(UnexpectedRedirect):
        users(client)
    assert sandbox.requests.paths() == ["/v3.1/users"]


def test_F45_a_bomb_is_not_unpacked(sandbox: RunningSandbox, time: FakeTime) -> None:
    client = client_of(sandbox, time, page_bytes=1_000_000)
    client.authorise(sandbox.district_id)
    good = users(client)
    sandbox.control.faults([{"do": "gzip_bomb", "megabytes": 20, "path": "/users", "times": 1}])
    assert users(client) == good
    sandbox.control.faults([{"do": "gzip_bomb", "megabytes": 20, "path": "/users"}])
    with pytest.raises(UnexpectedAnswer):
        users(client)


def test_F46_a_rotated_token_is_read_once_more(
    client: CleverClient, sandbox: RunningSandbox
) -> None:
    sandbox.control.rotate_token()
    assert len(users(client)) == 120
    assert sandbox.requests.count("/users") == 2


def test_F46_a_refused_token_is_no_storm(
    client: CleverClient, sandbox: RunningSandbox, time: FakeTime
) -> None:
    sandbox.control.revoke_token()
    with pytest.raises(TokenRefused) as raised:
        users(client)
    assert raised.value.permanent
    assert sandbox.requests.count("/users") == 1
    assert not time.slept


def test_F46_the_new_token_is_refused_as_well(
    client: CleverClient, sandbox: RunningSandbox
) -> None:
    sandbox.control.rotate_token()
    sandbox.control.faults([{"do": "status", "status": 401, "path": "/users"}])
    with pytest.raises(TokenRefused):
        users(client)
    assert sandbox.requests.count("/users") == 2


@pytest.mark.parametrize("answer", [401, 403, 404])
def test_F47_a_district_that_left(
    client: CleverClient, sandbox: RunningSandbox, answer: int
) -> None:
    sandbox.control.disconnect(answer=answer)
    for ask in (client.district, lambda: client.page("student", "")):
        with pytest.raises(DistrictGone):
            ask()
    assert client.authorise(sandbox.district_id) is None


def test_wrong_credentials_are_said_to_be_wrong(sandbox: RunningSandbox, time: FakeTime) -> None:
    client = client_of(sandbox, time, client_secret="wrong")
    with pytest.raises(CredentialsRefused):
        client.authorise(sandbox.district_id)


@pytest.mark.parametrize("status", [400, 402, 413, 501])
def test_refused_requests_are_not_retried(
    client: CleverClient, sandbox: RunningSandbox, status: int
) -> None:
    sandbox.control.faults([{"do": "status", "status": status, "path": "/users"}])
    with pytest.raises(BadRequest):
        users(client)
    assert sandbox.requests.count("/users") == 1


@pytest.mark.parametrize("version", ["v3.9", "v4.0"])
def test_F54_a_retired_version_is_one_clear_failure(
    sandbox: RunningSandbox, time: FakeTime, version: str
) -> None:
    client = client_of(sandbox, time, api_url=f"{sandbox.url}/{version}")
    client.authorise(sandbox.district_id)
    asks: list[Callable[[], object]] = [client.district, lambda: client.page("student", "")]
    for ask in asks:
        with pytest.raises(ApiRetired):
            ask()


def limited(seconds: float | str | None) -> Rule:
    reset = seconds
    if isinstance(seconds, int | float):
        reset = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    headers = {"X-RateLimit-Reset": reset, "X-RateLimit-Remaining": "0"}
    return {"do": "status", "status": 429, "path": "/users", "headers": headers}


def test_F29_a_short_wait_is_waited_exactly(
    client: CleverClient, sandbox: RunningSandbox, time: FakeTime
) -> None:
    sandbox.control.faults([{**limited(15), "times": 1}])
    assert len(users(client)) == 120
    assert time.slept == [15.0]


@pytest.mark.parametrize(
    ("reset", "seconds"), [(40, 40), (-9, 60), (None, 60), ("soon", 60), (36_000, 900)]
)
def test_F29_a_long_wait_is_the_callers(
    client: CleverClient,
    sandbox: RunningSandbox,
    time: FakeTime,
    reset: float | str | None,
    seconds: int,
) -> None:
    sandbox.control.faults([limited(reset)])
    with pytest.raises(RateLimited) as raised:
        users(client)
    assert raised.value.retry_at == NOW + timedelta(seconds=seconds)
    assert not raised.value.permanent
    assert not time.slept
    assert sandbox.requests.count("/users") == 1


def test_F29_waiting_again_and_again_ends(
    client: CleverClient, sandbox: RunningSandbox, time: FakeTime
) -> None:
    reset = str(int((NOW + timedelta(seconds=9)).timestamp()))
    headers = {"X-RateLimit-Reset": reset}
    sandbox.control.faults([{"do": "status", "status": 429, "path": "/users", "headers": headers}])
    with pytest.raises(RateLimited):
        users(client)
    assert sandbox.requests.count("/users") <= 6


def test_the_sandboxes_own_limit_is_understood(sandbox: RunningSandbox, time: FakeTime) -> None:
    # The sandbox counts in real minutes.
    client = client_of(sandbox, time, patience=0, clock=lambda: datetime.now(UTC))
    client.authorise(sandbox.district_id)
    sandbox.control.set_rate_limit(3)
    with pytest.raises(RateLimited) as raised:
        all(client.district() for _ in range(7))
    assert raised.value.retry_at is not None
    assert timedelta(0) < raised.value.retry_at - datetime.now(UTC) <= timedelta(seconds=61)


def test_I11_no_secret_in_any_fault_or_representation(
    client: CleverClient, sandbox: RunningSandbox
) -> None:
    secrets = (sandbox.token, sandbox.client_secret)
    token = client.token_for(sandbox.district_id)
    assert token is not None
    assert not any(secret in repr(token) + str(token) for secret in secrets)
    rules: list[Rule] = [{"do": "drop"}, {"do": "html"}, {"do": "redirect"}]
    for rule in [*rules, {"do": "status", "status": 400}]:
        sandbox.control.faults([{**rule, "path": "/users"}])
        with pytest.raises(CleverFault) as raised:
            users(client)
        chain: BaseException | None = raised.value
        while chain is not None:
            assert not any(secret in repr(chain) for secret in secrets)
            chain = chain.__cause__
