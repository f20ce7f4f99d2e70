"""The match-rate helper in the database: one statement over the mirror and the people here (C04).

What it counts is specified by mappings/pairing.py. It reads the mirror, so it knows what the last
reading of Clever knew; a district that has not been read yet has no rates.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection as database

from clever_sync.models import Connection
from clever_sync.sources import KEY_COLUMNS
from core.vocabulary import ROLES_OF_TYPE, DataType
from mappings.pairing import Cell, Rates, Reach

SOURCES: Mapping[DataType, tuple[str, ...]] = {
    DataType.STUDENT: ("student.sis_id", "student.student_number", "student.state_id", "email"),
    DataType.TEACHER: ("teacher.sis_id", "teacher.teacher_number", "teacher.state_id", "email"),
    DataType.STAFF: ("staff.staff_id", "email"),
}
FIELDS: Mapping[DataType, tuple[str, ...]] = {
    DataType.STUDENT: (
        *("sis_id", "student_number", "state_id", "barcode", "community_id", "email"),
    ),
    DataType.TEACHER: ("sis_id", "teacher_number", "barcode", "community_id", "email"),
    DataType.STAFF: ("staff_id", "barcode", "community_id", "email"),
}
_FOLDED = (
    "regexp_replace(normalize(lower(coalesce({}, '')), NFKD), '[\u0300-\u036f ''’.-]', '', 'g')"
)
NAME_THERE = " || '/' || ".join(
    _FOLDED.format(f"m.payload->>'name.{part}'") for part in ("last", "first")
)
NAME_HERE = " || '/' || ".join(_FOLDED.format(f"p.{part}_name") for part in ("last", "first"))
_DOB = "m.payload->>'student.dob'"
BIRTH_THERE = rf"""CASE WHEN {_DOB} ~ '^\d{{1,2}}/\d{{1,2}}/\d{{4}}$'
        THEN split_part({_DOB}, '/', 3)
            || '-' || lpad(split_part({_DOB}, '/', 1), 2, '0')
            || '-' || lpad(split_part({_DOB}, '/', 2), 2, '0')
        ELSE coalesce({_DOB}, '') END"""
_CLEVER = f"""clever AS MATERIALIZED (
        SELECT {NAME_THERE} AS name,
            {BIRTH_THERE} AS birth, m.key_sis_id, m.key_number, m.key_staff_id,
            m.key_state_id, m.key_email
        FROM clever_sync_mirrorobject m
        WHERE m.connection_id = %(connection)s AND m.type = 'user' AND m.gone_in_id IS NULL
            AND m.absent_in_id IS NULL AND m.roles && %(roles)s::varchar[])"""
_HERE = f"""here AS MATERIALIZED (
        SELECT {NAME_HERE} AS name,
            coalesce(p.birth_date::text, '') AS birth, p.id, p.sis_id, p.student_number,
            p.teacher_number, p.staff_id, p.state_id, p.barcode, p.community_id, p.email
        FROM schools_person p
        WHERE p.district_id = %(district)s AND p.archived_at IS NULL AND p.status IN (1, 2, 3)
            AND p.roles && %(types)s::varchar[]{{which}})"""
# A value that several people have says nothing about any of them.
_UNIQUE = """{name} AS (
        SELECT k.place, k.value, min(s.name) AS name, min(s.birth) AS birth{more}
        FROM {side} s CROSS JOIN LATERAL (VALUES {pairs}) AS k (place, value)
        WHERE k.value <> '' GROUP BY k.place, k.value HAVING count(*) = 1)"""


def rates(connection: Connection, data_type: DataType) -> Rates:
    """The table of one data type: every identifier of Clever beside every one here."""
    sources, fields = SOURCES[data_type], FIELDS[data_type]
    sql = f"""
        WITH {_CLEVER}, {_HERE.format(which="")},
        theirs AS ({_values("clever", _columns(sources))}),
        ours AS ({_values("here", _local(fields))}),
        {_unique("c", "clever", _columns(sources))}, {_unique("l", "here", _local(fields))}
        SELECT c.place, l.place, count(*), count(*) FILTER (WHERE c.name = l.name
            AND (c.birth = '' OR l.birth = '' OR c.birth = l.birth))
        FROM c JOIN l ON l.value = c.value GROUP BY c.place, l.place
        UNION ALL SELECT place, '', people, 0 FROM theirs
        UNION ALL SELECT '', place, people, 0 FROM ours
        UNION ALL SELECT '', '', (SELECT count(*) FROM here), (SELECT count(*) FROM clever)
    """
    found = Rates()
    for source, name, number, agreeing in _rows(sql, connection, data_type):
        if source and name:
            found.cells[source, name] = Cell(number, agreeing)
        elif source:
            found.sent[source] = number
        elif name:
            found.filled[name] = number
        else:
            found.here, found.in_clever = number, agreeing
    return found


def reach(connection: Connection, data_type: DataType, mapped: Iterable[tuple[str, str]]) -> Reach:
    """How many never-linked people an import by these (field, source) pairs would recognise.

    As the matcher does: a key counts unless name and birth date both contradict (engine.md 4).
    """
    pairs = [(f, s) for f, s in mapped if s in KEY_COLUMNS and f in FIELDS[data_type]]
    fields, sources = [name for name, _ in pairs], [source for _, source in pairs]
    if not pairs:
        fields, sources = list(FIELDS[data_type][:1]), list(SOURCES[data_type][:1])
    sql = f"""
        WITH {_CLEVER}, {_HERE.format(which=" AND p.clever_id IS NULL")},
        {_unique("c", "clever", _columns(dict.fromkeys(sources)))},
        {_unique("l", "here", _local(dict.fromkeys(fields)), ", min(s.id) AS id")}
        SELECT (SELECT count(*) FROM here), count(DISTINCT l.id)
        FROM unnest(%(fields)s::text[], %(sources)s::text[]) AS pair (field, source)
        JOIN l ON l.place = pair.field
        JOIN c ON c.place = pair.source AND c.value = l.value
        WHERE c.name = l.name OR c.birth = '' OR l.birth = '' OR c.birth = l.birth
    """
    named = {
        "fields": [name for name, _ in pairs],
        "sources": [source for _, source in pairs],
    }
    ((unlinked, reached),) = _rows(sql, connection, data_type, **named)
    return Reach(unlinked, reached)


Pairs = Mapping[str, str]


def _columns(sources: Iterable[str]) -> Pairs:
    return {source: f"s.{KEY_COLUMNS[source]}" for source in sources}


def _local(fields: Iterable[str]) -> Pairs:
    return {name: f"lower(s.{name})" for name in fields}


def _unique(name: str, side: str, columns: Pairs, more: str = "") -> str:
    return _UNIQUE.format(name=name, side=side, pairs=_listed(columns), more=more)


def _values(side: str, columns: Pairs) -> str:
    return (
        f"SELECT k.place, count(*) AS people FROM {side} s"
        f" CROSS JOIN LATERAL (VALUES {_listed(columns)}) AS k (place, value)"
        " WHERE k.value <> '' GROUP BY k.place"
    )


def _listed(columns: Pairs) -> str:
    return ", ".join(f"('{place}', {column})" for place, column in columns.items())


def _rows(
    sql: str, connection: Connection, data_type: DataType, **more: list[str]
) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "connection": connection.pk,
                "district": connection.district_id,
                "roles": [str(role) for role in ROLES_OF_TYPE[data_type]],
                "types": [str(data_type)],
                **more,
            },
        )
        return list(cursor.fetchall())
