"""Faults in the answer itself: other statuses and bodies, and unusual ways of sending them.

- `status`: `status`, `body` (text or JSON), `headers`, `content_type`. `headers`: sets headers.
- `delay`: `seconds`. `drip`: `bytes_per_second`.
- `truncate`: `at` bytes; `length` "full" (says the full length, then closes), "short" (says what
  is sent) or "none" (says nothing, closes).
- `reset`: the connection is reset after `at` bytes of the body. `drop`: closed without a word.
- `empty_body`, `html` (`body`), `json` (`value`), `raw` (`body` or `base64`, `content_type`).
- `gzip_bomb`: `megabytes` of zeros, compressed. `content_type`: `value`. `bad_chunk`.
- `redirect`: `status`, `to`. `other_district`: `id`, in the list of districts.
"""

import base64
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from clever_sandbox.fault_rules import ANSWER_FAULTS, FaultPlan
from clever_sandbox.messages import HTML, JSON, Response
from clever_sandbox.records import from_json, to_bytes

Args = dict[str, Any]
_OUTAGE_PAGE = "<!doctype html><title>Clever</title><h1>We are having trouble</h1>"


def bend_answer(plan: FaultPlan, response: Response) -> Response:
    """The answer after every striking rule has had its way with it, in their order."""
    for rule in plan.of(*ANSWER_FAULTS):
        response = _BENDERS[rule.do](response, rule.args)
    return response


def replaces_answer(plan: FaultPlan) -> bool:
    """Whether the answer is not needed at all, because a fault puts another in its place."""
    return any(rule.do == "status" and not rule.args.get("keep") for rule in plan.striking)


def _set_headers(response: Response, headers: dict[str, str | None]) -> None:
    names = {name.lower() for name in headers}
    response.headers = [pair for pair in response.headers if pair[0].lower() not in names]
    response.headers += [(name, value) for name, value in headers.items() if value is not None]


def _status(response: Response, args: Args) -> Response:
    status, body = int(args.get("status", 503)), args.get("body")
    if body is None:
        body = "" if status == 429 else {"message": f"scripted fault: {status}"}
    kind = args.get("content_type", HTML if isinstance(body, str) and body else JSON)
    parts = [body.encode() if isinstance(body, str) else to_bytes(body)]
    bent = Response(status, parts, kind, list(response.headers), delay=response.delay)
    _set_headers(bent, args.get("headers", {}))
    return bent


def _headers(response: Response, args: Args) -> Response:
    _set_headers(response, args.get("headers", {}))
    return response


def _delay(response: Response, args: Args) -> Response:
    response.delay += float(args.get("seconds", 1))
    return response


def _delivery(mode: str) -> Callable[[Response, Args], Response]:
    def bend(response: Response, args: Args) -> Response:
        response.delivery = {"mode": mode, **args}
        return response

    return bend


def _replace(response: Response, body: bytes, kind: str | None, status: int = 200) -> Response:
    response.status, response.parts, response.content_type = status, [body], kind
    return response


def _empty_body(response: Response, args: Args) -> Response:
    return _replace(response, b"", args.get("content_type", JSON))


def _html(response: Response, args: Args) -> Response:
    body = str(args.get("body", _OUTAGE_PAGE)).encode()
    return _replace(response, body, HTML, int(args.get("status", 200)))


def _json(response: Response, args: Args) -> Response:
    return _replace(response, to_bytes(args.get("value", {})), JSON, int(args.get("status", 200)))


def _raw(response: Response, args: Args) -> Response:
    encoded = args.get("base64")
    body = base64.b64decode(encoded) if encoded else str(args.get("body", "")).encode()
    kind = args.get("content_type", JSON)
    return _replace(response, body, kind, int(args.get("status", 200)))


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, wbits=31)
    parts = [squeeze.compress(b'{"data":"')]
    parts += [squeeze.compress(b"0" * 1_000_000) for _ in range(megabytes)]
    parts += [squeeze.compress(b'"}'), squeeze.flush()]
    return b"".join(parts)


def _gzip_bomb(response: Response, args: Args) -> Response:
    _set_headers(response, {"Content-Encoding": "gzip"})
    return _replace(response, _bomb(int(args.get("megabytes", 200))), JSON)


def _redirect(response: Response, args: Args) -> Response:
    to = str(args.get("to", "https://elsewhere.example/"))
    _set_headers(response, {"Location": to})
    return _replace(response, b"", HTML, int(args.get("status", 302)))


def _other_district(response: Response, args: Args) -> Response:
    document = from_json(response.body)
    other = str(args.get("id", "66c09f00b3d4e5f607189999"))
    for entry in document.get("data", ()):
        entry["data"]["id"] = other
        entry["uri"] = entry["uri"].rpartition("/")[0] + f"/{other}"
    return _replace(response, to_bytes(document), JSON)


def _content_type(response: Response, args: Args) -> Response:
    response.content_type = args.get("value", HTML)
    return response


_BENDERS: dict[str, Callable[[Response, Args], Response]] = {
    "status": _status,
    "headers": _headers,
    "delay": _delay,
    "truncate": _delivery("truncate"),
    "reset": _delivery("reset"),
    "drop": _delivery("drop"),
    "drip": _delivery("drip"),
    "bad_chunk": _delivery("bad_chunk"),
    "empty_body": _empty_body,
    "html": _html,
    "json": _json,
    "raw": _raw,
    "gzip_bomb": _gzip_bomb,
    "redirect": _redirect,
    "other_district": _other_district,
    "content_type": _content_type,
}
