"""Whom a run must look at, read in batches: everybody else is settled (engine.md 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection as database

from core.vocabulary import DataType, PersonKind
from imports.frame import Frame
from imports.models import Settled

BATCH = 4000
LISTED_AT_MOST = 50_000
PLAIN = (
    "legacy_id", "sis_id", "student_number", "teacher_number", "staff_id", "state_id", "barcode",
    "community_id", "first_name", "middle_name", "last_name", "sex", "address", "city", "state",
    "postal_code", "email", "grade", "username", "class_year", "title", "department",
    "preferred_first_name", "home_language",
)  # fmt: skip
NAMES = (
    "id", "revision", "kind", "school_id", "status", "status_before", "roles", "clever_id",
    "protected", "unsettled", *PLAIN, "birth_date", "weighted_gpa", "unweighted_gpa",
    "additional_sites",
)  # fmt: skip
_SITES = (
    "ARRAY(SELECT s.school_id FROM schools_personsite s"
    " WHERE s.person_id = p.id ORDER BY s.school_id)"
)
PERSON_SQL = ", ".join(
    [
        *(f"p.{name}" for name in NAMES[:-4]),
        "p.birth_date::text",
        "p.weighted_gpa::text",
        "p.unweighted_gpa::text",
        _SITES,
    ]
)


@dataclass(slots=True)
class Seen:
    """One living person of the mirror, with the record linked to it, if there is one."""

    clever_id: str
    payload: dict[str, Any]
    roles: list[str]
    content_hash: bytes
    broken: bool
    person: dict[str, Any] | None


@dataclass(slots=True)
class Missing:
    """A linked record whose person is not shared any more; `confirmed` once it is concluded."""

    person: dict[str, Any]
    roles: list[str]
    school: str | None
    confirmed: bool


def person_of(row: tuple[Any, ...]) -> dict[str, Any] | None:
    """A record from the columns of PERSON_SQL; None if the join found nobody."""
    return None if row[0] is None else dict(zip(NAMES, row, strict=True))


def living(frame: Frame, kind: PersonKind) -> Iterator[list[Seen]]:
    """The living people of a kind whom this run must look at, in batches by Clever ID."""
    wanted = None if frame.run.full else _wanted(frame, kind)
    if wanted is None:
        last = ""
        while batch := _read(frame, kind, "AND m.clever_id > %s", [last]):
            last = batch[-1].clever_id
            yield batch
        return
    for start in range(0, len(wanted), BATCH):
        yield _read(frame, kind, "AND m.clever_id = ANY(%s)", [wanted[start : start + BATCH]])


def one(frame: Frame, kind: PersonKind, clever_id: str) -> Seen | None:
    """One living person of a kind, whether settled or not; None if there is no such person."""
    found = _read(frame, kind, "AND m.clever_id = %s", [clever_id])
    return found[0] if found else None


def _read(frame: Frame, kind: PersonKind, which: str, parameters: list[Any]) -> list[Seen]:
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT m.clever_id, m.payload::text, m.roles, m.content_hash, m.broken, {PERSON_SQL}
            FROM clever_sync_mirrorobject m
            LEFT JOIN schools_person p ON p.district_id = %s AND p.clever_id = m.clever_id
                AND p.archived_at IS NULL
            WHERE m.connection_id = %s AND m.type = 'user' AND m.gone_in_id IS NULL
                AND m.absent_in_id IS NULL AND m.roles && %s::varchar[] {which}
            ORDER BY m.clever_id LIMIT {BATCH}
            """,
            [frame.district.pk, frame.connection.pk, frame.roles_of(kind), *parameters],
        )
        decode = msgspec.json.decode
        return [
            Seen(row[0], decode(row[1]), row[2], bytes(row[3]), row[4], person_of(row[5:]))
            for row in cursor.fetchall()
        ]


def _wanted(frame: Frame, kind: PersonKind) -> list[str] | None:
    """The Clever IDs to look at, in order; None when everybody must be looked at.

    Everybody: the first run, new settings, or so many changes that a list would be large. Whoever
    was unlinked or merged here (C15) is few, and may be without a record now.
    """
    settled = {
        DataType(row.data_type): row
        for row in Settled.objects.filter(district=frame.district, data_type__in=frame.types)
    }
    marks = [settled.get(t) for t in frame.types_of(kind)]
    for data_type, mark in zip(frame.types_of(kind), marks, strict=True):
        if mark is None or bytes(mark.settings_key) != frame.settings_key(data_type):
            return None
    pulls = [mark.pull for mark in marks if mark is not None]
    runs = [mark.run_id for mark in marks if mark is not None and mark.run_id is not None]
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT clever_id FROM clever_sync_mirrorobject
                WHERE connection_id = %s AND changed_in_id > %s AND type = 'user'
            UNION SELECT clever_id FROM schools_person
                WHERE district_id = %s AND unsettled AND clever_id IS NOT NULL
            UNION SELECT m.clever_id FROM schools_person p
                JOIN clever_sync_mirrorobject m ON m.connection_id = %s AND m.type = 'user'
                    AND m.clever_id = p.former_clever_id
                WHERE p.district_id = %s AND p.former_clever_id IS NOT NULL
                    AND p.archived_at IS NOT NULL
                    AND m.gone_in_id IS NULL AND m.absent_in_id IS NULL
            UNION SELECT clever_id FROM imports_identitychange
                WHERE district_id = %s AND clever_id IS NOT NULL
            UNION SELECT clever_id FROM imports_look WHERE run_id = ANY(%s) AND pending
            UNION SELECT clever_id FROM imports_plannedchange
                WHERE run_id = ANY(%s) AND exception IS NOT NULL AND clever_id IS NOT NULL
            UNION SELECT clever_id FROM imports_plannedchange
                WHERE run_id = ANY(%s) AND action IN ('conflict', 'reject')
            LIMIT %s
            """,
            [
                frame.connection.pk,
                min(pulls),
                frame.district.pk,
                frame.connection.pk,
                frame.district.pk,
                frame.district.pk,
                runs,
                runs,
                runs,
                LISTED_AT_MOST + 1,
            ],
        )
        found = sorted(row[0] for row in cursor.fetchall())
    return None if len(found) > LISTED_AT_MOST else found


def missing(frame: Frame, kind: PersonKind) -> Iterator[list[Missing]]:
    """Linked records whose person is absent or gone, still here, in batches.

    Nobody, when the pull may not remove (Clever paused or in error, engine.md 2, point 8).
    """
    last = ""
    while not frame.pull.adds_only:
        with database.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT m.roles, m.school, m.gone_in_id IS NOT NULL, {PERSON_SQL}
                FROM clever_sync_mirrorobject m
                JOIN schools_person p ON p.district_id = %s AND p.clever_id = m.clever_id
                    AND p.archived_at IS NULL AND p.status IN (1, 2, 3) AND NOT p.protected
                WHERE m.connection_id = %s
                    AND (m.gone_in_id IS NOT NULL OR m.absent_in_id IS NOT NULL)
                    AND m.type = 'user' AND m.roles && %s::varchar[] AND m.clever_id > %s
                ORDER BY m.clever_id LIMIT {BATCH}
                """,
                [frame.district.pk, frame.connection.pk, frame.roles_of(kind), last],
            )
            rows = cursor.fetchall()
        batch = [Missing(person_of(row[3:]) or {}, row[0], row[1], row[2]) for row in rows]
        if not batch:
            return
        last = batch[-1].person["clever_id"]
        yield batch
