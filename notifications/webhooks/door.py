"""The second door for HTTP: one POST to an address that a district has given (ADR 0032).

Its host is looked up, every number it has is checked, and the connection goes to a number that was
checked: a name that means something else a moment later gains nothing. No redirect is followed, no
proxy is asked, and of the answer little is read. Nothing here raises: a failure is an answer.
"""

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from notifications.webhooks.addresses import Refused, Target, taken_apart, why_not

LOOK_UP, CONNECT, READ, REST = 5.0, 5.0, 10.0, 2.0
ALTOGETHER = CONNECT + READ
MOST_BYTES = 4096
MOST_SAID = 200
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What a receiver made of a message: its code (0 if it said none), its words or ours."""

    code: int = 0
    said: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.code < 300


def check(url: str, *, local: bool) -> None:
    """Raises Refused, with a sentence, for an address that could not be sent to now."""
    _numbers(taken_apart(url, local=local))


def post(url: str, body: bytes, headers: Mapping[str, str], *, local: bool) -> Answer:
    """Sends once; what came of it, within about 20 seconds."""
    try:
        target = taken_apart(url, local=local)
        return _post(target, _numbers(target), body, headers)
    except Refused as why:
        return Answer(0, str(why)[:MOST_SAID])
    except TimeoutError:
        return Answer(0, "It did not answer in time.")
    except ssl.SSLCertVerificationError as error:
        return Answer(0, f"Its certificate is not good: {error.verify_message}."[:MOST_SAID])
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, f"No answer: {type(error).__name__}.")


def look_up(host: str, port: int) -> list[str]:
    """Every number that a host has now; raises OSError for none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def trusted() -> ssl.SSLContext:
    """Whose certificates are believed: those that the system believes."""
    return ssl.create_default_context()


def _numbers(target: Target) -> list[str]:
    """The numbers of the host, each of which may be connected to. Raises Refused."""
    numbers = _in_time(target)
    for number in numbers:
        if why := why_not(number, local=target.local):
            raise Refused(why)
    return numbers


def _in_time(target: Target) -> list[str]:
    """Looks the host up beside this thread: the system's own look-up knows no deadline."""
    found: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found.put(look_up(target.host, target.port))
        except (OSError, UnicodeError):
            found.put([])

    threading.Thread(target=ask, daemon=True).start()
    try:
        numbers = found.get(timeout=LOOK_UP)
    except queue.Empty:
        raise Refused("Its name could not be looked up in time.") from None
    if not numbers:
        raise Refused("Its name is not known: check how the address is written.")
    return numbers


class _Line(http.client.HTTPConnection):
    """A connection to numbers that were checked, whatever the host's name means by now."""

    def __init__(self, target: Target, numbers: Sequence[str]) -> None:
        super().__init__(target.host, target.port)
        # Then the Host header leaves the port out, as everybody does.
        self.default_port = 443 if target.https else 80
        self._target, self._numbers = target, numbers
        # http.client forgets its own as soon as it knows that no second request will come.
        self.wire: socket.socket | None = None

    def connect(self) -> None:
        end = time.monotonic() + CONNECT
        for n, number in enumerate(self._numbers):
            try:
                line = socket.create_connection((number, self.port), timeout=_left(end))
                break
            except OSError:
                if n + 1 == len(self._numbers):
                    raise
        if self._target.https:
            # Unlike a read, shaking hands has one deadline for all of it.
            line.settimeout(_left(end))
            try:
                line = trusted().wrap_socket(line, server_hostname=self._target.host)
            except BaseException:
                line.close()
                raise
        line.settimeout(READ)
        self.sock = self.wire = line


def _left(end: float) -> float:
    return max(end - time.monotonic(), 0.1)


def _post(
    target: Target, numbers: Sequence[str], body: bytes, headers: Mapping[str, str]
) -> Answer:
    line = _Line(target, numbers)
    # A timeout is for one read; whoever drips byte by byte is cut off by this.
    end = time.monotonic() + ALTOGETHER
    alarm = threading.Timer(ALTOGETHER, _hang_up, [line])
    alarm.daemon = True
    alarm.start()
    try:
        more = {"Content-Type": "application/json", "User-Agent": "clever-integration-console"}
        line.request("POST", target.path, body, {**more, **headers, "Connection": "close"})
        response = line.getresponse()
        # What we have cut off ourselves looks like the end of its headers.
        if time.monotonic() >= end:
            raise TimeoutError
        return Answer(response.status, _said(line, response))
    except (OSError, http.client.HTTPException):
        if time.monotonic() >= end:
            raise TimeoutError from None
        raise
    finally:
        alarm.cancel()
        line.close()


def _hang_up(line: _Line) -> None:
    if line.wire is not None:
        with suppress(OSError):
            # That of TLS would also forget its state, under the hands of whoever reads.
            socket.socket.shutdown(line.wire, socket.SHUT_RDWR)


def _said(line: _Line, response: http.client.HTTPResponse) -> str:
    """The first words of the answer; what is wrong with them does not change its code."""
    if 300 <= response.status < 400:
        return "It answered with a redirect, which is not followed."
    read = b""
    with suppress(OSError, http.client.HTTPException, ValueError):
        if line.wire is not None:
            line.wire.settimeout(REST)
        read = response.read1(MOST_BYTES)
    text = read.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:MOST_SAID]
