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
        WITH everybody AS (
            SELECT {NAME_THERE} AS name, {BIRTH_THERE} AS birth, NULL::bigint AS id,
                coalesce(m.payload->>%(source)s, '') AS value
            FROM clever_sync_mirrorobject m
            WHERE m.connection_id = %(connection)s AND m.type = 'user'
                AND m.gone_in_id IS NULL AND 'student' = ANY(m.roles)
            UNION ALL
            SELECT {NAME_HERE}, p.birth_date::text, p.id, NULL
            FROM schools_person p
            WHERE p.district_id = %(district)s AND p.kind = 'student' AND p.archived_at IS NULL
                AND p.status IN (1, 2, 3) AND p.birth_date IS NOT NULL),
        chosen AS (
            SELECT min(id) AS id, min(value) AS value FROM everybody GROUP BY name, birth
            HAVING count(id) = 1 AND count(*) = 2
            ORDER BY md5(min(id)::text) LIMIT %(count)s)
        SELECT concat_ws(' ', p.first_name, p.last_name), p.birth_date::text,
            coalesce(p.{name}, ''), chosen.value
        FROM chosen JOIN schools_person p ON p.id = chosen.id ORDER BY md5(p.id::text)
    """
