"""The client against a real server that misbehaves; nobody really waits."""

import socket
import threading
import time as real_time
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
    Unavailable,
    UnexpectedAnswer,
    UnexpectedRedirect,
)
from tests.clever_sync.conftest import NOW, FakeTime, client_of

Rule = dict[str, Any]


@pytest.fixture
def client(sandbox: RunningSandbox, time: FakeTime) -> CleverClient:
    client = client_of(sandbox, time, page_seconds=5)
    assert client.authorise(sandbox.district_id) is not None
    sandbox.requests.clear()
    return client


def users(client: CleverClient) -> list[str]:
    page = client.page("student", "").page
    assert page is not None
    return page.ids


def test_a_page_of_a_role_and_the_one_after(sandbox: RunningSandbox, time: FakeTime) -> None:
    client = client_of(sandbox, time, page_size=100)
    client.authorise(sandbox.district_id)
    first = users(client)
    second = client.page("student", first[-1]).page
    assert second is not None
    assert [*first, *second.ids] == [p["id"] for p in sandbox.control.people("student", 1000)]


def test_a_page_that_is_known_is_not_taken_apart(client: CleverClient) -> None:
    known = client.page("student", "").digest
    assert client.page("student", "", known=known).page is None
    assert client.page("student", "", known=known, salt=b"other").page is not None


def test_the_district_and_its_state(client: CleverClient, sandbox: RunningSandbox) -> None:
    sandbox.control.set_state("paused", pause_start="2026-06-20", pause_end="2026-08-20")
    district = client.district()
    assert (district.id, district.state) == (sandbox.district_id, "paused")
    assert district.pause_end is not None
    assert district.last_sync is not None


def test_the_newest_event_and_not_the_oldest(client: CleverClient, sandbox: RunningSandbox) -> None:
    assert client.newest_event_id() == ""
    for number in range(3):
        sandbox.control.edit(sandbox.control.people("student")[number]["id"], {"email": "x@y.z"})
    newest = client.newest_event_id()
    asked = sandbox.requests[-1].params
    assert (asked["ending_before"], asked["limit"]) == ("last", "1")
    assert newest != ""


def test_a_user_by_id_or_nobody(client: CleverClient, sandbox: RunningSandbox) -> None:
    person = sandbox.control.people("student")[0]["id"]
    assert person.encode() in (client.user(person) or b"")
    sandbox.control.remove(person)
    assert client.user(person) is None


@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_F31_server_errors_are_retried(
    client: CleverClient, sandbox: RunningSandbox, time: FakeTime, status: int, times: int
) -> None:
    good = users(client)
    sandbox.control.faults([{"do": "status", "path": "/users", "status": status, "times": times}])
    assert users(client) == good
    assert len(time.slept) == times
    grown = zip(time.slept, time.slept[1:], strict=False)
    assert all(later > earlier * 0.6 for earlier, later in grown)


def test_F32_for_ever_is_for_the_caller_to_rest(
    client: CleverClient, sandbox: RunningSandbox, time: FakeTime
) -> None:
    sandbox.control.faults([{"do": "status", "path": "/users", "status": 503}])
    with pytest.raises(Unavailable) as raised:
        users(client)
    assert not raised.value.permanent
    assert raised.value.retry_at is None
    assert sandbox.requests.count("/users") == 6
    assert 5 < sum(time.slept) < 30


UNAVAILABLE: list[Rule] = [
    {"do": "drop"},
    {"do": "reset", "at": 0},
    {"do": "reset", "at": 300},
    {"do": "truncate", "length": "full"},
    {"do": "truncate", "length": "short"},
    {"do": "truncate", "length": "none"},
    {"do": "empty_body"},
    {"do": "bad_chunk"},
]


@pytest.mark.parametrize("rule", UNAVAILABLE, ids=lambda rule: "-".join(map(str, rule.values())))
def test_F33_F35_broken_answers_are_retried(
    client: CleverClient, sandbox: RunningSandbox, rule: Rule
) -> None:
    good = users(client)
    sandbox.control.faults([{**rule, "path": "/users", "times": 2}])
    assert users(client) == good
    sandbox.control.faults([{**rule, "path": "/users"}])
    with pytest.raises(Unavailable) as raised:
        users(client)
    assert not raised.value.permanent


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid", "https://{host}"])
def test_F33_nobody_there_or_no_tls(sandbox: RunningSandbox, time: FakeTime, url: str) -> None:
    url = url.format(host=sandbox.url.removeprefix("http://"))
    client = client_of(sandbox, time, api_url=f"{url}/v3.1", page_seconds=5)
    client.authorise(sandbox.district_id)
    sandbox.requests.clear()
    with pytest.raises(Unavailable):
        client.district()
    assert len(time.slept) == 5
    assert not sandbox.requests.paths()


def test_F33_a_server_that_says_nothing(sandbox: RunningSandbox, time: FakeTime) -> None:
    client = client_of(sandbox, time, page_seconds=0.1)
    client.authorise(sandbox.district_id)
    sandbox.control.faults([{"do": "delay", "seconds": 0.5, "path": "/districts"}])
    with pytest.raises(Unavailable):
        client.district()


@pytest.mark.parametrize("part", ["headers", "body"])
def test_F34_a_drip_ends_at_the_deadline(time: FakeTime, part: str) -> None:
    with Dripping(part) as server:
        client = CleverClient(
            api_url=f"{server.url}/v3.1",
            auth_url=server.url,
            client_id="x",
            client_secret="y",
            page_seconds=0.2,
            sleep=time.sleep,
            clock=time.clock,
        )
        started = real_time.monotonic()
        with pytest.raises(Unavailable):
            client.district()
        assert real_time.monotonic() - started < 4


class Dripping:
    """A server that never stops sending, one byte at a time."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._stopping = threading.Event()

    def __enter__(self) -> "Dripping":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                accepted, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._drip, args=[accepted], daemon=True).start()

    def _drip(self, accepted: socket.socket) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Long: "
        with accepted:
            try:
                accepted.sendall(head if self._part == "headers" else head + b"no\r\n\r\n")
                while not self._stopping.wait(0.02):
                    accepted.sendall(b" ")
            except OSError:
                return


SHAPES: list[Rule] = [
    {"do": "html"},
    {"do": "content_type", "value": "text/html"},
    {"do": "json", "value": {}},
    {"do": "json", "value": []},
    {"do": "json", "value": {"data": None}},
    {"do": "status", "status": 203},
]


@pytest.mark.parametrize("rule", SHAPES, ids=str)
def test_F36_what_is_no_data_is_asked_for_again_and_then_fails(
    client: CleverClient, sandbox: RunningSandbox, rule: Rule
) -> None:
    good = users(client)
    sandbox.control.faults([{**rule, "path": "/users", "times": 3}])
    assert users(client) == good
    sandbox.requests.clear()
    sandbox.control.faults([{**rule, "path": "/users"}])
    with pytest.raises(UnexpectedAnswer) as raised:
        users(client)
    assert raised.value.permanent
    assert sandbox.requests.count("/users") == 6


def test_F36_the_sentence_quotes_a_page_but_no_secret(
    client: CleverClient, sandbox: RunningSandbox
) -> None:
    page = f"<html><h1>Maintenance</h1>Bearer {sandbox.token} {sandbox.client_secret}</html>"
    sandbox.control.faults([{"do": "html", "body": page * 20, "path": "/users"}])
    with pytest.raises(UnexpectedAnswer) as raised:
        users(client)
    said = raised.value.sentence
    assert "Maintenance" in said
    assert sandbox.token not in said
    assert sandbox.client_secret not in said
    assert len(said) < 400


def test_I11_json_of_another_shape_is_never_quoted(
    client: CleverClient, sandbox: RunningSandbox
) -> None:
    sandbox.control.faults([{"do": "json", "value": {"name": "Mia Lund"}, "path": "/users"}])
    with pytest.raises(UnexpectedAnswer) as raised:
        users(client)
    assert "Mia" not in raised.value.sentence


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
    for rule in [{"do": "drop"}, *SHAPES, {"do": "status", "status": 400}, {"do": "redirect"}]:
        sandbox.control.faults([{**rule, "path": "/users"}])
        with pytest.raises(CleverFault) as raised:
            users(client)
        chain: BaseException | None = raised.value
        while chain is not None:
            assert not any(secret in repr(chain) for secret in secrets)
            chain = chain.__cause__
