"""Checking a plan as a whole: what no single row can know (engine.md 4 to 6).

Each check is one statement over the plan's rows, so that its cost follows the changes and not
the district. Whatever is found here is taken out of the rows before anything is written.
"""

from typing import Any

from django.db import connection as database
from django.db.backends.utils import CursorWrapper

from core.problems import Finding
from core.vocabulary import DataType
from imports import alert_rows
from imports.frame import Frame
from imports.matcher import Scored
from imports.tally import Tally

Counts = dict[str, dict[str, int]]

_TWO_ON_ONE = """
    WITH twice AS (
        SELECT person_id FROM imports_plannedchange
        WHERE run_id = %(run)s AND person_id IS NOT NULL AND action NOT IN ('reject', 'conflict')
        GROUP BY person_id HAVING count(*) > 1
    )
    UPDATE imports_plannedchange c
    SET action = 'conflict', effects = '{conflict}', before = '{}', after = '{}',
        why = jsonb_build_object('reason', 'two_clever_people_on_one_record',
                                 'candidates', jsonb_build_array(c.person_id))
    FROM twice WHERE c.run_id = %(run)s AND c.person_id = twice.person_id
        AND c.action NOT IN ('reject', 'conflict')
    RETURNING c.data_type, c.clever_id, c.person_id, c.person_revision
"""

_USERNAME_TAKEN = """
    WITH wanted AS (
        SELECT c.id, c.data_type, c.clever_id, c.person_id, lower(c.after->>'username') AS name,
            row_number() OVER (PARTITION BY lower(c.after->>'username') ORDER BY c.id) AS place
        FROM imports_plannedchange c
        WHERE c.run_id = %(run)s AND c.after->>'username' IS NOT NULL
    ), taken AS (
        SELECT w.id, w.data_type, w.clever_id, w.name, p.id AS owner, p.revision
        FROM wanted w
        JOIN schools_person p ON p.district_id = %(district)s AND lower(p.username) = w.name
            AND p.id IS DISTINCT FROM w.person_id AND p.archived_at IS NULL
        WHERE NOT EXISTS (
            SELECT 1 FROM imports_plannedchange o
            WHERE o.run_id = %(run)s AND o.person_id = p.id AND o.after ? 'username'
        )
        UNION ALL
        SELECT w.id, w.data_type, w.clever_id, w.name, NULL, NULL FROM wanted w WHERE w.place > 1
    )
    UPDATE imports_plannedchange c SET after = c.after - 'username', before = c.before - 'username'
    FROM taken WHERE c.id = taken.id
    RETURNING c.data_type, c.clever_id, taken.name, taken.owner, taken.revision
"""

# Whoever is here under a new Clever ID has not left under the old one (C17) ...
_LEAVERS_LINKED_ANEW = """
    DELETE FROM imports_plannedchange
    WHERE run_id = %(run)s AND action = 'transfer' AND person_id IN (
        SELECT o.person_id FROM imports_plannedchange o
        WHERE o.run_id = %(run)s AND o.action = 'link')
"""
# ... and whoever may be has not either, before somebody says so.
_LEAVERS_IN_QUESTION = """
    DELETE FROM imports_plannedchange
    WHERE run_id = %(run)s AND action = 'transfer' AND person_id IN (
        SELECT jsonb_array_elements(o.why->'candidates')::bigint FROM imports_plannedchange o
        WHERE o.run_id = %(run)s AND o.action = 'conflict')
"""

_EMPTY_ROWS = """
    DELETE FROM imports_plannedchange
    WHERE run_id = %(run)s AND action = 'update' AND after = '{}'
"""

# Two or more who exchange their SIS IDs: each keeps the link, and all are written together (F68).
_SIS_ID_OF_ANOTHER = """
    SELECT c.data_type, c.clever_id FROM imports_plannedchange c
    JOIN imports_plannedchange o ON o.run_id = c.run_id AND o.person_id <> c.person_id
        AND lower(o.before->>'sis_id') = lower(c.after->>'sis_id')
    WHERE c.run_id = %(run)s AND c.after->>'sis_id' IS NOT NULL
        AND c.action NOT IN ('create', 'conflict', 'reject')
        AND o.action NOT IN ('create', 'conflict', 'reject')
"""

_IDENTITY_CONFLICT = """
    SELECT c.data_type, c.clever_id, p.id FROM imports_plannedchange c
    JOIN schools_person p ON p.district_id = %(district)s AND p.id <> c.person_id
        AND lower(p.sis_id) = lower(c.after->>'sis_id') AND p.archived_at IS NULL
    WHERE c.run_id = %(run)s AND c.action NOT IN ('create', 'conflict', 'reject')
        AND c.after->>'sis_id' IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM imports_plannedchange o
            WHERE o.run_id = %(run)s AND o.person_id = p.id AND o.after ? 'sis_id'
        )
"""


def settle_clashes(frame: Frame, tally: Tally) -> None:
    """Takes out of the plan what two rows, or a row and a record, cannot both have.

    Two Clever people on one record: both become conflicts. A username that somebody has: the
    rest of the row stays, the person keeps the old one. A SIS ID that another record carries:
    the link stands and a problem is noted, as for whoever gets a SIS ID that another gives up in
    this run. The first two raise alerts. A leaver who is a candidate
    of an alert stays as they are until the alert is decided; every run looks at leavers again.
    """
    names = {"run": frame.run.pk, "district": frame.district.pk}
    with database.cursor() as cursor:
        cursor.execute(_LEAVERS_LINKED_ANEW, names)
        cursor.execute(_TWO_ON_ONE, names)
        twice = cursor.fetchall()
        usernames = _usernames_taken(cursor, names)
        cursor.execute(_LEAVERS_IN_QUESTION, names)
        cursor.execute(_EMPTY_ROWS, names)
        cursor.execute(_IDENTITY_CONFLICT, names)
        conflicts = cursor.fetchall()
        cursor.execute(_SIS_ID_OF_ANOTHER, names)
        exchanged = cursor.fetchall()
    found = [_two_on_one(row) for row in twice] + [_username(row) for row in usernames]
    if found:
        alert_rows.store(frame.run, found)
    for row in found:
        tally.note(row.data_type, row.clever_id, Finding(row.reason))
    for data_type, clever_id, _ in conflicts:
        tally.note(data_type, clever_id, Finding("identity_conflict", "sis_id"))
    for data_type, clever_id in exchanged:
        tally.note(data_type, clever_id, Finding("sis_id_of_another", "sis_id"))


def _usernames_taken(cursor: CursorWrapper, names: dict[str, int]) -> list[tuple[Any, ...]]:
    """Takes user names out of the plan until all are free: who cannot have one keeps the own."""
    taken: list[tuple[Any, ...]] = []
    while True:
        cursor.execute(_USERNAME_TAKEN, names)
        found = cursor.fetchall()
        if not found:
            return taken
        taken += found


def _two_on_one(row: tuple[Any, ...]) -> alert_rows.AlertRow:
    data_type, clever_id, person_id, revision = row
    return alert_rows.AlertRow(
        clever_id,
        DataType(data_type),
        "two_clever_people_on_one_record",
        [Scored(person_id, 100, ("matched_by_both",), revision or 0)],
    )


def _username(row: tuple[Any, ...]) -> alert_rows.AlertRow:
    data_type, clever_id, _, owner, revision = row
    candidates = [Scored(owner, 0, ("has_the_username",), revision)] if owner else []
    return alert_rows.AlertRow(clever_id, DataType(data_type), "username_taken", candidates)


def counts(run_id: int) -> Counts:
    """How many rows each action has, per data type; what was set aside counts as held."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT data_type, CASE WHEN exception IS NULL THEN action ELSE exception END,"
            " count(*) FROM imports_plannedchange WHERE run_id = %s GROUP BY 1, 2",
            [run_id],
        )
        found: Counts = {}
        for data_type, action, number in cursor.fetchall():
            found.setdefault(data_type, {})[action] = number
    return found
