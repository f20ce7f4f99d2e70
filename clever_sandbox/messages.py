"""A request as the sandbox reads it, and an answer before it is put on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from clever_sandbox.records import from_json, to_bytes

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query's names and values in their order."""
        return parse_qsl(self.query, keep_blank_values=True)

    def param(self, name: str) -> str | None:
        """The last value that the query gives this name, or None."""
        return dict(self.params).get(name)

    def form(self) -> dict[str, str]:
        """The body's fields, sent as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The body read as JSON; an empty one is an empty object."""
        return from_json(self.body) if self.body else {}


@dataclass
class Response:
    """Status, headers and body; `delivery` names an unusual way of sending them."""

    status: int = 200
    parts: list[bytes] = field(default_factory=list)
    content_type: str | None = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)
    delivery: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0

    @property
    def body(self) -> bytes:
        """The whole body in one piece."""
        return b"".join(self.parts)

    @property
    def length(self) -> int:
        """The body's length in bytes."""
        return sum(map(len, self.parts))


def answer(document: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(status, [to_bytes(document)])


def problem(status: int, message: str) -> Response:
    """An error as the API words it."""
    return answer({"message": message}, status)


def unknown_page() -> Response:
    """What Clever answers for addresses it does not know: a page, not JSON."""
    text = (
        "<!doctype html><html lang=en><title>Not Found</title>"
        "<h1>Page not found</h1><p>The page you asked for does not exist.</p></html>"
    )
    return Response(404, [text.encode()], HTML)
