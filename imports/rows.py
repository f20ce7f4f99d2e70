"""Plan rows on their way into the table, by COPY (speed.md)."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection as database

from core.copytext import NULL, cell, line
from imports.models import Run
from imports.planner import Row

# What a row of a plan means. Raise it when another version of the console would read the rows
# otherwise: a plan of another format is not written, it is made afresh (F80).
FORMAT = 1
COLUMNS = (
    "run_id", "data_type", "action", "effects", "person_id", "clever_id", "school", "old_school",
    "before", "after", "why", "person_revision", "source_hash", "exception",
)  # fmt: skip
# All that queries join and filter by: PostgreSQL takes a column without figures for NULL in one row
# of two hundred, and reads the whole mirror for each batch.
JOINED_BY = {
    "imports_plannedchange": "run_id, data_type, person_id, clever_id, action, exception",
    "clever_sync_mirrorobject": (
        "connection_id, type, clever_id, changed_in_id, content_hash, roles, gone_in_id,"
        " absent_in_id"
    ),
    "schools_person": "district_id, clever_id, kind, status, unsettled, archived_at, school_id",
}
LOOK_COLUMNS = ("run_id", "data_type", "clever_id", "pending", "person", "person_revision")
_encode = msgspec.json.Encoder().encode


def write(run_id: int, rows: Iterable[Row]) -> None:
    """Writes the rows of a batch into the plan."""
    _copy("imports_plannedchange", COLUMNS, [_line(run_id, row) for row in rows])


def _line(run_id: int, row: Row) -> str:
    """A row as a line of COPY. Words and ids of ours hold nothing that COPY reads as its own."""
    source = NULL if row.source_hash is None else f"\\\\x{row.source_hash.hex()}"
    return (
        f"{run_id}\t{row.data_type}\t{row.action}\t{{{','.join(row.effects)}}}"
        f"\t{cell(row.person_id)}\t{cell(row.clever_id)}\t{cell(row.school)}"
        f"\t{cell(row.old_school)}\t{_document(row.before)}\t{_document(row.after)}"
        f"\t{_document(row.why)}\t{cell(row.person_revision)}\t{source}\t{cell(row.exception)}\n"
    )


def _document(value: dict[str, Any]) -> str:
    """A JSON document; of what COPY reads as its own, JSON has only backslashes."""
    if not value:
        return "{}"
    text = _encode(value).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text


def write_looks(
    run_id: int, looks: Iterable[tuple[str, str, bool, int | None, int | None]]
) -> None:
    """Writes who was looked at: (data type, Clever ID, pending, person, revision)."""
    _copy("imports_look", LOOK_COLUMNS, [line((run_id, *look)) for look in looks])


def _copy(table: str, columns: Sequence[str], texts: Sequence[str]) -> None:
    if not texts:
        return
    with database.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN", io.StringIO("".join(texts))
        )


def analyse(table: str) -> None:
    """Tells PostgreSQL what a table holds now, in the columns by which it is joined.

    After a large COPY its figures are those of yesterday, and a join that is planned for a
    handful of rows takes minutes for twenty thousand.
    """
    with database.cursor() as cursor:
        cursor.execute(f"ANALYZE {table} ({JOINED_BY[table]})")


def clear(run: Run) -> None:
    """Forgets an unfinished plan of a run, so that it can be made again from the mirror (F04).

    What is planned next is of our format.
    """
    Run.objects.filter(pk=run.pk).update(plan_format=FORMAT)
    with database.cursor() as cursor:
        for table in ("imports_plannedchange", "imports_look", "imports_runproblem"):
            cursor.execute(f"DELETE FROM {table} WHERE run_id = %s", [run.pk])


def new_person_ids(count: int) -> list[int]:
    """Ids for records that a LIVE plan will create, so that the plan can name them."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('schools_person', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
