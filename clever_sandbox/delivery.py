"""Putting an answer on the wire, the usual way or one of the broken ones."""

import socket
import struct
import threading
from email.utils import formatdate
from http.client import responses

from clever_sandbox.messages import Response

_SMALL = 64 * 1024


def deliver(sock: socket.socket, response: Response, stopping: threading.Event) -> bool:
    """Sends the answer; whether the connection can be used again."""
    mode = response.delivery.get("mode")
    if mode is None:
        send_whole(sock, head_of(response, response.length), response.parts)
        return True
    _BROKEN[mode](sock, response, stopping)
    return False


def head_of(response: Response, length: int | None, *more: tuple[str, str]) -> bytes:
    """The status line and headers; without a length the body ends where the connection does."""
    lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unknown')}"]
    headers = [("Date", formatdate(usegmt=True)), *more, *response.headers]
    if response.content_type:
        headers.append(("Content-Type", response.content_type))
    if length is not None:
        headers.append(("Content-Length", str(length)))
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def send_whole(sock: socket.socket, head: bytes, parts: list[bytes]) -> None:
    """Head and body in as few writes as their size allows."""
    if sum(map(len, parts)) <= _SMALL:
        sock.sendall(b"".join([head, *parts]))
        return
    sock.sendall(head)
    for part in parts:
        sock.sendall(part)


def _truncate(sock: socket.socket, response: Response, _stopping: threading.Event) -> None:
    sent = response.body[: int(response.delivery.get("at", response.length // 2))]
    said = {"full": response.length, "short": len(sent), "none": None}
    length = said[response.delivery.get("length", "full")]
    sock.sendall(head_of(response, length, ("Connection", "close")) + sent)


def _reset(sock: socket.socket, response: Response, _stopping: threading.Event) -> None:
    sent = response.body[: int(response.delivery.get("at", response.length // 2))]
    sock.sendall(head_of(response, response.length) + sent)
    # Closing with a zero linger sends RST instead of FIN.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _drop(sock: socket.socket, response: Response, _stopping: threading.Event) -> None:
    del sock, response


def _drip(sock: socket.socket, response: Response, stopping: threading.Event) -> None:
    rate = float(response.delivery.get("bytes_per_second", 1))
    sock.sendall(head_of(response, response.length, ("Connection", "close")))
    body = response.body
    for place in range(len(body)):
        if stopping.wait(1 / rate):
            return
        sock.sendall(body[place : place + 1])


def _bad_chunk(sock: socket.socket, response: Response, _stopping: threading.Event) -> None:
    chunked = ("Transfer-Encoding", "chunked")
    body = response.body
    chunk = b"%x\r\n%s\r\n" % (len(body), body)
    head = head_of(response, None, chunked, ("Connection", "close"))
    sock.sendall(head + chunk + b"not-a-length\r\n")


_BROKEN = {
    "truncate": _truncate,
    "reset": _reset,
    "drop": _drop,
    "drip": _drip,
    "bad_chunk": _bad_chunk,
}
