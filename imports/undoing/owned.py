"""Values that an undo would give back, but that somebody else has got since (engine.md 8)."""

from typing import Any

from django.db import connection as database

from imports.models import Run

# Clever IDs are unique; the others may have been double before the run, which is then restored.
_IN_DISTRICT = ("clever_id", "username")
_IN_KIND = ("sis_id", "student_number", "teacher_number", "staff_id")
# A record that comes back brings its identifiers with it.
_RETURNS = "c.after ? 'deleted' AND c.after->>'deleted' IS NULL"
_GOT_IT_SINCE = """
        AND (o.created_at > %(finished)s
            OR EXISTS (SELECT 1 FROM schools_localedit e WHERE e.person_id = o.id
                AND e.at > %(finished)s AND e.after ? '{0}')
            OR EXISTS (SELECT 1 FROM imports_plannedchange l JOIN imports_run r ON r.id = l.run_id
                WHERE l.person_id = o.id AND l.run_id > %(undone)s AND l.run_id <> %(run)s
                    AND l.exception IS NULL AND l.after ? '{0}' AND r.mode = 'live'))
"""
# In steps, so that each is as large as the plan at most, and the people are found by their index.
_HAS_ANOTHER = """
    WITH wanted AS MATERIALIZED (
        SELECT c.id, me.id AS person, me.kind,
            CASE WHEN c.after ? '{0}' THEN c.after->>'{0}' ELSE me.{0} END AS value
        FROM imports_plannedchange c JOIN schools_person me ON me.id = c.person_id
        WHERE c.run_id = %(run)s AND c.exception IS NULL AND (c.after ? '{0}' OR {returns})
    ), taken AS MATERIALIZED (
        SELECT DISTINCT w.id FROM wanted w
        JOIN schools_person o ON o.district_id = %(district)s AND o.archived_at IS NULL
            AND {same} AND o.id <> w.person {kind}
        WHERE w.value IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM imports_plannedchange x
                WHERE x.run_id = %(run)s AND x.person_id = o.id AND x.exception IS NULL
                    AND (x.after ? '{0}' OR x.after->>'deleted' IS NOT NULL))
            {since}
    )
    UPDATE imports_plannedchange c SET exception = 'conflict',
        why = c.why || jsonb_build_object('since', jsonb_build_object('{0}', 'taken'))
    FROM taken WHERE c.id = taken.id
"""


def keep_what_others_have(run: Run, undone: Run) -> None:
    """Sets aside, as conflicts, the rows that would make an identifier double.

    Asked again until there are none: who keeps a value keeps it from somebody else.
    """
    names: dict[str, Any] = {"run": run.pk, "undone": undone.pk, "district": run.district_id}
    names["finished"] = undone.finished_at
    with database.cursor() as cursor:
        found = True
        while found:
            found = False
            for statement in _STATEMENTS:
                cursor.execute(statement, names)
                found = found or cursor.rowcount > 0


def _statement(name: str) -> str:
    unique = name == "clever_id"
    return _HAS_ANOTHER.format(
        name,
        returns=_RETURNS,
        same=f"o.{name} = w.value" if unique else f"lower(o.{name}) = lower(w.value)",
        kind="AND o.kind = w.kind" if name in _IN_KIND else "",
        since="" if unique else _GOT_IT_SINCE.format(name),
    )


_STATEMENTS = [_statement(name) for name in (*_IN_DISTRICT, *_IN_KIND)]
