"""Where a district's records lie: a private database that spills to disk only when it is large.

Pages are put together inside SQLite, so a page of 10,000 people costs one statement, and memory
stays bounded by the cache however large the district is.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import Any

_SETTINGS = """
PRAGMA page_size = 65536;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -24000;
"""

# `entry` is what the API shows; `full` is the whole record where sharing makes the two differ.
# `hidden`: 0 shown, 1 removed from the district, 2 there but not shared.
_SCHEMA = """
CREATE TABLE users (
    id TEXT PRIMARY KEY, roles INTEGER NOT NULL, hidden INTEGER NOT NULL,
    entry TEXT NOT NULL, full TEXT
) WITHOUT ROWID;
CREATE INDEX users_not_students ON users (id) WHERE roles & 30;
CREATE TABLE user_schools (
    school TEXT NOT NULL, id TEXT NOT NULL, is_primary INTEGER NOT NULL,
    PRIMARY KEY (school, id)
) WITHOUT ROWID;
CREATE TABLE records (
    type TEXT NOT NULL, id TEXT NOT NULL, school TEXT, course TEXT, term TEXT,
    hidden INTEGER NOT NULL, entry TEXT NOT NULL,
    PRIMARY KEY (type, id)
) WITHOUT ROWID;
CREATE TABLE enrolments (
    user TEXT NOT NULL, section TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (user, section)
) WITHOUT ROWID;
CREATE INDEX enrolments_by_section ON enrolments (section, user);
CREATE TABLE contacts (
    student TEXT NOT NULL, contact TEXT NOT NULL, PRIMARY KEY (student, contact)
) WITHOUT ROWID;
CREATE INDEX contacts_by_contact ON contacts (contact, student);
CREATE TABLE events (
    id TEXT PRIMARY KEY, record_type TEXT NOT NULL, at REAL NOT NULL,
    schools TEXT NOT NULL, later_version INTEGER NOT NULL, entry TEXT NOT NULL
) WITHOUT ROWID;
"""


class Store:
    """One district's tables. Hold `lock` over everything that has to be seen as one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        # The empty name is a temporary database: in memory while small, and deleted on close.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(_SETTINGS)
        self._db.executescript(_SCHEMA)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""
        with self.lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first row of a query, or None."""
        with self.lock:
            return self._db.execute(sql, values).fetchone()

    def write(self, sql: str, values: Sequence[Any] = ()) -> None:
        """One changing statement."""
        with self.lock:
            self._db.execute(sql, values)

    def write_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One changing statement for each row; the rows may be an endless-looking stream."""
        with self.lock:
            self._db.execute("BEGIN")
            self._db.executemany(sql, rows)
            self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forgets everything."""
        tables = ("users", "user_schools", "records", "enrolments", "contacts", "events")
        with self.lock:
            for table in tables:
                self._db.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Gives the space back."""
        with self.lock:
            self._db.close()
