"""F29 to F36, F44 to F47, F51: other answers, and broken ways of sending them."""

import time

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError

from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429, 500, 501, 502, 503, 504])
def test_F31_any_status(sandbox: RunningSandbox, ask: Asking, status: int) -> None:
    sandbox.control.faults([{"do": "status", "status": status, "path": "/users", "times": 1}])
    refused = ask.get("/users")
    assert refused.status_code == status
    assert (refused.content == b"") == (status == 429)
    assert ask.get("/users").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Reset": "4102444800", "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Reset": "135136, 31634", "X-RateLimit-Bucket": "all, none"},
        {"X-RateLimit-Reset": "1"},
        {"X-RateLimit-Reset": "soon"},
    ],
)
def test_F29_rate_limit_headers_of_choice(
    sandbox: RunningSandbox, ask: Asking, headers: dict[str, str]
) -> None:
    sandbox.control.faults([{"do": "status", "status": 429, "headers": headers}])
    refused = ask.get("/users")
    assert refused.content == b""
    assert {name: refused.headers[name] for name in headers} == headers


def test_F29_headers_can_be_taken_from_a_good_answer(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "headers", "headers": {"X-RateLimit-Reset": None}}])
    answer = ask.get("/users")
    assert answer.status_code == 200
    assert "X-RateLimit-Reset" not in answer.headers
    assert "X-RateLimit-Limit" in answer.headers


def test_F33_reset_in_the_middle(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "reset", "path": "/users", "at": 500}])
    with pytest.raises((ChunkedEncodingError, ConnectionError)):
        ask.get("/users")


def test_F33_closed_without_a_word(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "drop", "path": "/users"}])
    with pytest.raises(ConnectionError):
        ask.get("/users")


def test_F34_delay_and_drip(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "delay", "path": "/schools", "seconds": 0.2}])
    start = time.monotonic()
    ask.get("/schools")
    assert time.monotonic() - start >= 0.2
    sandbox.control.faults([{"do": "drip", "path": "/districts", "bytes_per_second": 2000}])
    start = time.monotonic()
    answer = ask.get("/districts")
    assert answer.json()["data"]
    assert time.monotonic() - start >= len(answer.content) / 2000 * 0.9


def test_F34_a_drip_ends_with_the_server() -> None:
    start = time.monotonic()
    with running_sandbox(students=1) as sandbox:
        sandbox.control.faults([{"do": "drip", "path": "/districts"}])
        ask = Asking(sandbox)
        answer = ask.session.get(ask.base + "/districts", timeout=5, stream=True)
        assert answer.status_code == 200
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("length", ["full", "short", "none"])
def test_F35_truncated(sandbox: RunningSandbox, ask: Asking, length: str) -> None:
    rule = {"do": "truncate", "path": "/users", "at": 300, "length": length}
    sandbox.control.faults([rule])
    if length == "full":
        with pytest.raises(ChunkedEncodingError):
            ask.get("/users")
        return
    answer = ask.get("/users")
    assert len(answer.content) == 300
    assert ("Content-Length" in answer.headers) == (length == "short")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_F35_bad_chunk_and_empty_body(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "bad_chunk", "path": "/users"}])
    with pytest.raises(ChunkedEncodingError):
        ask.get("/users")
    sandbox.control.faults([{"do": "empty_body", "path": "/users"}])
    answer = ask.get("/users")
    assert (answer.status_code, answer.content) == (200, b"")


def test_F36_html_and_other_shapes(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "html", "path": "/users"}])
    assert ask.get("/users").headers["Content-Type"].startswith("text/html")
    shapes: tuple[object, ...] = ({}, [], {"data": None}, None, 5)
    for value in shapes:
        sandbox.control.faults([{"do": "json", "path": "/users", "value": value}])
        assert ask.get("/users").json() == value
    sandbox.control.faults([{"do": "content_type", "value": "text/plain"}])
    assert ask.get("/users").headers["Content-Type"] == "text/plain"


def test_F44_redirects(sandbox: RunningSandbox, ask: Asking) -> None:
    for status in (301, 302, 307):
        rule = {"do": "redirect", "status": status, "to": "https://elsewhere.example/x"}
        sandbox.control.faults([rule])
        answer = ask.get("/users")
        assert answer.status_code == status
        assert answer.headers["Location"] == "https://elsewhere.example/x"


def test_F45_gzip_bomb(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "gzip_bomb", "path": "/users", "megabytes": 5}])
    response = ask.session.get(ask.base + "/users", stream=True, timeout=10)
    assert int(response.headers["Content-Length"]) < 10_000
    assert len(response.content) > 5_000_000


def test_F45_raw_bodies(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "raw", "body": "[" * 1000}])
    assert ask.get("/users").text == "[" * 1000
    sandbox.control.faults([{"do": "raw", "base64": "//4="}])
    assert ask.get("/users").content == b"\xff\xfe"


def test_F46_a_token_refused_from_the_second_page_on(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "status", "status": 401, "path": "/users", "on": "2-"}])
    assert [ask.get("/users").status_code for _ in range(3)] == [200, 401, 401]


def test_F51_another_district(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "other_district", "path": "/districts", "id": "5" * 24}])
    assert ask.records("/districts")[0]["id"] == "5" * 24


def test_tokens_can_fail_too(sandbox: RunningSandbox) -> None:
    sandbox.control.faults([{"do": "status", "status": 500, "path": "/oauth/tokens", "on": [1, 3]}])
    asked = [requests.get(f"{sandbox.url}/oauth/tokens", timeout=10).status_code for _ in range(4)]
    assert asked == [500, 401, 500, 401]


def test_several_faults_strike_together(sandbox: RunningSandbox, ask: Asking) -> None:
    slow = {"do": "delay", "seconds": 0.1}
    sandbox.control.faults([slow, {"do": "status", "status": 502}])
    start = time.monotonic()
    assert ask.get("/users").status_code == 502
    assert time.monotonic() - start >= 0.1
