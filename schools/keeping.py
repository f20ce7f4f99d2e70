"""What people keep from a sync: locked fields (C11) and protected people (C12), one or many.

A neighbour of schools/writer.py. Every act is a handful of statements, whatever their number. It
raises the revision and unsettles whom it touches, so that no plan made before is applied to them
and the next sync looks again; and it leaves a line in their history.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db import transaction

from core.problems import ConsoleError
from schools.models import District, FieldLock
from schools.targets import TARGETS

LOCKABLE = frozenset(TARGETS) - {"clever_id", "status"}
LOCK, UNLOCK, EXTEND, ENDED = "lock", "unlock", "extend", "lock_ended"
PROTECT, UNPROTECT = "protect", "unprotect"
_HERE = """
    SELECT id FROM schools_person
    WHERE district_id = %(district)s AND id = ANY(%(people)s) AND archived_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
"""
_LOCK = """
    INSERT INTO schools_fieldlock AS l (district_id, person_id, field, reason, locked_by, until)
    SELECT %(district)s, p.id, %(field)s, %(reason)s, %(by)s, %(until)s
    FROM schools_person p WHERE p.id = ANY(%(people)s) AND p.roles && %(types)s::varchar[]
    ON CONFLICT (person_id, field) DO UPDATE SET reason = excluded.reason, until = excluded.until,
        locked_by = excluded.locked_by, locked_at = now(), ended_at = NULL
    RETURNING l.person_id
"""
_UNLOCK = """
    DELETE FROM schools_fieldlock WHERE district_id = %(district)s AND id = ANY(%(locks)s)
    RETURNING person_id, field, ended_at
"""
_EXTEND = """
    UPDATE schools_fieldlock SET until = %(until)s, ended_at = NULL
    WHERE district_id = %(district)s AND id = ANY(%(locks)s)
        AND until IS DISTINCT FROM %(until)s
    RETURNING person_id, field
"""
_END = """
    UPDATE schools_fieldlock SET ended_at = until
    WHERE district_id = %(district)s AND until <= %(now)s AND ended_at IS NULL
    RETURNING person_id, field
"""
_PROTECT = """
    INSERT INTO schools_protection AS o (district_id, person_id, reason, protected_by)
    SELECT %(district)s, p.id, %(reason)s, %(by)s FROM schools_person p
    WHERE p.id = ANY(%(people)s)
    ON CONFLICT (person_id) DO UPDATE SET reason = excluded.reason,
        protected_by = excluded.protected_by, protected_at = now()
"""
_MARK = "UPDATE schools_person SET protected = %s WHERE id = ANY(%s)"
_TOUCH = """
    UPDATE schools_person SET revision = revision + 1, unsettled = true, changed_at = now()
    WHERE id = ANY(%s)
"""
_KEEP_LINE = """
    INSERT INTO schools_localedit (district_id, person_id, cause, edited_by, before, after)
    SELECT %s, line.person, %s, %s, '{}', line.after::jsonb
    FROM unnest(%s::bigint[], %s::text[]) AS line (person, after)
"""
_NOTE = """
    UPDATE schools_fieldlock l SET kept_from = seen.value::jsonb
    FROM unnest(%s::bigint[], %s::text[]) AS seen (id, value)
    WHERE l.id = seen.id AND l.kept_from IS DISTINCT FROM seen.value::jsonb
"""
Fields = dict[int, list[str]]


@transaction.atomic
def lock(
    *,
    district: District,
    person_ids: Collection[int],
    fields: Collection[str],
    by: str,
    reason: str,
    until: datetime | None = None,
) -> int:
    """No sync writes these fields of these people until the locks go; returns how many locks.

    A field that is locked already gets the new reason and end. Whoever has no such field, and
    whoever is not here any more, is left aside. Raises ConsoleError for what cannot be locked and
    without a reason.
    """
    _check_reason(reason)
    for field in fields:
        if field not in LOCKABLE:
            raise ConsoleError(f"{field} cannot be locked.")
    locked: Fields = {}
    people = _here(district, person_ids)
    for field in fields:
        names: dict[str, Any] = {
            "district": district.pk, "people": people, "field": field, "reason": reason,
            "by": by, "until": until, "types": [str(t) for t in TARGETS[field].types],
        }  # fmt: skip
        for (person,) in _rows(_LOCK, names):
            locked.setdefault(person, []).append(field)
    _told(district, LOCK, by, locked, reason=reason, until=until)
    return sum(map(len, locked.values()))


@transaction.atomic
def unlock(*, district: District, lock_ids: Collection[int], by: str, reason: str = "") -> int:
    """The next sync may write these fields again; returns how many locks went.

    One that is over already goes without a line: it kept nothing any more.
    """
    people = _people_of(district, lock_ids)
    _here(district, people)
    gone = _rows(_UNLOCK, {"district": district.pk, "locks": list(lock_ids)})
    _told(district, UNLOCK, by, _by_person((p, f) for p, f, ended in gone if ended is None),
          reason=reason)  # fmt: skip
    return len(gone)


@transaction.atomic
def extend(
    *, district: District, lock_ids: Collection[int], until: datetime | None, by: str
) -> int:
    """Gives these locks another end, None for none; returns how many had another one.

    One that is over locks again.
    """
    _here(district, _people_of(district, lock_ids))
    rows = _rows(_EXTEND, {"district": district.pk, "locks": list(lock_ids), "until": until})
    _told(district, EXTEND, by, _by_person(rows), until=until)
    return len(rows)


@transaction.atomic
def end_expired(*, district: District, now: datetime) -> int:
    """Ends the locks whose time is over, so that the run that begins looks at their people."""
    rows = _rows(_END, {"district": district.pk, "now": now})
    _told(district, ENDED, "", _by_person(rows))
    return len(rows)


@transaction.atomic
def protect(*, district: District, person_ids: Collection[int], by: str, reason: str) -> int:
    """These people are never marked as leavers by a sync; returns how many there are (C12).

    Raises ConsoleError without a reason.
    """
    _check_reason(reason)
    people = _here(district, person_ids)
    names: dict[str, Any] = {"district": district.pk, "people": people, "by": by, "reason": reason}
    with database.cursor() as cursor:
        cursor.execute(_PROTECT, names)
        cursor.execute(_MARK, [True, people])
    _told(district, PROTECT, by, {pk: [] for pk in people}, reason=reason)
    return len(people)


@transaction.atomic
def unprotect(*, district: District, person_ids: Collection[int], by: str) -> int:
    """A sync may mark these people as leavers again; returns how many were protected."""
    found = _rows(
        "SELECT id FROM schools_person WHERE district_id = %(district)s AND protected"
        " AND id = ANY(%(people)s) ORDER BY id FOR NO KEY UPDATE",
        {"district": district.pk, "people": list(person_ids)},
    )
    people = [pk for (pk,) in found]
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM schools_protection WHERE person_id = ANY(%s)", [people])
        cursor.execute(_MARK, [False, people])
    _told(district, UNPROTECT, by, {pk: [] for pk in people})
    return len(people)


def note_kept(values: Mapping[int, Any]) -> None:
    """Notes for each lock what the sync would have written; None where it says the same."""
    texts = [None if value is None else json.dumps(value) for value in values.values()]
    with database.cursor() as cursor:
        cursor.execute(_NOTE, [list(values), texts])


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ConsoleError("Say why, so that whoever comes after you knows; write a reason.")


def _people_of(district: District, lock_ids: Collection[int]) -> list[int]:
    locks = FieldLock.objects.filter(district=district, pk__in=list(lock_ids))
    return list(locks.values_list("person", flat=True))


def _here(district: District, people: Collection[int]) -> list[int]:
    """The living ones of these, locked in one order, so that no two acts wait for each other."""
    found = _rows(_HERE, {"district": district.pk, "people": list(people)})
    return [pk for (pk,) in found]


def _rows(statement: str, names: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement, names)
        return list(cursor.fetchall())


def _by_person(rows: Any) -> Fields:
    fields: Fields = {}
    for person, field in rows:
        fields.setdefault(person, []).append(field)
    return fields


def _told(
    district: District,
    cause: str,
    by: str,
    fields: Fields,
    *,
    reason: str = "",
    until: datetime | None = None,
) -> None:
    """A line for each of the people in their history, and their marks for the next sync."""
    more: dict[str, Any] = {"reason": reason} if reason else {}
    if until is not None:
        more["until"] = until.isoformat()
    lines = [
        json.dumps({**({"locked": sorted(names)} if names else {}), **more})
        for names in fields.values()
    ]
    with database.cursor() as cursor:
        cursor.execute(_KEEP_LINE, [district.pk, cause, by, list(fields), lines])
        cursor.execute(_TOUCH, [list(fields)])
