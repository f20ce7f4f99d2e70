"""Which changes of a plan only set back what was edited here (B15).

Noted in the row: {"edited": {field: {"by": who, "at": when}}}, and as its cause where nothing
else changes. One statement, whose cost follows the rows of people who were touched here.
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


def mark(run: Run) -> int:
    """Notes in the rows of a plan what was edited here; returns in how many."""
    with database.cursor() as cursor:
        cursor.execute(_MARK, {"run": run.pk})
        return int(cursor.rowcount)
