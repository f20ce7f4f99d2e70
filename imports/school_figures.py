"""Counts what a run did at each school, in the transaction that writes it (C22)."""

from django.db import connection as database

# Somebody who moves joins one school and leaves another; what was not applied does not count.
NOTE = """
    INSERT INTO imports_schoolfigures (run_id, school, joined, changed, "left")
    SELECT run_id, school, sum(joined), sum(changed), sum(gone) FROM (
        SELECT run_id, coalesce(school, old_school) AS school,
            count(*) FILTER (WHERE action IN ('create', 'restore', 'move')) AS joined,
            count(*) FILTER (WHERE action = 'update') AS changed,
            count(*) FILTER (WHERE action = 'transfer') AS gone
        FROM imports_plannedchange
        WHERE run_id = %(run)s AND exception IS NULL GROUP BY 1, 2
        UNION ALL
        SELECT run_id, old_school, 0, 0, count(*) FROM imports_plannedchange
        WHERE run_id = %(run)s AND exception IS NULL AND action = 'move' GROUP BY 1, 2
    ) counted
    WHERE school IS NOT NULL GROUP BY 1, 2
    HAVING sum(joined) + sum(changed) + sum(gone) > 0
"""


def note(run_id: int) -> None:
    """Keeps the figures of a run that has just written; once for each run."""
    with database.cursor() as cursor:
        cursor.execute(NOTE, {"run": run_id})
