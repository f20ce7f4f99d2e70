"""What people did here while a plan was made: rows that would double or lose something by now.

Beside the rows whose own person was changed (imports.apply), these may not be written either:
1. a new record for somebody whose number a record here has got since: made by hand, or loaded;
2. a user name that somebody here has got since, or keeps because its own row was set aside;
3. a place at a school that is not there any more.
The next run looks at them again. Where nobody was edited, this costs two quick looks.
"""

from typing import Any

from django.db import connection as database

from imports.models import Run
from schools.models import School

_EDITED = """
    SELECT EXISTS (SELECT 1 FROM schools_person WHERE district_id = %(district)s
                   AND unsettled AND changed_at >= %(now)s)
"""
_USERNAME_SET_ASIDE = """
    SELECT EXISTS (SELECT 1 FROM imports_plannedchange WHERE run_id = %(run)s
                   AND exception IS NOT NULL AND after ? 'username')
"""
_NUMBERS = ("sis_id", "student_number", "teacher_number", "staff_id")
_EACH = ", ".join(f"('{name}', p.{name})" for name in _NUMBERS)
_HAS = """(lower(c.after->>'{0}'), c.data_type = 'student') IN (
            SELECT value, student FROM edited WHERE name = '{0}')"""
# A record that somebody decided to create, in spite of another with its number, stays wanted.
_NEWCOMER_IS_HERE = f"""
    WITH edited AS MATERIALIZED (
        SELECT k.name, lower(k.value) AS value, p.kind = 'student' AS student
        FROM schools_person p
        CROSS JOIN LATERAL (VALUES {_EACH}) AS k(name, value)
        WHERE p.district_id = %(district)s AND p.archived_at IS NULL AND p.unsettled
            AND p.changed_at >= %(now)s AND k.value IS NOT NULL
    )
    UPDATE imports_plannedchange c SET exception = 'stale'
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND c.action = 'create'
        AND c.why->>'match' = 'new' AND ({" OR ".join(_HAS.format(name) for name in _NUMBERS)})
"""
_USERNAME_STILL_OWNED = """
    UPDATE imports_plannedchange c SET exception = 'stale'
    FROM schools_person p
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND c.action NOT IN ('conflict', 'reject')
        AND p.district_id = %(district)s AND p.archived_at IS NULL
        AND lower(p.username) = lower(c.after->>'username') AND p.id IS DISTINCT FROM c.person_id
        AND NOT EXISTS (SELECT 1 FROM imports_plannedchange o
                        WHERE o.run_id = %(run)s AND o.person_id = p.id AND o.exception IS NULL
                            AND o.after ? 'username')
"""
_SCHOOL_GONE = """
    UPDATE imports_plannedchange c SET exception = 'stale'
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND c.action NOT IN ('conflict', 'reject')
        AND ((c.after ? 'site' AND c.school <> ALL(%(schools)s))
             OR (c.after ? 'additional_sites' AND EXISTS (
                 SELECT 1 FROM jsonb_array_elements_text(c.after->'additional_sites') AS site
                 WHERE site::bigint <> ALL(%(schools)s))))
"""


def set_aside(run: Run) -> int:
    """Marks such rows as stale; returns how many. To be asked again until there are none."""
    schools = School.objects.filter(district=run.district_id).values_list("pk", flat=True)
    names: dict[str, Any] = {"run": run.pk, "district": run.district_id}
    names |= {"now": run.now, "schools": list(schools)}
    marked: int = 0
    with database.cursor() as cursor:
        cursor.execute(_SCHOOL_GONE, names)
        marked += cursor.rowcount
        cursor.execute(_EDITED, names)
        edited: bool = cursor.fetchone()[0]
        if edited:
            cursor.execute(_NEWCOMER_IS_HERE, names)
            marked += cursor.rowcount
        cursor.execute(_USERNAME_SET_ASIDE, names)
        if edited or cursor.fetchone()[0]:
            cursor.execute(_USERNAME_STILL_OWNED, names)
            marked += cursor.rowcount
    return marked
