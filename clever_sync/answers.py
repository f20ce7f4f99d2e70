"""What an answer of Clever means: statuses, shapes, and the few records read as a whole."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from clever_sync import wire
from clever_sync.faults import (
    ApiRetired,
    BadRequest,
    CleverFault,
    DistrictGone,
    Unavailable,
    UnexpectedAnswer,
    UnexpectedRedirect,
)
from clever_sync.privacy import redact
from core.text import clean

EXCERPT = 200
FIRST_YEAR, LAST_YEAR = 2000, 2199
_TAGS = re.compile(r"<[^>]*>")
_SAFE = re.compile(r"[^\w .,:;/()'!?-]+")


@dataclass(frozen=True)
class Answer:
    """An answer whose body was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether it says to be JSON; an answer that does not say gets the benefit of the doubt."""
        kind = self.headers.get("Content-Type", "")
        return not kind or "json" in kind.lower()


@dataclass(frozen=True)
class Token:
    """A district's authorisation. Never stored, never shown."""

    access_token: str
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Token([hidden])"


@dataclass(frozen=True)
class District:
    """Clever's own record of the district."""

    id: str
    name: str
    state: str
    last_sync: datetime | None
    pause_start: datetime | None
    pause_end: datetime | None


class TryAgain(Exception):
    """Not a good answer, but the next one may be; `fault` is what it becomes if none is."""

    def __init__(self, fault: type[CleverFault], reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        self.reason = reason


def good(answer: Answer) -> Answer:
    """The answer if it is a 200 of JSON. Raises TryAgain or the CleverFault that it means."""
    status = answer.status
    if status == 200:
        if not answer.is_json:
            raise TryAgain(UnexpectedAnswer, "it is not JSON")
        return answer
    if 300 <= status < 400:
        raise UnexpectedRedirect
    if status == 410 or (status == 404 and not answer.is_json):
        raise ApiRetired
    if status in (403, 404):
        raise DistrictGone
    if status >= 500 and status != 501:
        raise TryAgain(Unavailable, f"status {status}")
    if status in (408, 425):
        raise TryAgain(Unavailable, f"status {status}")
    if status >= 400:
        raise BadRequest(f"{BadRequest.default} (status {status})")
    raise TryAgain(UnexpectedAnswer, f"status {status}")


def read_page(body: bytes, api_url: str) -> wire.Page:
    """The page of a list; refuses a next page that is not below our own address (F43)."""
    try:
        page = wire.split_page(body)
    except wire.Undecodable as wrong:
        raise TryAgain(Unavailable, "the JSON is damaged") from wrong
    except wire.WrongShape as wrong:
        raise TryAgain(UnexpectedAnswer, "JSON, but not a list of records") from wrong
    if page.next_uri and not is_own_path(page.next_uri, api_url):
        raise UnexpectedRedirect("Clever named another address for the next page.")
    return page


def is_own_path(uri: str, api_url: str) -> bool:
    """Whether an address from an answer is a path below the API's own, on no other host."""
    if not uri.isascii() or not uri.isprintable() or "\\" in uri or " " in uri:
        return False
    path = urlsplit(api_url).path.rstrip("/") + "/"
    return uri.startswith(path) and not uri.startswith("//") and "/../" not in uri


def read_user(answer: Answer, clever_id: str) -> bytes:
    """The raw record of one user, which must be the one that was asked for."""
    try:
        found, raw = wire.single_record(answer.body)
    except wire.Undecodable as wrong:
        raise TryAgain(Unavailable, "the JSON is damaged") from wrong
    except wire.WrongShape as wrong:
        raise TryAgain(UnexpectedAnswer, "JSON, but not a record") from wrong
    if found != clever_id:
        raise TryAgain(UnexpectedAnswer, "the record of somebody else")
    return raw


def read_token(answer: Answer, district_id: str) -> Token | None:
    """The district's token in a list of tokens."""
    for record in _records(answer):
        owner = record.get("owner")
        value = record.get("access_token")
        if not isinstance(owner, dict) or owner.get("id") != district_id:
            continue
        # What cannot stand in a header is no token.
        if isinstance(value, str) and value and value.isascii() and value.isprintable():
            scopes = record.get("scopes")
            return Token(value, tuple(map(str, scopes)) if isinstance(scopes, list) else ())
    return None


def read_district(answer: Answer) -> District:
    """The one district in a list of districts."""
    records = _records(answer)
    if len(records) != 1 or not isinstance(records[0].get("id"), str):
        raise TryAgain(UnexpectedAnswer, "not exactly one district")
    record = records[0]
    return District(
        id=record["id"],
        name=_text(record.get("name"))[:200],
        state=_text(record.get("state"))[:20],
        last_sync=_moment(record.get("last_sync")),
        pause_start=_moment(record.get("pause_start")),
        pause_end=_moment(record.get("pause_end")),
    )


def excerpt(answer: Answer, *secrets: str) -> str:
    """The first words of an answer that is no JSON, without markup and secrets.

    JSON is not quoted: it might hold somebody's name.
    """
    if answer.is_json or not answer.body:
        return ""
    text = answer.body[: 20 * EXCERPT].decode("utf-8", "replace")
    words = clean(_SAFE.sub(" ", redact(_TAGS.sub(" ", text), *secrets)))
    return f": {' '.join(words.split())[:EXCERPT]}"


def _records(answer: Answer) -> list[dict[str, Any]]:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as wrong:
        raise TryAgain(Unavailable, "the JSON is damaged") from wrong
    items = document.get("data") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise TryAgain(UnexpectedAnswer, "JSON, but not a list of records")
    found = [_inner(item) for item in items]
    return [record for record in found if record]


def _inner(item: object) -> dict[str, Any]:
    """Tokens come bare, everything else wrapped in another `data`."""
    if not isinstance(item, dict):
        return {}
    inner = item.get("data")
    return inner if isinstance(inner, dict) else item


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    """A date or a timestamp; the documentation says one, the specification the other.

    None for years that are none of ours: beyond Python's, PostgreSQL keeps what we cannot read.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None
