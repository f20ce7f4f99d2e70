"""Looks for words in every row of every table, as PostgreSQL's own catalogue names them (C34).

Values that were compressed before they were stored are looked at as what they hold.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from django.db import connection

COLUMNS = """
    SELECT c.relname, a.attname, t.typname FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1, 2
"""
# What says nothing by itself, or is read as a whole by its own way.
NUMBERS = {"int2", "int4", "int8", "bool", "float8", "timestamptz", "uuid"}


def found(words: Iterable[str]) -> dict[str, list[str]]:
    """{"table.column": those of the words that stand in it}, whatever letters they are in."""
    wanted = [word.lower() for word in words]
    held: dict[str, list[str]] = {}
    for place, text in texts():
        there = [word for word in wanted if word in text]
        if there:
            held[place] = sorted({*held.get(place, []), *there})
    return held


def texts() -> Iterator[tuple[str, str]]:
    """Every value of the database as text in small letters, and where it stands."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        columns = cursor.fetchall()
        assert len({table for table, _, _ in columns}) > 40, "the whole database is looked at"
        for table, column, kind in columns:
            if kind in NUMBERS:
                continue
            value = f'"{column}"' if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT DISTINCT {value} FROM "{table}" WHERE "{column}" IS NOT NULL')
            for (one,) in cursor.fetchall():
                text = one if isinstance(one, str) else opened(bytes(one))
                yield f"{table}.{column}", text.lower()


def opened(data: bytes) -> str:
    """Bytes as text: decompressed, if they are compressed."""
    for way in (gzip.decompress, zlib.decompress):
        try:
            data = way(data)
        except (OSError, EOFError, zlib.error):
            continue
    return data.decode("utf-8", errors="replace")
