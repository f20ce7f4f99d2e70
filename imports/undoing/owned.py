"""Values that an undo would give back, but that somebody else has got since (engine.md 8)."""

from typing import Any

from django.db import connection as database

from imports.models import Run

# Clever IDs are unique; the others may have been double before the run, which is then restored.
_IN_DISTRICT = ("clever_id", "username")
_IN_KIND = ("sis_id", "student_number", "teacher_number", "staff_id")
_RETURNS = "c.after ? 'deleted' AND c.after->>'deleted' IS NULL"
_WANTED = f"CASE WHEN c.after ? '{{0}}' THEN c.after->>'{{0}}' WHEN {_RETURNS} THEN me.{{0}} END"
_GOT_IT_SINCE = """
        AND (o.created_at > %(finished)s
            OR EXISTS (SELECT 1 FROM schools_localedit e WHERE e.person_id = o.id
                AND e.at > %(finished)s AND e.after ? '{0}')
            OR EXISTS (SELECT 1 FROM imports_plannedchange l JOIN imports_run r ON r.id = l.run_id
                WHERE l.person_id = o.id AND l.run_id > %(undone)s AND l.run_id <> %(run)s
                    AND l.exception IS NULL AND l.after ? '{0}' AND r.mode = 'live'))
"""
_HAS_ANOTHER = """
    UPDATE imports_plannedchange c SET exception = 'conflict',
        why = c.why || jsonb_build_object('since', jsonb_build_object('{0}', 'taken'))
    FROM schools_person me, schools_person o
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND (c.after ? '{0}' OR {returns})
        AND me.id = c.person_id AND o.district_id = %(district)s AND o.id <> me.id
        AND o.archived_at IS NULL AND {same} {kind}
        AND NOT EXISTS (SELECT 1 FROM imports_plannedchange x
            WHERE x.run_id = %(run)s AND x.person_id = o.id AND x.exception IS NULL
                AND (x.after ? '{0}' OR x.after->>'deleted' IS NOT NULL))
        {since}
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
    wanted = _WANTED.format(name)
    unique = name == "clever_id"
    return _HAS_ANOTHER.format(
        name,
        returns=_RETURNS,
        same=f"o.{name} = {wanted}" if unique else f"lower(o.{name}) = lower({wanted})",
        kind="AND o.kind = me.kind" if name in _IN_KIND else "",
        since="" if unique else _GOT_IT_SINCE.format(name),
    )


_STATEMENTS = [_statement(name) for name in (*_IN_DISTRICT, *_IN_KIND)]
