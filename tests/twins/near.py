"""A sandbox Clever that is asked without a network: most of a life is not about the wire."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict

from clever_sandbox.application import Application
from clever_sandbox.control_client import API, Control, ControlError
from clever_sandbox.messages import Request, Response
from clever_sandbox.records import from_json
from clever_sandbox.running import RunningSandbox
from clever_sync import client
from clever_sync.answers import Answer


class NearControl(Control):
    """Moves a sandbox of this process; the same requests, handed over instead of sent."""

    def __init__(self, clever: RunningSandbox) -> None:
        super().__init__(clever.url)
        self._application = Application(clever.sandbox)

    def _send(self, method: str, address: str, body: bytes | None = None) -> Any:
        path, _, query = (API + address).partition("?")
        response = self._application(Request(method, path, query, {}, body or b""))
        if response.status != 200:
            raise ControlError(f"{response.status}: {response.body.decode()}")
        return from_json(response.body)


class NearTransport:
    """What clever_sync.transport.Transport is to a client, without a socket."""

    def __init__(self, clever: RunningSandbox) -> None:
        self._application = Application(clever.sandbox)

    def get(self, url: str, auth: AuthBase) -> Answer:
        parts = urlsplit(url)
        asked = PreparedRequest()
        asked.headers = CaseInsensitiveDict()
        headers = {name.lower(): value for name, value in auth(asked).headers.items()}
        return _as_read(self._application(Request("GET", parts.path, parts.query, headers)))

    def close(self) -> None:
        """There is nothing to be closed."""


def _as_read(response: Response) -> Answer:
    assert not response.delivery, "what is wrong with the wire needs a wire"
    headers = CaseInsensitiveDict(response.headers)
    if response.content_type:
        headers["Content-Type"] = response.content_type
    return Answer(response.status, headers, response.body)


def near(clever: RunningSandbox) -> RunningSandbox:
    """The same sandbox, moved without a network."""
    return replace(clever, control=NearControl(clever))


@contextmanager
def asked_nearby(clever: RunningSandbox) -> Iterator[None]:
    """The console asks this sandbox without a network."""
    with mock.patch.object(client, "Transport", return_value=NearTransport(clever)):
        yield
