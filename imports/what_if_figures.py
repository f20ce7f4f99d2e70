"""What two plans of a what-if come to, side by side: one statement each, whatever their size."""

from typing import Any

import msgspec
from django.db import connection as database

from imports.models import Run, WhatIf

EXAMPLES = 3
_NOT_A_CHANGE = "('conflict', 'reject')"

_DIFFERENCE = """
    WITH d AS (
        SELECT *, coalesce(exception, action) AS word FROM imports_plannedchange
        WHERE run_id = %(run)s
    ), b AS (
        SELECT *, coalesce(exception, action) AS word FROM imports_plannedchange
        WHERE run_id = %(base)s
    ), pair AS MATERIALIZED (
        SELECT d.id AS d_id, b.id AS b_id, coalesce(d.data_type, b.data_type) AS data_type,
            coalesce(b.word, 'unchanged') AS b_word, coalesce(d.word, 'unchanged') AS d_word,
            coalesce(b.action, '') AS b_action, coalesce(d.action, '') AS d_action,
            coalesce(b.after, '{}') AS b_after, coalesce(d.after, '{}') AS d_after,
            coalesce(d.school, d.old_school, b.school, b.old_school) AS school
        FROM d FULL JOIN b ON b.clever_id = d.clever_id
        WHERE d.id IS NULL OR b.id IS NULL OR d.word <> b.word OR d.action <> b.action
            OR d.after <> b.after OR d.before <> b.before OR d.data_type <> b.data_type
    ), move AS (
        SELECT data_type, b_word, d_word, d_id, b_id,
            count(*) OVER w AS people, row_number() OVER (w ORDER BY d_id, b_id) AS place
        FROM pair WINDOW w AS (PARTITION BY data_type, b_word, d_word)
    ), field AS (
        SELECT p.data_type, k.name, p.d_id, p.b_id, p.d_action = 'create' AS is_new,
            count(*) FILTER (WHERE p.d_action <> 'create') OVER w AS people,
            count(*) FILTER (WHERE p.d_action = 'create') OVER w AS new,
            row_number() OVER (w ORDER BY p.d_action = 'create', p.d_id, p.b_id) AS place
        FROM pair p
        CROSS JOIN LATERAL jsonb_object_keys(p.b_after || p.d_after) AS k(name)
        WHERE (p.b_action = 'create') = (p.d_action = 'create')
            AND p.b_after->k.name IS DISTINCT FROM p.d_after->k.name
        WINDOW w AS (PARTITION BY p.data_type, k.name)
    )
    SELECT jsonb_build_object(
        'people', (SELECT count(*) FROM pair),
        'moves', (SELECT coalesce(jsonb_agg(to_jsonb(move) - 'place'), '[]') FROM move
            WHERE place <= %(examples)s),
        'fields', (SELECT coalesce(jsonb_agg(to_jsonb(field) - 'place' - 'is_new'), '[]')
            FROM field WHERE place <= %(examples)s),
        'schools', (SELECT coalesce(jsonb_agg(jsonb_build_array(school, people)), '[]') FROM (
            SELECT school, count(*) AS people FROM pair GROUP BY school) AS s))
"""
_FIELDS = f"""
    SELECT run_id, data_type, k.name, count(*)
    FROM imports_plannedchange CROSS JOIN LATERAL jsonb_object_keys(after) AS k(name)
    WHERE run_id IN (%(run)s, %(base)s) AND action <> 'create' AND action NOT IN {_NOT_A_CHANGE}
    GROUP BY run_id, data_type, k.name
"""


def write(run: Run) -> int:
    """Compares both plans and keeps the figures; returns how many people the draft matters to."""
    what_if = WhatIf.objects.get(run=run)
    names = {"run": run.pk, "base": what_if.base_id, "examples": EXAMPLES}
    with database.cursor() as cursor:
        cursor.execute(_DIFFERENCE, names)
        found: dict[str, Any] = msgspec.json.decode(cursor.fetchone()[0])
        cursor.execute(_FIELDS, names)
        fields = list(cursor.fetchall())
    summary = {
        "people": found["people"],
        "moves": _grouped(found["moves"], ("data_type", "b_word", "d_word"), ("people",)),
        "fields": _grouped(found["fields"], ("data_type", "name"), ("people", "new")),
        "schools": sorted(found["schools"], key=lambda one: (-one[1], one[0] or 0)),
        "published": _counted(fields, what_if.base_id),
        "drafted": _counted(fields, run.pk),
    }
    WhatIf.objects.filter(pk=what_if.pk).update(summary=summary)
    return int(found["people"])


def _grouped(
    found: list[dict[str, Any]], names: tuple[str, ...], figures: tuple[str, ...]
) -> list[dict[str, Any]]:
    """One entry per group, with the pairs of rows that stand for it."""
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in found:
        place = tuple(one[name] for name in names)
        group = groups.setdefault(
            place, {name: one[name] for name in (*names, *figures)} | {"pairs": []}
        )
        group["pairs"].append([one["d_id"], one["b_id"]])
    return [groups[place] for place in sorted(groups)]


def _counted(rows: list[tuple[int, str, str, int]], run_id: int) -> dict[str, dict[str, int]]:
    """{data type: {field: people whose field a plan changes}}, without new records."""
    found: dict[str, dict[str, int]] = {}
    for run, data_type, name, people in rows:
        if run == run_id:
            found.setdefault(data_type, {})[name] = people
    return found
