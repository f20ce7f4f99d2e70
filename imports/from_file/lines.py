"""The staged lines of a file with the people whom they name, in batches: one query for each."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import connection as database

from core.vocabulary import KIND_OF_TYPE
from imports.file_plan import Line
from imports.from_file.choice import Choice
from imports.looking import PERSON_SQL, person_of
from imports.models import Run
from imports.planner import Person

BATCH = 2_000
Named = tuple[Line, list[Person]]
_KEY = "lower(l.cells[%(cell)s])"
# Two at most for each line: one is who is meant, and with two nobody is.
_BATCH = f"""
    SELECT l.number, l.cells, hashtextextended({_KEY}, 0), {PERSON_SQL}
    FROM (SELECT number, cells FROM imports_fileline
          WHERE file_id = %(file)s AND number > %(last)s ORDER BY number LIMIT {BATCH}) l
    LEFT JOIN LATERAL (
        SELECT o.* FROM schools_person o
        WHERE o.district_id = %(district)s AND o.kind = %(kind)s AND o.archived_at IS NULL
            AND o.roles && %(roles)s::varchar[] AND l.cells[%(cell)s] <> ''
            AND {{key}} = {_KEY}
        LIMIT 2) p ON true
    ORDER BY l.number
"""
_TWICE = f"""
    SELECT hashtextextended({_KEY}, 0) FROM imports_fileline l
    WHERE l.file_id = %(file)s AND l.cells[%(cell)s] <> ''
    GROUP BY 1 HAVING count(*) > 1
"""


def batches(run: Run, choice: Choice) -> Iterator[list[Named]]:
    """The lines of the run's file in order, each with at most two of those who have its key."""
    names: dict[str, Any] = {
        "file": run.file_id, "district": run.district_id, "cell": choice.key_column + 1,
        "kind": str(KIND_OF_TYPE[choice.data_type]), "roles": [str(choice.data_type)], "last": 0,
    }  # fmt: skip
    twice = _twice(names)
    # Clever IDs are kept in small letters, under an index of their own.
    column = "o.clever_id" if choice.key == "clever_id" else f"lower(o.{choice.key})"
    statement = _BATCH.format(key=column)
    while True:
        with database.cursor() as cursor:
            cursor.execute(statement, names)
            found = cursor.fetchall()
        if not found:
            return
        yield [_named(list(rows), twice) for _, rows in groupby(found, key=lambda row: int(row[0]))]
        names["last"] = found[-1][0]


def _twice(names: dict[str, Any]) -> frozenset[int]:
    """The keys, hashed, that more than one line of the file has."""
    with database.cursor() as cursor:
        cursor.execute(_TWICE, names)
        return frozenset(row[0] for row in cursor.fetchall())


def _named(rows: list[tuple[Any, ...]], twice: frozenset[int]) -> Named:
    number, cells, hashed = rows[0][:3]
    people: list[Person] = [person for row in rows if (person := person_of(row[3:])) is not None]
    return Line(number, cells, hashed in twice), people
