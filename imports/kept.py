"""Locked fields for which Clever says otherwise (H12): counted in every run, with a list.

Quiet people have no row in the plan, so the locks themselves are gone through: the cost follows
the number of locks. A LIVE run notes beside each lock what it kept out, for the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection as database

from core.problems import Finding
from core.vocabulary import PersonKind
from imports.frame import Frame
from imports.looking import PERSON_SQL, person_of
from imports.planner import locked_out
from imports.tally import Tally
from mappings.engine import Mapper
from mappings.spec import Mapped, Place
from schools import keeping

CODE = "kept_by_lock"
BATCH = 2000
_LOCKS = f"""
    SELECT l.id, l.field, l.until IS NULL OR l.until > %s, m.payload::text, m.roles, {PERSON_SQL}
    FROM schools_fieldlock l
    JOIN schools_person p ON p.id = l.person_id AND p.kind = %s AND p.archived_at IS NULL
        AND p.roles && %s::varchar[]
    LEFT JOIN clever_sync_mirrorobject m ON m.connection_id = %s AND m.type = 'user'
        AND m.clever_id = p.clever_id AND m.gone_in_id IS NULL AND m.absent_in_id IS NULL
        AND NOT m.broken AND m.roles && %s::varchar[]
    WHERE l.district_id = %s AND l.id > %s
    ORDER BY l.id LIMIT {BATCH}
"""


@dataclass(frozen=True)
class Lock:
    """A lock with its person, and what Clever shares of that person, if it does."""

    id: int
    field: str
    locks: bool
    person: dict[str, Any]
    mapped: Mapped | None

    @property
    def said(self) -> Any:
        """What Clever says instead; None where it says the same, or nothing."""
        if not self.locks or self.mapped is None:
            return None
        return locked_out(self.person, self.mapped, [self.field]).get(self.field)


def note(frame: Frame, tally: Tally) -> None:
    """Counts the people of the run's types of whom a lock keeps something from Clever."""
    for kind in frame.kinds:
        for batch in _batches(frame, kind):
            said = {lock.id: lock.said for lock in batch}
            for lock in batch:
                if said[lock.id] is not None and lock.mapped is not None:
                    finding = Finding(CODE, lock.field)
                    tally.note(lock.mapped.data_type, lock.person["clever_id"], finding)
            if frame.live:
                keeping.note_kept(said)


def _batches(frame: Frame, kind: PersonKind) -> Iterator[list[Lock]]:
    types = [str(data_type) for data_type in frame.types_of(kind)]
    fixed: list[Any] = [frame.now, str(kind), types, frame.connection.pk, frame.roles_of(kind)]
    mapper, last = frame.mappers[kind], 0
    while True:
        with database.cursor() as cursor:
            cursor.execute(_LOCKS, [*fixed, frame.district.pk, last])
            batch = [_lock(row, mapper) for row in cursor.fetchall()]
        if not batch:
            return
        last = batch[-1].id
        yield batch


def _lock(row: tuple[Any, ...], mapper: Mapper) -> Lock:
    number, field, locks, payload, roles, *columns = row
    mapped = mapper.map(msgspec.json.decode(payload), roles) if payload else None
    if mapped is not None and (mapped.reject or mapped.place is not Place.IN_SCOPE):
        mapped = None
    return Lock(number, field, locks, person_of(tuple(columns)) or {}, mapped)
