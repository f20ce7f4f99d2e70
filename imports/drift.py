"""Which changes of a plan only set back what was edited here (B15), or came from a file (A08).

Noted in the row: {"edited": {field: {"by": who, "at": when}}}, and as its cause where nothing
else changes; {"filed": {field: {"file", "line", "run", "by", "at"}}} for what a file had brought
and Clever delivers by now. One statement each, whose cost follows the rows of people who were
touched here, and the rows of the plan where a file was ever imported.
"""

from django.db import connection as database

from imports.models import Run

_MARK = """
    WITH newest AS (
        SELECT DISTINCT ON (c.id, k.name) c.id, c.person_id, k.name, e.edited_by, e.at,
            e.after->k.name IS NOT DISTINCT FROM c.before->k.name AS stands
        FROM imports_plannedchange c
        JOIN schools_person p ON p.id = c.person_id AND p.unsettled
        JOIN schools_localedit e ON e.person_id = c.person_id
        CROSS JOIN LATERAL jsonb_object_keys(e.after) AS k(name)
        WHERE c.run_id = %(run)s AND c.action NOT IN ('create', 'conflict', 'reject')
            AND c.after ? k.name
        ORDER BY c.id, k.name, e.id DESC
    ), drifted AS (
        SELECT n.id, jsonb_object_agg(n.name, jsonb_build_object(
            'by', n.edited_by, 'at', n.at)) AS fields
        FROM newest n
        WHERE n.stands AND NOT EXISTS (
            SELECT 1 FROM imports_plannedchange o JOIN imports_run r ON r.id = o.run_id
            WHERE o.person_id = n.person_id AND o.after ? n.name AND o.exception IS NULL
                AND r.mode = 'live' AND r.state IN ('completed', 'completed_with_errors')
                AND r.finished_at > n.at)
        GROUP BY n.id
    )
    UPDATE imports_plannedchange c SET why = c.why || jsonb_build_object('edited', d.fields)
        || CASE WHEN c.after - ARRAY(SELECT jsonb_object_keys(d.fields)) = '{}'
                THEN '{"cause": "local_edit"}'::jsonb ELSE '{}' END
    FROM drifted d WHERE c.id = d.id
"""

_IMPORTED_A_FILE = """
    SELECT EXISTS (SELECT 1 FROM imports_run WHERE district_id = %s AND trigger = 'file'
        AND mode = 'live' AND state IN ('completed', 'completed_with_errors'))
"""
_MARK_FILED = """
    WITH newest AS (
        SELECT DISTINCT ON (c.id, k.name) c.id, k.name, r.trigger, r.id AS run, r.requested_by,
            r.finished_at, o.why, o.after->k.name IS NOT DISTINCT FROM c.before->k.name AS stands
        FROM imports_plannedchange c
        CROSS JOIN LATERAL jsonb_object_keys(c.after) AS k(name)
        JOIN imports_plannedchange o ON o.person_id = c.person_id AND o.id < c.id
            AND o.exception IS NULL AND o.action NOT IN ('conflict', 'reject') AND o.after ? k.name
        JOIN imports_run r ON r.id = o.run_id AND r.mode = 'live'
            AND r.state IN ('completed', 'completed_with_errors')
        WHERE c.run_id = %(run)s AND c.action NOT IN ('create', 'conflict', 'reject')
        ORDER BY c.id, k.name, o.id DESC
    ), filed AS (
        SELECT id, jsonb_object_agg(name, jsonb_build_object('file', why->'file',
            'line', why->'line', 'run', run, 'by', requested_by, 'at', finished_at)) AS fields
        FROM newest WHERE trigger = 'file' AND stands GROUP BY id
    )
    UPDATE imports_plannedchange c SET why = c.why || jsonb_build_object('filed', f.fields)
    FROM filed f WHERE c.id = f.id
"""


def mark_filed(run: Run) -> int:
    """Notes in the rows of a plan what a file had brought; returns in how many."""
    with database.cursor() as cursor:
        cursor.execute(_IMPORTED_A_FILE, [run.district_id])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_MARK_FILED, {"run": run.pk})
        return int(cursor.rowcount)


def mark(run: Run) -> int:
    """Notes in the rows of a plan what was edited here; returns in how many."""
    with database.cursor() as cursor:
        cursor.execute(_MARK, {"run": run.pk})
        return int(cursor.rowcount)
