"""A district's users: kept whole, shown as far as the district shares them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from clever_sandbox.records import Record, entry_of, record_in, role_mask, schools_of
from clever_sandbox.sharing import Sharing
from clever_sandbox.store import Store

SHOWN, REMOVED, NOT_SHARED = 0, 1, 2
_BATCH = 1000
_INSERT = "INSERT OR REPLACE INTO users (id, roles, hidden, entry, full) VALUES (?, ?, ?, ?, ?)"
_LINK = "INSERT INTO user_schools (school, id, is_primary) VALUES (?, ?, ?)"
_UNLINK = "DELETE FROM user_schools WHERE school = ? AND id = ?"
Row = tuple[str, int, int, str, str | None]


@dataclass(frozen=True)
class Kept:
    """A user as the sandbox keeps it: whole, and whether the district has removed it."""

    record: Record
    removed: bool


class People:
    """Reads and writes users; every write tells what the API showed before and shows after."""

    def __init__(self, store: Store, sharing: Sharing) -> None:
        self._store = store
        self._sharing = sharing

    def load(self, users: Iterable[Record]) -> None:
        """Takes in a stream of new users, without looking for older versions of them."""
        links: list[tuple[str, str, bool]] = []

        def rows() -> Iterator[Row]:
            for user in users:
                row, visible = self._row(user, removed=False)
                links.extend((at, user["id"], first) for at, first in schools_of(visible).items())
                yield row

        source = rows()
        while batch := list(islice(source, _BATCH * 10)):
            self._store.write_many(_INSERT, batch)
            self._store.write_many(_LINK, sorted(links))
            links.clear()

    def get(self, user_id: str) -> Kept | None:
        """The user with this id, removed or not."""
        row = self._store.row("SELECT hidden, entry, full FROM users WHERE id = ?", (user_id,))
        return None if row is None else Kept(record_in(row[2] or row[1]), row[0] == REMOVED)

    def shown(self, user_id: str) -> Record | None:
        """The user as the API shows it, or None."""
        sql = "SELECT entry FROM users WHERE id = ? AND hidden = 0"
        row = self._store.row(sql, (user_id,))
        return None if row is None else record_in(row[0])

    def put(self, user: Record, *, removed: bool = False) -> tuple[Record | None, Record | None]:
        """Stores the user; answers with what the API showed of it before and shows now."""
        before = self.shown(user["id"])
        row, visible = self._row(user, removed)
        after = visible if row[2] == SHOWN else None
        self._store.write(_INSERT, row)
        self._move_links(user["id"], _links_of(before), _links_of(after))
        return before, after

    def _move_links(self, user_id: str, old: dict[str, bool], new: dict[str, bool]) -> None:
        if old == new:
            return
        for school in old:
            self._store.write(_UNLINK, (school, user_id))
        for school, primary in new.items():
            self._store.write(_LINK, (school, user_id, primary))

    def ids(self, where: str = "1", values: tuple[object, ...] = ()) -> Iterator[str]:
        """The ids that a condition holds for, ascending; users may change on the way."""
        after = ""
        sql = f"SELECT id FROM users WHERE id > ? AND ({where}) ORDER BY id LIMIT {_BATCH}"
        while rows := self._store.rows(sql, (after, *values)):
            yield from (row[0] for row in rows)
            after = rows[-1][0]

    def _row(self, user: Record, removed: bool) -> tuple[Row, Record]:
        visible = self._sharing.visible(user)
        hidden = REMOVED if removed else NOT_SHARED if visible is None else SHOWN
        shown = user if visible is None else visible
        full = None if shown is user else entry_of("users", user)
        return (user["id"], role_mask(shown), hidden, entry_of("users", shown), full), shown


def _links_of(shown: Record | None) -> dict[str, bool]:
    return {} if shown is None else schools_of(shown)
