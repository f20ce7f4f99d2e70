"""Pages as they come over the wire: split into raw records, hashed, and nothing decoded yet."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

import msgspec

HASH_SIZE = 16
# Part of every hash: a change in how records are read makes everything be read anew.
READING = b"1"
_ID = re.compile(r"[0-9a-f]{24}")


class Undecodable(Exception):
    """The body is not JSON as far as its end: cut off, empty or damaged."""


class WrongShape(Exception):
    """The body is JSON, but not a list of Clever's."""


def is_clever_id(text: str) -> bool:
    """Whether a text is an id as Clever writes them."""
    return _ID.fullmatch(text) is not None


class _Item(msgspec.Struct):
    data: msgspec.Raw


class _Envelope(msgspec.Struct):
    data: list[_Item]
    links: msgspec.Raw = msgspec.Raw(b"[]")


class _Id(msgspec.Struct):
    id: str


class _ItemId(msgspec.Struct):
    data: _Id


class _Ids(msgspec.Struct):
    data: list[_ItemId]


class _Single(msgspec.Struct):
    data: msgspec.Raw


_envelope = msgspec.json.Decoder(_Envelope)
_ids = msgspec.json.Decoder(_Ids)
_id = msgspec.json.Decoder(_Id)
_single = msgspec.json.Decoder(_Single)


@dataclass(frozen=True)
class Page:
    """The records of a page with their ids, and how many had none that could be read.

    `next_uri` is the address that Clever gives for the next page, "" if there is none.
    """

    ids: list[str]
    raws: list[bytes | msgspec.Raw]
    without_id: int
    next_uri: str

    def is_ascending(self, after: str) -> bool:
        """Whether the ids ascend strictly, from beyond `after`."""
        before = after
        for clever_id in self.ids:
            if clever_id <= before:
                return False
            before = clever_id
        return True


def moves_on(page: Page) -> bool:
    """Whether Clever's own link to the next page, if there is one, begins after this page."""
    if not page.next_uri or not page.ids:
        return True
    wanted = parse_qs(urlsplit(page.next_uri).query).get("starting_after")
    return wanted == [page.ids[-1]]


def sources_salt(sources: Iterable[str]) -> bytes:
    """The salt of every hash of a pull: other sources or another way of reading, other hashes."""
    return blake2b(
        b"\n".join([READING, *(source.encode() for source in sorted(sources))]),
        digest_size=HASH_SIZE,
    ).digest()


def digest(raw: bytes | msgspec.Raw, salt: bytes) -> bytes:
    """The hash of a record or a page as it came."""
    return blake2b(raw, digest_size=HASH_SIZE, salt=salt).digest()


def split_page(body: bytes) -> Page:
    """Takes a list apart without decoding its records.

    Raises Undecodable where asking again may help, WrongShape where the answer is something else.
    """
    try:
        envelope = _envelope.decode(body)
    except msgspec.ValidationError as wrong:
        raise WrongShape(str(wrong)) from wrong
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _split_slowly(body)
    raws: list[bytes | msgspec.Raw] = [item.data for item in envelope.data]
    try:
        ids = [item.data.id for item in _ids.decode(body).data]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _with_readable_ids(raws, _next_uri(envelope.links))
    if not all(map(_ID.fullmatch, ids)):
        return _with_readable_ids(raws, _next_uri(envelope.links))
    return Page(ids, raws, 0, _next_uri(envelope.links))


def single_record(body: bytes) -> tuple[str, bytes]:
    """The id and the raw record of an answer about one record."""
    try:
        raw = bytes(_single.decode(body).data)
    except msgspec.ValidationError as wrong:
        raise WrongShape(str(wrong)) from wrong
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        document = _loads(body)
        raw = _dumps(document.get("data") if isinstance(document, dict) else None)
    clever_id = _id_of(raw)
    if clever_id is None:
        raise WrongShape("a record without an id")
    return clever_id, raw


def _with_readable_ids(raws: list[bytes | msgspec.Raw], next_uri: str) -> Page:
    found = [(clever_id, raw) for raw in raws if (clever_id := _id_of(raw)) is not None]
    ids, kept = [pair[0] for pair in found], [pair[1] for pair in found]
    return Page(ids, kept, len(raws) - len(kept), next_uri)


def _id_of(raw: bytes | msgspec.Raw) -> str | None:
    try:
        clever_id: object = _id.decode(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            record = _loads(bytes(raw))
        except Undecodable:
            return None
        clever_id = record.get("id") if isinstance(record, dict) else None
    return clever_id if isinstance(clever_id, str) and _ID.fullmatch(clever_id) else None


def _next_uri(links: msgspec.Raw | object) -> str:
    try:
        found = _loads(bytes(links)) if isinstance(links, msgspec.Raw) else links
    except Undecodable:
        return ""
    for link in found if isinstance(found, list) else []:
        if isinstance(link, dict) and link.get("rel") == "next":
            return str(link.get("uri", ""))
    return ""


def _split_slowly(body: bytes) -> Page:
    """For the lawful JSON that the quick decoder refuses, such as half a surrogate pair."""
    document = _loads(body)
    if not isinstance(document, dict):
        raise WrongShape("not an object")
    items = document.get("data")
    if not isinstance(items, list) or not all(
        isinstance(item, dict) and "data" in item for item in items
    ):
        raise WrongShape("not a list of records")
    raws: list[bytes | msgspec.Raw] = [_dumps(item["data"]) for item in items]
    return _with_readable_ids(raws, _next_uri(document.get("links")))


def _loads(body: bytes) -> object:
    try:
        return json.loads(body, parse_int=_small_int, parse_constant=lambda _: 0.0)
    except (ValueError, RecursionError) as wrong:
        raise Undecodable(type(wrong).__name__) from wrong


def _small_int(digits: str) -> int:
    # No field of ours is a number; a number of thousands of digits need not cost anything.
    return int(digits) if len(digits) < 20 else 0


def _dumps(record: object) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()
