"""A system of a district that really listens, and does to each message what a test wants."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def answer(code: int, body: bytes = b"", *more: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {code} Word", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Message:
    """What arrived: its path, its headers in small letters, its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def identity(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    def is_signed_with(self, secret: str) -> bool:
        """Verified from the specification, and by nothing of the console."""
        key = base64.b64decode(secret[len("whsec_") :])
        at = self.headers["webhook-timestamp"]
        text = f"{self.identity}.{at}.".encode() + self.body
        right = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        given = self.headers["webhook-signature"].split(" ")
        return any(hmac.compare_digest(f"v1,{right}", one) for one in given)


@dataclass
class Receiver:
    """`does` is handed the connection behind each message, and may answer or not."""

    port: int
    messages: list[Message] = field(default_factory=list)
    connections: int = 0
    does: Callable[[socket.socket], None] = lambda line: line.sendall(OK)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?key=hush"

    def answers(self, code: int, body: bytes = b"", *more: str) -> None:
        self.does = lambda line: line.sendall(answer(code, body, *more))


def told(system: Receiver) -> list[str]:
    """The events that it was told of, in their order."""
    return [message.said["type"] for message in system.messages]


def read(line: socket.socket) -> Message:
    """One request, byte by byte as HTTP says."""
    text = b""
    while b"\r\n\r\n" not in text:
        more = line.recv(4096)
        if not more:
            raise ConnectionError
        text += more
    head, _, body = text.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in rest)}
    while len(body) < int(headers["content-length"]):
        body += line.recv(4096)
    method, path, _ = first.split(" ")
    assert method == "POST"
    return Message(path, headers, body)


@contextmanager
def listening(wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[Receiver]:
    """A receiver with its door open, each connection in a thread of its own."""
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(0.1)
    made, over = Receiver(door.getsockname()[1]), threading.Event()
    lock, lines = threading.Lock(), list[socket.socket]()

    def serve(line: socket.socket) -> None:
        with suppress(OSError), line:
            speaking = wrap(line) if wrap else line
            message = read(speaking)
            with lock:
                made.messages.append(message)
                made.at_once += 1
                made.most_at_once = max(made.most_at_once, made.at_once)
            try:
                made.does(speaking)
            finally:
                with lock:
                    made.at_once -= 1
                if speaking is not line:
                    speaking.close()

    def welcome() -> None:
        while not over.is_set():
            try:
                line, _ = door.accept()
            except TimeoutError:
                continue
            line.settimeout(30)
            made.connections += 1
            lines.append(line)
            threading.Thread(target=serve, args=[line], daemon=True).start()

    thread = threading.Thread(target=welcome, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        over.set()
        thread.join()
        for line in lines:
            with suppress(OSError):
                line.close()
        door.close()
