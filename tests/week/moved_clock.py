"""A clock that a test moves: of PostgreSQL, of Django, and of Clever, all the same moment.

PostgreSQL looks names up along a path. With a function `now` of ours before its own on that path,
every statement of the product goes by the moved clock, and so do the defaults of columns.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from clever_sandbox.clock import Clock

_PATH = "SET search_path = moved, public, pg_catalog"
_MAKE = """
    CREATE SCHEMA moved;
    CREATE UNLOGGED TABLE moved.clock (at timestamptz NOT NULL);
    INSERT INTO moved.clock VALUES ('2027-01-01T00:00:00Z');
    CREATE FUNCTION moved.now() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM moved.clock';
    CREATE FUNCTION moved.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM moved.clock';
"""
_DEFAULTS = """
    SELECT format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT ', table_name, column_name)
    FROM information_schema.columns
    WHERE table_schema = 'public' AND column_default LIKE '%statement_timestamp()%'
"""


class MovedClock:
    """The one moment that everybody believes in."""

    def __init__(self, clever: Clock) -> None:
        self._clever = clever
        self.at = datetime(2027, 1, 1, tzinfo=UTC)

    def set(self, at: datetime) -> None:
        self.at = at
        self._clever.set(at)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE moved.clock SET at = %s", [at])


@contextmanager
def moved_clock(clever: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MovedClock]:
    """All clocks follow the one that is yielded; afterwards they are as before."""
    clock = MovedClock(clever)
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute(_DEFAULTS)
        columns = [row[0] for row in cursor.fetchall()]
        cursor.execute(";".join(f"{column} moved.statement_timestamp()" for column in columns))
        cursor.execute(_PATH)
    connection_created.connect(_take_the_path)
    monkeypatch.setattr(timezone, "now", lambda: clock.at)
    try:
        yield clock
    finally:
        connection_created.disconnect(_take_the_path)
        with connection.cursor() as cursor:
            cursor.execute("RESET search_path")
            cursor.execute(";".join(f"{column} statement_timestamp()" for column in columns))
            cursor.execute("DROP SCHEMA moved CASCADE")


def _take_the_path(connection: Any, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PATH)
