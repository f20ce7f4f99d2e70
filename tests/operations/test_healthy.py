"""script/healthy, which the health checks of docker-compose.yml run."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from integration_console.embedded import ports
from tests.house.floor_plan import ROOT

PARTS = {"clock": {"ok": True}, "broker": {"ok": False, "says": "Redis does not answer."}}


class Console(BaseHTTPRequestHandler):
    """Up, and not ready."""

    def do_GET(self) -> None:
        up = self.path == "/healthz"
        self.send_response(200 if up else 503)
        self.end_headers()
        self.wfile.write(b"up\n" if up else json.dumps({"parts": PARTS}).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = HTTPServer((ports.LOCALHOST, 0), Console)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{ports.LOCALHOST}:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("/healthz",), 0),
        (("/readyz",), 1),
        (("/readyz", "clock"), 0),
        (("/readyz", "broker"), 1),
    ],
)
def test_it_ends_well_if_what_was_asked_is_well(
    url: str, asked: tuple[str, ...], code: int
) -> None:
    path, *part = asked
    ended = subprocess.run([ROOT / "script" / "healthy", url + path, *part], capture_output=True)
    assert (ended.returncode, ended.stderr) == (code, b"")


def test_nobody_there_is_said_in_one_line() -> None:
    url = f"http://{ports.LOCALHOST}:{ports.any_free()}/healthz"
    ended = subprocess.run([ROOT / "script" / "healthy", url], capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1 and "does not answer" in ended.stderr
