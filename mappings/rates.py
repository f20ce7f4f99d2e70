"""The match-rate helper in the database: one statement over the mirror and the people here (C04).

What it counts is specified by mappings/pairing.py. It reads the mirror, so it knows what the last
reading of Clever knew; a district that has not been read yet has no rates.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection as database
from django.db import transaction

from clever_sync.models import Connection
from clever_sync.sources import KEY_COLUMNS
from core.vocabulary import ROLES_OF_TYPE, DataType
from mappings.pairing import FEWEST_PEOPLE, Cell, Rates, Reach
from schools.models import Person

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
# Plain letters need no unfolding, and most names have no others.
_FOLDED = """CASE WHEN octet_length({0}) = char_length({0})
            THEN translate(lower({0}), ' ''.-', '')
            ELSE regexp_replace(
                normalize(lower(coalesce({0}, '')), NFKD), '[\u0300-\u036f ''’.-]', '', 'g')
            END"""
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
# A value that several people of a side have says nothing about any of them. Both sides are
# brought together by grouping and not by a join: of relations made on the way PostgreSQL knows too
# little to choose a good one, and the wrong one takes minutes.
_UNIQUE = """SELECT '{side}' AS side, k.place, k.value, min(s.name) AS name,
            min(s.birth) AS birth, min({id}) AS id
        FROM {side} s CROSS JOIN LATERAL (VALUES {pairs}) AS k (place, value)
        WHERE k.value <> '' GROUP BY k.place, k.value HAVING count(*) = 1"""
_EVERY = ", ".join(
    f"array_agg({what}) FILTER (WHERE side = '{side}') AS {side}_{what}"
    for side in ("clever", "here")
    for what in ("place", "name", "birth", "id")
)
_MET = f"""met AS (
        SELECT {_EVERY} FROM ({{theirs}} UNION ALL {{ours}}) both_sides
        GROUP BY value HAVING bool_or(side = 'clever') AND bool_or(side = 'here'))"""
_PAIRS = """met, unnest(clever_place, clever_name, clever_birth) AS c (place, name, birth),
            unnest(here_place, here_name, here_birth, here_id) AS l (place, name, birth, id)"""


def rates(connection: Connection, data_type: DataType) -> Rates:
    """The table of one data type: every identifier of Clever beside every one here."""
    sources, fields = SOURCES[data_type], FIELDS[data_type]
    sql = f"""
        WITH {_CLEVER}, {_HERE.format(which="")},
        theirs AS ({_values("clever", _columns(sources))}),
        ours AS ({_values("here", _local(fields))}),
        {_met(sources, fields)}
        SELECT c.place, l.place, count(*), count(*) FILTER (WHERE c.name = l.name
            AND (c.birth = '' OR l.birth = '' OR c.birth = l.birth))
        FROM {_PAIRS} GROUP BY c.place, l.place
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

    Of fewer than twenty it is not looked at, and all of them count as recognised.
    As the matcher does: a key counts unless name and birth date both contradict (engine.md 4).
    """
    pairs = [(f, s) for f, s in mapped if s in KEY_COLUMNS and f in FIELDS[data_type]]
    unlinked = _unlinked(connection, data_type)
    if unlinked < FEWEST_PEOPLE:
        # So few say nothing, and after the first import there are no more.
        return Reach(unlinked, unlinked)
    # Without any pair nobody is reached.
    fields = dict.fromkeys(name for name, _ in pairs) or FIELDS[data_type][:1]
    sources = dict.fromkeys(source for _, source in pairs) or SOURCES[data_type][:1]
    sql = f"""
        WITH {_CLEVER}, {_HERE.format(which=" AND p.clever_id IS NULL")}, {_met(sources, fields)}
        SELECT count(DISTINCT l.id)
        FROM {_PAIRS}
        WHERE l.place || ' ' || c.place = ANY(%(pairs)s)
            AND (c.name = l.name OR c.birth = '' OR l.birth = '' OR c.birth = l.birth)
    """
    named = [f"{name} {source}" for name, source in pairs]
    ((reached,),) = _rows(sql, connection, data_type, pairs=named)
    return Reach(unlinked, reached)


def _unlinked(connection: Connection, data_type: DataType) -> int:
    return Person.objects.filter(
        district=connection.district_id, clever_id=None, archived_at=None, status__in=(1, 2, 3),
        roles__contains=[str(data_type)],
    ).count()  # fmt: skip


Pairs = Mapping[str, str]


def _columns(sources: Iterable[str]) -> Pairs:
    return {source: f"s.{KEY_COLUMNS[source]}" for source in sources}


def _local(fields: Iterable[str]) -> Pairs:
    return {name: f"lower(s.{name})" for name in fields}


def _met(sources: Iterable[str], fields: Iterable[str]) -> str:
    return _MET.format(
        theirs=_UNIQUE.format(side="clever", pairs=_listed(_columns(sources)), id="0"),
        ours=_UNIQUE.format(side="here", pairs=_listed(_local(fields)), id="s.id"),
    )


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
    with transaction.atomic(), database.cursor() as cursor:
        # Everybody of both sides is sorted once: in memory, and without compiling anything.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
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
