"""The client against a real server that misbehaves; nobody really waits."""

import socket
import threading
import time as real_time
from typing import Any

import pytest

from clever_sandbox.running import RunningSandbox
from clever_sync.client import CleverClient
from clever_sync.faults import (
    Unavailable,
    UnexpectedAnswer,
)
from tests.clever_sync.conftest import FakeTime, client_of, users

Rule = dict[str, Any]


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
