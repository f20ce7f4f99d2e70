"""Two plans side by side: the tested one and the one about to be imported (engine.md 1)."""

from dataclasses import dataclass

from django.db import connection as database

from imports.models import Run

TOLERATED_ROWS = 20
TOLERATED_SHARE = 0.01

_DIFFERENCE = """
    WITH t AS (SELECT * FROM imports_plannedchange WHERE run_id = %(tested)s),
         r AS (SELECT * FROM imports_plannedchange WHERE run_id = %(run)s),
         d AS (
        SELECT coalesce(r.clever_id, t.clever_id) AS clever_id
        FROM t FULL JOIN r ON r.clever_id = t.clever_id AND r.data_type = t.data_type
        WHERE t.id IS NULL OR r.id IS NULL OR t.action <> r.action OR t.after <> r.after
            OR t.before <> r.before
            OR (t.exception IS DISTINCT FROM r.exception
                AND NOT (%(raised)s AND t.exception = 'held' AND r.exception IS NULL))
    )
    SELECT count(*), count(*) FILTER (WHERE m.changed_in_id > %(pull)s)
    FROM d LEFT JOIN clever_sync_mirrorobject m
        ON m.connection_id = %(connection)s AND m.type = 'user' AND m.clever_id = d.clever_id
"""


@dataclass(frozen=True)
class Difference:
    """How many rows differ, and in how many of them Clever's own data moved on since the test."""

    rows: int
    by_clever: int
    planned: int

    @property
    def harmless(self) -> bool:
        """Whether the import may go on: equal, or little and only because Clever moved on."""
        little = self.rows <= max(TOLERATED_ROWS, int(self.planned * TOLERATED_SHARE))
        return self.rows == 0 or (little and self.rows == self.by_clever)


def difference(tested: Run, run: Run, connection_id: int) -> Difference:
    """Compares the plans of two runs row by row.

    What the test had held, and a brake raised for this run lets pass, is no difference (C24).
    """
    with database.cursor() as cursor:
        cursor.execute(
            _DIFFERENCE,
            {
                "tested": tested.pk,
                "run": run.pk,
                "pull": tested.pull_id or 0,
                "connection": connection_id,
                "raised": bool(run.raised_brakes),
            },
        )
        rows, by_clever = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM imports_plannedchange WHERE run_id = %s", [run.pk])
        planned = cursor.fetchone()[0]
    return Difference(rows, by_clever, planned)
