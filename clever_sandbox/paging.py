"""Range paging over ids: the parameters, one page, and its links."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

import msgspec

from clever_sandbox.messages import Request
from clever_sandbox.object_ids import is_object_id
from clever_sandbox.records import Record, record_in, to_bytes
from clever_sandbox.store import Store

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
FROM_THE_END = "last"
_PAGING = ("limit", "starting_after", "ending_before")
_split = msgspec.json.Decoder(list[msgspec.Raw])


class BadRequest(Exception):
    """The request's parameters cannot be served; `status` says how it is refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Window:
    """Which part of a list is wanted."""

    limit: int = DEFAULT_LIMIT
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True)
class Listing:
    """A list in the store: `kind` is the resource in its addresses, the rest is SQL."""

    kind: str
    source: str
    where: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Page:
    """The entries of a page as one piece of JSON without brackets, and where it ends."""

    entries: bytes = b""
    count: int = 0
    first: str | None = None
    last: str | None = None
    more: bool = False

    def split(self) -> list[bytes]:
        """The entries, each as its own JSON."""
        return [bytes(raw) for raw in _split.decode(b"[" + self.entries + b"]")]

    def records(self) -> list[Record]:
        """The records inside the entries."""
        return [record_in(entry) for entry in self.split()]

    def with_entries(self, entries: list[bytes]) -> Self:
        """The same page (the same end, the same links) showing other entries."""
        return replace(self, entries=b",".join(entries), count=len(entries))


def read_window(request: Request) -> Window:
    """The paging parameters; BadRequest with 413 above the limit, with 400 for nonsense."""
    given = dict(request.params)
    limit = _read_limit(given.get("limit"))
    after, before = given.get("starting_after"), given.get("ending_before")
    if after and before:
        raise BadRequest(400, "starting_after and ending_before cannot be combined")
    for cursor in (after, None if before == FROM_THE_END else before):
        if cursor and not is_object_id(cursor):
            raise BadRequest(400, f"invalid cursor: {cursor[:40]}")
    return Window(limit, after or None, before or None)


def _read_limit(text: str | None) -> int:
    if not text:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or int(text[:9]) == 0:
        raise BadRequest(400, "limit must be a positive number")
    limit = int(text[:9])
    if limit > MAX_LIMIT:
        raise BadRequest(413, f"limit must not be greater than {MAX_LIMIT}")
    return limit


def read_page(store: Store, listing: Listing, window: Window) -> Page:
    """One page of a list, ids ascending, whichever end it is counted from."""
    where, values = listing.where, list(listing.values)
    order = "id"
    if window.after:
        where, values = f"{where} AND id > ?", [*values, window.after]
    elif window.before:
        order = "id DESC"
        if window.before != FROM_THE_END:
            where, values = f"{where} AND id < ?", [*values, window.before]
    inner = f"SELECT id, entry FROM {listing.source} WHERE {where} ORDER BY {order} LIMIT ?"
    if window.before:
        inner = f"SELECT id, entry FROM ({inner}) ORDER BY id"
    # One statement joins the page, and the other threads may run while it does.
    sql = f"SELECT count(*), min(id), max(id), CAST(group_concat(entry) AS BLOB) FROM ({inner})"
    with store.lock:
        count, first, last, entries = store.row(sql, [*values, window.limit])
        more = bool(count) and _follows(store, listing, last)
    return Page(entries or b"", count, first, last, more)


def _follows(store: Store, listing: Listing, last: str) -> bool:
    sql = f"SELECT 1 FROM {listing.source} WHERE {listing.where} AND id > ? ORDER BY id LIMIT 1"
    return store.row(sql, [*listing.values, last]) is not None


def count_all(store: Store, listing: Listing) -> int:
    """How many records the list has."""
    sql = f"SELECT count(*) FROM {listing.source} WHERE {listing.where}"
    return int(store.row(sql, listing.values)[0])


def page_links(request: Request, window: Window, page: Page) -> list[dict[str, str]]:
    """self, next and prev, relative to the host, with the request's other parameters kept.

    As at Clever, a page asked for with a cursor names a neighbour on the side it came from without
    looking whether anything is there.
    """
    links = [{"rel": "self", "uri": own_uri(request)}]
    if page.last and (page.more or window.before):
        links.append(
            {"rel": "next", "uri": cursor_uri(request, window, "starting_after", page.last)}
        )
    if page.first and (window.after or (window.before and page.count == window.limit)):
        links.append(
            {"rel": "prev", "uri": cursor_uri(request, window, "ending_before", page.first)}
        )
    return links


def own_uri(request: Request) -> str:
    """The address that was asked for, relative to the host."""
    return request.path + (f"?{request.query}" if request.query else "")


def cursor_uri(request: Request, window: Window, name: str, cursor: str) -> str:
    """The same list from another cursor."""
    kept = [(key, value) for key, value in request.params if key not in _PAGING]
    return f"{request.path}?{urlencode([*kept, ('limit', window.limit), (name, cursor)])}"


def list_body(page: Page, links: list[dict[str, str]]) -> list[bytes]:
    """The envelope of a list, without copying the entries."""
    return [b'{"data":[', page.entries, b'],"links":' + to_bytes(links) + b"}"]
