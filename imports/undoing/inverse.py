"""The inverse of a run, field by field, as one relation of plan rows (engine.md 8, H10).

Of each row that the run applied, every field gets a verdict:
- taken back, while it still has the value that the run wrote and nobody wrote it since;
- left out, where it has the old value already, or another undo took it back;
- in conflict otherwise: it stays as it is, and is listed with what came in between.
A record that the run created or brought back goes as a whole or not at all. A person may get two
rows: one of what is taken back, and one, set apart as a conflict, of what is kept.

A change and its undo, and the undo of that, are one family: they share a `root`. Each member turns
the effect of the one before around, so a family with an even number of later members has left
things as they were.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection as database
from django.db.models import prefetch_related_objects

from core.vocabulary import Outcome, Status
from imports.check import Counts
from imports.models import PlannedChange, Run
from imports.queries import IMPORTED
from imports.undoing.fields import here, is_still
from imports.undoing.scope import Scope

BATCH = 10_000
_WRITTEN = "{0}.exception IS NULL AND {0}.action NOT IN ('conflict', 'reject')"
COLUMNS = (
    "run_id", "data_type", "action", "effects", "person_id", "clever_id", "school", "old_school",
    "before", "after", "why", "person_revision", "exception",
)  # fmt: skip
_LAST_OF_BATCH = f"""
    SELECT action, id FROM (
        SELECT c.action, c.id FROM imports_plannedchange c
        WHERE c.run_id = %(undone)s AND {_WRITTEN.format("c")}
            AND (c.action, c.id) > (%(action)s, %(id)s)
        ORDER BY c.action, c.id LIMIT {BATCH}
    ) batch ORDER BY action DESC, id DESC LIMIT 1
"""
# The rows of the run, as wanted. A created record goes with its link, whatever else it has.
_TARGET = f"""
    SELECT c.id, c.data_type, c.effects, c.person_id, c.clever_id, c.before, c.after, c.school,
        c.old_school, coalesce((c.why->>'root')::bigint, c.id) AS root,
        c.action = 'create' AS created, c.action = 'create' OR c.after ? 'deleted' AS whole
    FROM imports_plannedchange c
    WHERE c.run_id = %(undone)s AND {_WRITTEN.format("c")} AND c.person_id IS NOT NULL
        AND (c.action, c.id) > (%(action)s, %(id)s)
        AND (c.action, c.id) <= (%(last_action)s, %(last_id)s)
        AND (%(school)s::bigint IS NULL OR %(school)s::bigint IN (c.school, c.old_school))
        AND (%(person)s::bigint IS NULL OR c.person_id = %(person)s::bigint)
        AND (%(field)s::text = '' OR (c.after ? %(field)s::text AND c.action <> 'create'
                                      AND NOT c.after ? 'deleted'))
"""
_FIELD = """
    SELECT t.id, t.person_id, t.whole, t.created, k.key,
        CASE WHEN t.created THEN jsonb_build_object('clever_id', t.after->'clever_id',
                                                    'deleted', NULL) ELSE t.after END AS written,
        CASE WHEN t.created THEN jsonb_build_object('clever_id', NULL, 'deleted', %(today)s::text)
             ELSE t.before END AS old
    FROM target t CROSS JOIN LATERAL jsonb_object_keys(
        CASE WHEN t.created THEN '{"clever_id": null, "deleted": null}'::jsonb
             ELSE t.after END) AS k(key)
    WHERE %(field)s::text = '' OR k.key = %(field)s::text
"""
_LATER = f"""
    SELECT odd.id, odd.key, bool_or(odd.own) AS own, bool_or(NOT odd.own) AS other,
        max(odd.run) FILTER (WHERE NOT odd.own) AS run
    FROM (
        SELECT t.id, k.key, max(l.run_id) AS run,
            coalesce((l.why->>'root')::bigint, l.id) = t.root AS own
        FROM target t
        JOIN imports_plannedchange l ON l.person_id = t.person_id AND l.id > t.id
            AND {_WRITTEN.format("l")}
        JOIN imports_run r ON r.id = l.run_id AND r.mode = 'live' AND r.state = ANY(%(imported)s)
        CROSS JOIN LATERAL jsonb_object_keys(l.after) AS k(key)
        GROUP BY t.id, t.root, k.key, coalesce((l.why->>'root')::bigint, l.id)
        HAVING count(*) %% 2 = 1
    ) odd GROUP BY odd.id, odd.key
"""
# That somebody locked a field, or protected the person, writes no field. A record that another was
# merged into stands for both: it does not go as a whole, whatever the merge wrote in it.
_EDIT = """
    SELECT DISTINCT t.id, k.key FROM target t
    JOIN schools_localedit e ON e.person_id = t.person_id AND e.at > %(finished)s
    CROSS JOIN LATERAL jsonb_object_keys(e.after) AS k(key)
    WHERE e.cause IN ('hand', 'bulk', 'file')
    UNION
    SELECT t.id, 'merged' FROM target t
    JOIN imports_identitychange i ON i.person_id = t.person_id AND i.kind = 'merge'
        AND i.taken_back_at IS NULL AND i.done_at > %(finished)s
    WHERE t.whole
"""
_LOCKED = """
    SELECT t.id, l.field AS key FROM target t
    JOIN schools_fieldlock l ON l.person_id = t.person_id
        AND (l.until IS NULL OR l.until > %(now)s)
"""
_TOUCHED = "EXISTS (SELECT 1 FROM {0} x WHERE x.id = f.id AND (f.whole OR x.key = f.key){1})"
# A protected person is not removed, and not marked as a leaver once more (C12).
_PROTECTED = f"""p.protected AND (
    (f.key = 'deleted' AND f.old->>'deleted' IS NOT NULL)
    OR (f.key = 'status' AND f.old->>'status' IN ('{Status.TRANSFERRED:d}', '{Status.INACTIVE:d}')))
"""
_JUDGED = f"""
    SELECT f.id, f.key, f.whole, f.old->f.key AS old, {here()} AS here,
        (SELECT max(l.run) FROM later l
         WHERE l.id = f.id AND l.other AND (f.whole OR l.key = f.key)) AS run,
        CASE WHEN {_TOUCHED.format("later", " AND x.own")} THEN 'done'
            WHEN NOT f.whole AND p.archived_at IS NULL AND {is_still("f.old")} THEN 'done'
            WHEN {_TOUCHED.format("edit", "")} THEN 'edit'
            WHEN {_TOUCHED.format("later", " AND x.other")} THEN 'run'
            WHEN p.archived_at IS NOT NULL AND NOT f.whole THEN 'deleted'
            WHEN {_TOUCHED.format("locked", "")} THEN 'lock'
            WHEN NOT {is_still("f.written")} THEN 'value'
            WHEN {_PROTECTED} THEN 'protected'
        END AS verdict
    FROM field f JOIN schools_person p ON p.id = f.person_id AND p.district_id = %(district)s
"""
# What is taken back and what is kept, each as one row per person; of a whole record only one.
_GROUPED = """
    SELECT id, conflict,
        jsonb_object_agg(key, here) AS before, jsonb_object_agg(key, old) AS after,
        jsonb_object_agg(key, verdict) FILTER (WHERE verdict IS NOT NULL) AS since, max(run) AS run
    FROM (
        SELECT j.*, CASE WHEN whole THEN bool_or(verdict IS NOT NULL) OVER w
                         ELSE verdict IS NOT NULL END AS conflict,
            bool_or(verdict = 'done') OVER w AS gone
        FROM judged j WINDOW w AS (PARTITION BY id)
    ) every
    WHERE verdict IS DISTINCT FROM 'done' AND NOT (whole AND coalesce(gone, false))
    GROUP BY id, conflict
"""
_EFFECTS = """array_remove(ARRAY[
    CASE WHEN g.after->>'deleted' IS NOT NULL THEN 'remove' END,
    CASE WHEN g.after ? 'clever_id' AND NOT g.after ? 'deleted'
         THEN CASE WHEN g.after->>'clever_id' IS NULL THEN 'unlink' ELSE 'link' END END,
    CASE WHEN (g.after ? 'deleted' AND g.after->>'deleted' IS NULL)
           OR (g.after ? 'status' AND NOT {back}) THEN 'restore' END,
    CASE WHEN g.after ? 'site' THEN 'move' END,
    CASE WHEN g.after ? 'status' AND {back} THEN 'transfer' END,
    CASE WHEN g.after - ARRAY['deleted', 'clever_id', 'site', 'status'] <> '{{}}'::jsonb
         THEN 'update' END
], NULL)""".format(back="('restore' = ANY(t.effects) AND t.after ? 'status')")
ROWS = f"""
    WITH target AS MATERIALIZED ({_TARGET}), field AS ({_FIELD}), later AS MATERIALIZED ({_LATER}),
        edit AS MATERIALIZED ({_EDIT}), locked AS MATERIALIZED ({_LOCKED}),
        judged AS ({_JUDGED}), grouped AS ({_GROUPED}),
        made AS (SELECT t.*, g.conflict, g.before AS was, g.after AS shall, g.since,
            g.run AS later_run, {_EFFECTS} AS all_effects
            FROM grouped g JOIN target t ON t.id = g.id)
    SELECT %(run)s::bigint AS run_id, m.data_type, m.all_effects[1] AS action,
        m.all_effects AS effects, m.person_id, m.clever_id,
        CASE WHEN m.shall ? 'site' THEN (m.shall->>'site')::bigint ELSE p.school_id END AS school,
        p.school_id AS old_school, m.was AS before, m.shall AS after,
        jsonb_strip_nulls(jsonb_build_object('undoes', m.id, 'root', m.root,
            'run', %(undone)s::bigint, 'since', m.since, 'later_run', m.later_run)) AS why,
        p.revision AS person_revision,
        CASE WHEN m.conflict THEN '{Outcome.CONFLICT}' END AS exception
    FROM made m JOIN schools_person p ON p.id = m.person_id
    ORDER BY m.id, exception NULLS FIRST
"""


class Place(NamedTuple):
    """A row of the undone run, in the order of its index."""

    action: str = ""
    row: int = 0


BEHIND_ALL = Place("~", 2**63 - 1)


def count(undone: Run) -> int:
    """How many rows the run has applied."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM imports_plannedchange c"
            f" WHERE c.run_id = %s AND {_WRITTEN.format('c')}",
            [undone.pk],
        )
        return int(cursor.fetchone()[0])


def slices(undone: Run, scope: Scope) -> Iterator[tuple[Place, Place]]:
    """The run's applied rows in slices: behind a place, up to a place. One person is one slice."""
    behind = Place()
    if scope.person is not None:
        yield behind, BEHIND_ALL
        return
    while True:
        with database.cursor() as cursor:
            cursor.execute(
                _LAST_OF_BATCH,
                {"undone": undone.pk, "action": behind.action, "id": behind.row},
            )
            found = cursor.fetchone()
        if found is None:
            return
        last = Place(*found)
        yield behind, last
        behind = last


def _names(
    undone: Run, scope: Scope, behind: Place, last: Place, *, now: datetime, run: int | None = None
) -> dict[str, Any]:
    """The parameters of ROWS for one slice."""
    return {
        "undone": undone.pk,
        "district": undone.district_id,
        "finished": undone.finished_at,
        "imported": [str(state) for state in IMPORTED],
        "now": now,
        "today": f"{now:%Y-%m-%d}",
        "run": run,
        "school": scope.school,
        "person": scope.person,
        "field": scope.field,
        "action": behind.action,
        "id": behind.row,
        "last_action": last.action,
        "last_id": last.row,
    }


def write(undone: Run, scope: Scope, part: tuple[Place, Place], *, now: datetime, run: int) -> int:
    """Writes the plan rows of a slice for the undo `run`; returns how many."""
    with database.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO imports_plannedchange ({', '.join(COLUMNS)}) {ROWS}",
            _names(undone, scope, *part, now=now, run=run),
        )
        return int(cursor.rowcount)


def counts(undone: Run, scope: Scope, *, now: datetime) -> Counts:
    """How many rows an undo would have by type and action, without writing any; a conflict is
    counted as such."""
    found: Counts = {}
    for part in slices(undone, scope):
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT data_type, coalesce(exception, action), count(*)"
                f" FROM ({ROWS}) planned GROUP BY 1, 2",
                _names(undone, scope, *part, now=now),
            )
            for data_type, action, number in cursor.fetchall():
                of_type = found.setdefault(data_type, {})
                of_type[action] = of_type.get(action, 0) + number
    return found


def conflicts(undone: Run, scope: Scope, *, now: datetime, most: int) -> list[PlannedChange]:
    """The first rows that an undo would keep, unsaved, with their people."""
    found: list[PlannedChange] = []
    for part in slices(undone, scope):
        names = _names(undone, scope, *part, now=now) | {"most": most - len(found)}
        kept = f"SELECT 0 AS id, planned.* FROM ({ROWS}) planned WHERE exception IS NOT NULL"
        found += PlannedChange.objects.raw(f"{kept} LIMIT %(most)s", names)
        if len(found) >= most:
            break
    prefetch_related_objects(found, "person")
    return found
