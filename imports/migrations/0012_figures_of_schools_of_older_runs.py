"""Runs from before the figures of schools get theirs, so that charts begin in the past (C22)."""

from django.db import migrations

# As imports/school_figures.py counts them, for all runs that have written.
OLDER = """
    INSERT INTO imports_schoolfigures (run_id, school, joined, changed, "left")
    SELECT run_id, school, sum(joined), sum(changed), sum(gone) FROM (
        SELECT c.run_id, coalesce(c.school, c.old_school) AS school,
            count(*) FILTER (WHERE c.action IN ('create', 'restore', 'move')) AS joined,
            count(*) FILTER (WHERE c.action = 'update') AS changed,
            count(*) FILTER (WHERE c.action = 'transfer') AS gone
        FROM imports_plannedchange c JOIN imports_run r ON r.id = c.run_id
        WHERE r.mode = 'live' AND r.state IN ('completed', 'completed_with_errors')
            AND c.exception IS NULL
        GROUP BY 1, 2
        UNION ALL
        SELECT c.run_id, c.old_school, 0, 0, count(*)
        FROM imports_plannedchange c JOIN imports_run r ON r.id = c.run_id
        WHERE r.mode = 'live' AND r.state IN ('completed', 'completed_with_errors')
            AND c.exception IS NULL AND c.action = 'move'
        GROUP BY 1, 2
    ) counted
    WHERE school IS NOT NULL GROUP BY 1, 2
    HAVING sum(joined) + sum(changed) + sum(gone) > 0
"""


class Migration(migrations.Migration):
    dependencies = [("imports", "0011_figures_of_schools")]

    operations = [migrations.RunSQL(OLDER, "DELETE FROM imports_schoolfigures")]
