"""What PostgreSQL itself needs to write the rows that the console wrote: no client is faster.

Its database is a copy of the console's after the same case. First import: people, change log and
mirror by COPY into the console's own tables. All changed: every person in one UPDATE, and the log
by COPY. Both in one transaction; reading, comparing and deciding are not in it.
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


def before(case: Case) -> None:
    """Takes the console's rows out of the tables into files; not measured."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        if case is Case.FIRST:
            for table in TABLES:
                _keep(cursor, table, f"SELECT * FROM {table} ORDER BY id")
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        else:
            last = "(SELECT max(run_id) FROM imports_plannedchange)"
            _keep(cursor, LOG, f"SELECT * FROM {LOG} WHERE run_id = {last} ORDER BY id")
            cursor.execute(f"DELETE FROM {LOG} WHERE run_id = {last}")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("CHECKPOINT")
    _kept["connection"] = connection


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
