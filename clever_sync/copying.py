"""COPY into PostgreSQL as text, with escaping of our own (speed.md)."""

import re
from collections.abc import Iterator
from itertools import islice

from django.db import IntegrityError, connection

NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_CHUNK = 500


def text(value: str | None) -> str:
    """A text for a COPY line; None is NULL."""
    if value is None:
        return NULL
    if _SPECIAL.search(value) is None:
        return value
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], value)


class _Lines:
    """What COPY reads from: makes lines while PostgreSQL works on those before."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            chunk = list(islice(self._lines, _CHUNK))
            if not chunk:
                break
            self._rest += "".join(chunk).encode()
        wanted, self._rest = self._rest[:size], self._rest[size:]
        return wanted


def copy(table: str, columns: str, lines: Iterator[str], count: int) -> None:
    """Copies lines (each ending in a newline) into the columns of a table.

    Raises IntegrityError when another number than `count` came through.
    """
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", _Lines(lines))
        if cursor.rowcount != count:
            raise IntegrityError(f"{cursor.rowcount} of {count} rows were copied")
