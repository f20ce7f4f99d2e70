"""A Redis of our own, where a redis-server is on the path."""

import shutil
import socket
from pathlib import Path

from integration_console.embedded import ports, processes


class RedisFailed(Exception):
    """The redis-server did not start; the message says what it said."""


def installed() -> str | None:
    """The path of redis-server, or None when this machine has none."""
    return shutil.which("redis-server")


def url(port: int) -> str:
    return f"redis://{ports.LOCALHOST}:{port}/0"


def start(server: str, folder: Path, port: int) -> processes.Child:
    """Runs a Redis that keeps nothing on disk: what it carries can be rung again (engine.md 1)."""
    folder.mkdir(parents=True, exist_ok=True)
    child = processes.start(
        processes.Program(
            name="Redis",
            command=(
                *(server, "--bind", ports.LOCALHOST, "--port", str(port)),
                *("--save", "", "--appendonly", "no", "--dir", str(folder)),
            ),
            log=folder / "redis.log",
        )
    )
    if not processes.wait_until(lambda: _says_pong(port), child, 10):
        words = child.last_words()
        child.stop()
        raise RedisFailed(f"redis-server did not start:\n{words}")
    return child


def _says_pong(port: int) -> bool:
    try:
        with socket.create_connection((ports.LOCALHOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
