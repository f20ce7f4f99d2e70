"""Real people side by side: what the old student ID holds, and what Clever would give (A14)."""

from dataclasses import dataclass

from django.db import connection as database

from clever_sync.models import Connection
from core.text import key
from core.vocabulary import DataType
from mappings.queries import StudentId
from mappings.rates import BIRTH_THERE, FIELDS, NAME_HERE, NAME_THERE

PEOPLE_COMPARED = 10


@dataclass(frozen=True)
class Compared:
    """One person as both sides have them, found by name and birth date; `theirs` is Clever's."""

    name: str
    birth_date: str
    ours: str
    theirs: str

    @property
    def agree(self) -> bool:
        return bool(self.ours) and key(self.ours) == key(self.theirs)


def compare(connection: Connection, identity: StudentId) -> list[Compared]:
    """Ten real people side by side: what the old field holds, and what Clever would give (A14).

    They are people whom name and birth date tell apart on both sides, always the same ones.
    """
    if identity.field not in FIELDS[DataType.STUDENT]:
        return []
    with database.cursor() as cursor:
        cursor.execute(
            _sql(identity.field),
            {
                "connection": connection.pk,
                "district": connection.district_id,
                "source": identity.source,
                "count": PEOPLE_COMPARED,
            },
        )
        return [Compared(*row) for row in cursor.fetchall()]


def _sql(name: str) -> str:
    """The statement for people of both sides whom name and birth date tell apart, with a field.

    Its parameters are connection, district, source and count; which people it takes is always the
    same for the same people. `name` is one of FIELDS.
    """
    return f"""
        WITH there AS (
            SELECT name, birth, min(value) AS value FROM (
                SELECT {NAME_THERE} AS name, {BIRTH_THERE} AS birth,
                    coalesce(m.payload->>%(source)s, '') AS value
                FROM clever_sync_mirrorobject m
                WHERE m.connection_id = %(connection)s AND m.type = 'user'
                    AND m.gone_in_id IS NULL AND 'student' = ANY(m.roles)) m
            GROUP BY name, birth HAVING count(*) = 1),
        here AS (
            SELECT {NAME_HERE} AS name, p.birth_date::text AS birth, min(p.id) AS id
            FROM schools_person p
            WHERE p.district_id = %(district)s AND p.kind = 'student' AND p.archived_at IS NULL
                AND p.status IN (1, 2, 3) AND p.birth_date IS NOT NULL
            GROUP BY 1, 2 HAVING count(*) = 1)
        SELECT concat_ws(' ', p.first_name, p.last_name), here.birth, coalesce(p.{name}, ''),
            there.value
        FROM here JOIN there USING (name, birth) JOIN schools_person p ON p.id = here.id
        ORDER BY md5(p.id::text) LIMIT %(count)s
    """
