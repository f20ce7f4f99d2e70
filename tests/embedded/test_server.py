"""script/server as people use it: start it, look at a page, stop it, start it again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration_console.embedded import ports
from tests.house.floor_plan import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("ps"), reason="needs ps, to see who is left behind"),
]
READY = "Ctrl-C stops all of it."


class Server:
    """A running script/server and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""

    def wait_until_ready(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if READY in line:
                return
        pytest.fail(f"script/server ended:\n{self.said}", pytrace=False)

    def address(self) -> str:
        return self.said.partition("The console:")[2].split()[0]

    def descendants(self) -> set[int]:
        parents = processes()
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {self.process.pid}


def processes() -> dict[int, int]:
    """Every living process of this machine and its parent."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in listed.stdout.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in lines if not state.startswith("Z")}


def deaf() -> None:
    """As a shell starts what runs in its background."""
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)


@contextmanager
def running(folder: Path, port: int) -> Iterator[Server]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "integration_console.embedded"]
        + ["--without-demonstration", "--var", str(folder)],
        cwd=ROOT,
        env=environment | {"PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=deaf,
    )
    try:
        server = Server(process)
        server.wait_until_ready()
        yield server
    finally:
        process.kill()
        process.communicate()


def page(address: str) -> bytes:
    with urllib.request.urlopen(f"{address}/accounts/login/", timeout=20) as answer:
        assert answer.status == 200
        content: bytes = answer.read()
    return content


def wait_until_gone(descendants: set[int]) -> None:
    end = time.monotonic() + 20
    while left := descendants & processes().keys():
        assert time.monotonic() < end, f"left behind: {left}"
        time.sleep(0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # Where root runs the tests, PostgreSQL runs as somebody else and has to pass through.
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o711)
    return tmp_path / "var"


def test_it_starts_and_ctrl_c_stops_all_of_it(folder: Path) -> None:
    port = ports.any_free()
    with running(folder, port) as server:
        assert server.address() == f"http://localhost:{port}"
        assert "embedded in" in server.said
        assert b"<form" in page(server.address())
        descendants = server.descendants()
        assert len(descendants) >= 4
        server.process.send_signal(signal.SIGINT)
        output, _ = server.process.communicate(timeout=30)
    assert output.strip() == "Everything is stopped."
    assert server.process.returncode == 0
    wait_until_gone(descendants)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux's kernel does it")
def test_a_kill_stops_all_of_it_and_a_second_start_goes_on(folder: Path) -> None:
    with running(folder, ports.any_free()) as server:
        secret = (folder / "secret-key").read_text()
        descendants = server.descendants()
        server.process.kill()
        wait_until_gone(descendants)
    with socket.create_server((ports.LOCALHOST, 0)) as other:
        taken = other.getsockname()[1]
        begin = time.monotonic()
        with running(folder, taken) as server:
            assert time.monotonic() - begin < 60
            assert f"Port {taken} is taken; using " in server.said
            assert b"<form" in page(server.address())
            assert (folder / "secret-key").read_text() == secret
