"""Who was deleted here and is shared by Clever: the same record comes back (B33, engine.md 8).

Archived people stand in no list and no match. Their former Clever ID is the one way back, so that
a returning person is restored and never made a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection as database

from core.vocabulary import PersonKind
from imports.frame import Frame
from imports.looking import PERSON_SQL, person_of
from imports.planner import Person


@dataclass(frozen=True)
class Deleted:
    """A record that was deleted here, and the day on which."""

    person: Person
    day: str


def deleted(frame: Frame, kind: PersonKind, clever_ids: Sequence[str]) -> dict[str, Deleted]:
    """The deleted records that these Clever IDs had, by the Clever ID; of several the newest.

    One that was merged into another record is not deleted: it comes back with that merge only.
    """
    if not clever_ids:
        return {}
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.former_clever_id, p.archived_at::date::text, {PERSON_SQL}
            FROM schools_person p
            WHERE p.district_id = %s AND p.kind = %s AND p.archived_at IS NOT NULL
                AND p.merged_into_id IS NULL AND p.former_clever_id = ANY(%s)
            ORDER BY p.archived_at, p.id
            """,
            [frame.district.pk, str(kind), list(clever_ids)],
        )
        return {row[0]: Deleted(person_of(row[2:]) or {}, row[1]) for row in cursor.fetchall()}
