"""One request over the wire: a deadline for all of it, a cap on its size, and no surprises.

Part of the door to Clever (clever_sync.client), and used by nobody else. What is wrong becomes
TryAgain; the text of an error of the network holds addresses, so only its name is kept.
"""

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from clever_sync.answers import Answer, TryAgain
from clever_sync.faults import Unavailable, UnexpectedAnswer

CONNECT_SECONDS = 10.0
CHUNK = 1 << 20
Auth = AuthBase


class Bearer(AuthBase):
    """The token of a district."""

    # An auth object and not a header: otherwise requests would let ~/.netrc replace the token.
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def application(client_id: str, client_secret: str) -> AuthBase:
    """The application's own credentials."""
    return HTTPBasicAuth(client_id, client_secret)


class _Watch:
    """The sockets of a transport, so that a deadline can end what hangs in them."""

    def __init__(self) -> None:
        sockets: WeakSet[socket.socket] = WeakSet()
        self._sockets = sockets

        class Watched:
            def connect(self) -> None:
                super().connect()  # type: ignore[misc]
                sockets.add(self.sock)  # type: ignore[attr-defined]

        class Http(Watched, HTTPConnection):
            pass

        class Https(Watched, HTTPSConnection):
            pass

        class HttpPool(HTTPConnectionPool):
            ConnectionCls = Http

        class HttpsPool(HTTPSConnectionPool):
            ConnectionCls = Https

        self.pools = {"http": HttpPool, "https": HttpsPool}

    def end_all(self) -> None:
        """Whoever reads from one of the sockets sees its end now."""
        for open_one in list(self._sockets):
            with suppress(OSError):
                open_one.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._watch.pools


class Transport:
    """One request over the wire, with a deadline for all of it and a cap on its size.

    Keeps the connection open between requests. Not for two threads at once.
    """

    def __init__(self, *, seconds: float, most_bytes: int) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._watch = _Watch()
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        self._session.headers["User-Agent"] = "clever-integration-console"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._watch))

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def get(self, url: str, auth: AuthBase) -> Answer:
        """The answer, whatever its status; TryAgain when there is none in time or in size."""
        return self._in_time("GET", url, auth)

    def post(self, url: str, auth: AuthBase, form: Mapping[str, str]) -> Answer:
        """As `get`, with a form that is sent along once, and never again by itself."""
        return self._in_time("POST", url, auth, form)

    def _in_time(
        self, method: str, url: str, auth: AuthBase, form: Mapping[str, str] | None = None
    ) -> Answer:
        ends = time.monotonic() + self._seconds
        # A timeout is for one read; whoever drips, also within the headers, needs a deadline.
        alarm = threading.Timer(self._seconds, self._watch.end_all)
        alarm.daemon = True
        alarm.start()
        try:
            answer = self._send(method, url, auth, form)
        except (requests.RequestException, HTTPError, OSError) as broken:
            # The name only: the text of such an error holds addresses.
            raise TryAgain(Unavailable, type(broken).__name__) from None
        finally:
            alarm.cancel()
        if time.monotonic() > ends:
            raise TryAgain(Unavailable, "it took too long")
        return answer

    def _send(
        self, method: str, url: str, auth: AuthBase, form: Mapping[str, str] | None
    ) -> Answer:
        timeout = (min(CONNECT_SECONDS, self._seconds), self._seconds)
        with self._session.request(
            method, url, auth=auth, data=form, stream=True, allow_redirects=False, timeout=timeout
        ) as response:
            return Answer(response.status_code, response.headers, self._read(response))

    def _read(self, response: requests.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > self._most_bytes:
                raise TryAgain(UnexpectedAnswer, "it is larger than a page may be")
        return b"".join(parts)
