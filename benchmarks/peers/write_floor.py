"""What PostgreSQL itself needs to write the rows that the console wrote: no client is faster.

Its database is a copy of the console's. First import: people, change log and mirror by COPY into
the console's own tables. All changed: every person in one UPDATE, and the log by COPY. Both in one
transaction; reading, comparing and deciding are not in it.
"""

import os
from io import BytesIO
from typing import Any

import psycopg2

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.roster import Pages

LOG = "imports_plannedchange"
TABLES = ("schools_person", LOG, "clever_sync_mirrorobject")
_kept: dict[str, Any] = {}


def before(case: Case, copied: str) -> None:
    """Takes what the console wrote in this case from its database `copied`; not measured."""
    theirs, ours = psycopg2.connect(copied), psycopg2.connect(os.environ["DATABASE_URL"])
    with theirs.cursor() as source, ours, ours.cursor() as cursor:
        if case is Case.FIRST:
            for table in TABLES:
                _keep(source, table, f"SELECT * FROM {table} ORDER BY id")
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        else:
            # The run itself is not here yet: its rows are kept as those of an earlier one.
            cursor.execute("SELECT max(id) FROM imports_run")
            (run,) = cursor.fetchone()
            columns = ", ".join(f"{run}" if c == "run_id" else c for c in _columns(source))
            last = "(SELECT max(id) FROM imports_run)"
            _keep(source, LOG, f"SELECT {columns} FROM {LOG} WHERE run_id = {last} ORDER BY id")
    theirs.close()
    ours.autocommit = True
    with ours.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    _kept["connection"] = ours


def _columns(cursor: Any) -> list[str]:
    cursor.execute(f"SELECT * FROM {LOG} LIMIT 0")
    return [column.name for column in cursor.description]


def _keep(cursor: Any, table: str, select: str) -> None:
    file = BytesIO()
    cursor.copy_expert(f"COPY ({select}) TO STDOUT", file)
    _kept[table] = file


def run(pages: Pages, case: Case) -> Work:
    """Writes what was kept."""
    connection = _kept["connection"]
    connection.autocommit = False
    with connection, connection.cursor() as cursor:
        if case is Case.FIRST:
            _copy(cursor, TABLES[0])
            people = cursor.rowcount
            for table in TABLES[1:]:
                _copy(cursor, table)
            return Work(people, people)
        cursor.execute(
            "UPDATE schools_person SET grade = grade || '', revision = revision + 1,"
            " changed_at = now()"
        )
        people = cursor.rowcount
        _copy(cursor, LOG)
        return Work(people, 0, people)


def _copy(cursor: Any, table: str) -> None:
    file: BytesIO = _kept[table]
    file.seek(0)
    cursor.copy_expert(f"COPY {table} FROM STDIN", file)
