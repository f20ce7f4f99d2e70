"""The mirror: what Clever shares, minimised, and the one way in which it is written.

A page is compared with the mirror by the hash of each raw record; only what differs is decoded,
and only what changed in content moves anybody else to look again (engine.md 2.3, speed.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Protocol

import msgspec
from django.db import connection

from clever_sync import copying
from clever_sync.reader import LONGEST, Record
from clever_sync.seals import break_seals
from clever_sync.sources import Payload
from clever_sync.wire import HASH_SIZE, Page, digest
from core.problems import Finding
from core.text import key
from core.vocabulary import CleverRole

SCHOOL, USER = "school", "user"
EMPLOYEES = "'{teacher,staff,district_admin}'::varchar[]"
# Of so few rows PostgreSQL's own guess is good enough.
FEW = 100
_TABLE = "clever_sync_mirrorobject"
_COLUMNS = (
    "clever_id, payload, raw_hash, content_hash, roles, school, key_sis_id, key_number,"
    " key_staff_id, key_state_id, key_email, broken"
)
# Scalars only, and no content: this is read for everybody, every night.
_READ = (
    "SELECT clever_id, raw_hash, held AND absent_in_id IS NULL AND gone_in_id IS NULL,"
    " held AND gone_in_id IS NULL"
    f" FROM (SELECT *, %s = '' OR %s = ANY(roles) AS held FROM {_TABLE}) m"
    " WHERE connection_id = %s AND type = %s"
)
_encode = msgspec.json.Encoder().encode


class Reads(Protocol):
    """A reader of records: of users or of schools."""

    salt: bytes

    def read(self, raw: bytes | msgspec.Raw, clever_id: str) -> Record:
        """The record, minimised and cleaned."""


@dataclass
class Taken:
    """What became of a page. `exact`: the mirror's range now holds the page's people, no others."""

    created: int = 0
    changed: int = 0
    missing: list[str] = field(default_factory=list)
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    exact: bool = False


@dataclass(frozen=True)
class Span:
    """A part of a list: from beyond `after` as far as `last`, None for all that follows."""

    connection_id: int
    type: str
    role: str
    after: str
    last: str | None
    pull_id: int | None = None


# The hash; there in the role of the span, and not missing so far; there in it, perhaps missing.
Row = tuple[bytes, bool, bool]
Written = tuple[Record, bytes]


def take_page(span: Span, page: Page, reader: Reads) -> Taken:
    """Brings the mirror up to a page; says who of the mirror's range is missing on it.

    A page that equals the mirror writes nothing. Runs in the caller's transaction.
    """
    known = _read_span(span)
    _look_up_others(span, page, known)
    taken = Taken()
    created, changed = _differing(span, page, reader, known, taken)
    if created:
        _insert(span, created)
    if changed:
        _update(span, changed)
    taken.created, taken.changed = len(created), len(changed)
    on_page = set(page.ids)
    taken.missing = [
        clever_id for clever_id, row in known.items() if row[2] and clever_id not in on_page
    ]
    taken.exact = not taken.missing and not page.without_id and len(on_page) == len(page.ids)
    return taken


def missing_after(span: Span) -> list[str]:
    """Who of the mirror stands in a part of a list where Clever has nobody."""
    return [clever_id for clever_id, row in _read_span(span).items() if row[2]]


def _read_span(span: Span) -> dict[str, Row]:
    sql = f"{_READ} AND clever_id > %s"
    values: list[Any] = [span.role, span.role, span.connection_id, span.type, span.after]
    if span.last is not None:
        sql += " AND clever_id <= %s"
        values.append(span.last)
    if span.role and span.role != CleverRole.STUDENT:
        # Few among many: their own index (mirror_employees) finds them.
        sql += f" AND roles && {EMPLOYEES} AND %s = ANY(roles)"
        values.append(span.role)
    return _rows(sql, values)


def _look_up_others(span: Span, page: Page, known: dict[str, Row]) -> None:
    """Adds those of the page who stand in the mirror outside what the span reads."""
    if span.role in ("", CleverRole.STUDENT) and page.is_ascending(span.after):
        return
    others = [clever_id for clever_id in page.ids if clever_id not in known]
    if others:
        sql = f"{_READ} AND clever_id = ANY(%s)"
        known.update(_rows(sql, [span.role, span.role, span.connection_id, span.type, others]))


def _rows(sql: str, values: list[Any]) -> dict[str, Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {row[0]: (bytes(row[1]), row[2], row[3]) for row in cursor.fetchall()}


def _differing(
    span: Span, page: Page, reader: Reads, known: dict[str, Row], taken: Taken
) -> tuple[list[Written], list[Written]]:
    """The records to insert and to update: read, and with the roles that they hold."""
    salt = reader.salt
    different: dict[str, tuple[bytes | msgspec.Raw, bytes]] = {}
    for clever_id, raw in zip(page.ids, page.raws, strict=True):
        raw_hash = digest(raw, salt)
        row = known.get(clever_id)
        if row is None or row[0] != raw_hash or not row[1]:
            different[clever_id] = (raw, raw_hash)
    held = _roles_held(span, [clever_id for clever_id in different if clever_id in known])
    created: list[Written] = []
    changed: list[Written] = []
    for clever_id, (raw, raw_hash) in different.items():
        record = reader.read(raw, clever_id)
        before = known.get(clever_id)
        if before is None:
            record.roles = _roles(record, span.role, [])
            created.append((record, raw_hash))
        else:
            keeps = record.broken or before[0] == raw_hash
            record.roles = _roles(record, span.role, held[clever_id] if keeps else [])
            changed.append((record, raw_hash))
        if record.findings:
            taken.findings += [(clever_id, finding) for finding in record.findings]
    shared = [r.clever_id for r, _ in changed if len({*r.roles, *held[r.clever_id]}) > 1]
    break_seals(span.connection_id, shared, but=span.role)
    return created, changed


def _roles_held(span: Span, clever_ids: list[str]) -> dict[str, list[str]]:
    if not clever_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT clever_id, roles FROM {_TABLE}"
            " WHERE connection_id = %s AND type = %s AND clever_id = ANY(%s)",
            [span.connection_id, span.type, clever_ids],
        )
        return dict(cursor.fetchall())


def _roles(record: Record, listed: str, kept: list[str]) -> list[str]:
    """The roles held: as the record says, and the one in whose list it stands.

    A broken record takes no role away, nor does one that came unchanged in another list: their
    roles are `kept`.
    """
    if not kept and (not listed or record.roles == [listed]):
        return record.roles
    held = {*record.roles, *kept, *([listed] if listed else [])}
    return [each for each in CleverRole if each in held]


def _line(record: Record, raw_hash: bytes) -> str:
    payload = record.payload
    get = payload.get
    json = _encode(payload)
    content_hash = blake2b(json, digest_size=HASH_SIZE).hexdigest()
    document = json.decode()
    if "\\" in document:
        document = document.replace("\\", "\\\\")
    email = get("email")
    return (
        f"{record.clever_id}\t{document}\t\\\\x{raw_hash.hex()}\t\\\\x{content_hash}"
        f"\t{{{','.join(record.roles)}}}\t{_primary_school(payload)}"
        f"\t{_key(get('student.sis_id') or get('teacher.sis_id'))}"
        f"\t{_key(get('student.student_number') or get('teacher.teacher_number'))}"
        f"\t{_key(get('staff.staff_id'))}"
        f"\t{_key(get('student.state_id') or get('teacher.state_id'))}"
        f"\t{_key(email if email and '@' in email else None)}"
        f"\t{'t' if record.broken else 'f'}\n"
    )


def _key(value: str | list[str] | None) -> str:
    if not value or not isinstance(value, str):
        return copying.NULL
    if value.isascii() and "\\" not in value:
        return value.lower()
    folded = key(value)
    # To fold the case may make a text three times as long; nobody here has such a number.
    return copying.text(folded) if len(folded) <= LONGEST else copying.NULL


def _primary_school(payload: Payload) -> str:
    found = payload.get("student.school") or payload.get("teacher.school")
    if not found:
        schools = payload.get("staff.schools")
        found = schools[0] if schools else None
    return copying.text(found) if isinstance(found, str) and len(found) <= 24 else copying.NULL


def _lines(written: Iterable[Written]) -> Iterator[str]:
    return (_line(record, raw_hash) for record, raw_hash in written)


def _insert(span: Span, created: list[Written]) -> None:
    pull = copying.NULL if span.pull_id is None else span.pull_id
    prefix = f"{span.connection_id}\t{span.type}\t{pull}\t"
    copying.copy(
        _TABLE,
        f"connection_id, type, changed_in_id, {_COLUMNS}",
        (prefix + line for line in _lines(created)),
        len(created),
    )


_UPDATE = f"""
    UPDATE {_TABLE} m SET
        payload = n.payload, raw_hash = n.raw_hash, content_hash = n.content_hash,
        roles = n.roles, school = n.school, key_sis_id = n.key_sis_id, key_number = n.key_number,
        key_staff_id = n.key_staff_id, key_state_id = n.key_state_id, key_email = n.key_email,
        broken = n.broken, absent_in_id = NULL, gone_in_id = NULL,
        changed_in_id = CASE
            WHEN m.content_hash = n.content_hash AND m.roles = n.roles AND m.broken = n.broken
                AND m.absent_in_id IS NULL AND m.gone_in_id IS NULL
            THEN m.changed_in_id ELSE coalesce(%s, m.changed_in_id) END
    FROM pull_changes n
    WHERE m.connection_id = %s AND m.type = %s AND m.clever_id = n.clever_id
        AND m.clever_id BETWEEN %s AND %s
"""


def _update(span: Span, changed: list[Written]) -> None:
    with connection.cursor() as cursor:
        # Made once for a connection and emptied by each commit: a table for each page costs more
        # than the rows that it is for.
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS pull_changes ON COMMIT DELETE ROWS AS"
            f" SELECT {_COLUMNS} FROM {_TABLE} WHERE false"
        )
        copying.copy("pull_changes", _COLUMNS, _lines(changed), len(changed))
        # Statistics and bounds, so that no plan ever reads the whole mirror for one page.
        if len(changed) > FEW:
            cursor.execute("ANALYZE pull_changes")
        ids = [record.clever_id for record, _ in changed]
        cursor.execute(_UPDATE, [span.pull_id, span.connection_id, span.type, min(ids), max(ids)])
        # More than one page may be taken in a transaction.
        cursor.execute("DELETE FROM pull_changes")


def take_one(span: Span, raw: bytes, reader: Reads) -> None:
    """Brings one person of the mirror, `span.last`, up to Clever's own answer about it."""
    assert span.last is not None
    take_answers(span, {span.last: reader.read(raw, span.last)}, {span.last: raw}, reader.salt)


def take_answers(
    span: Span, records: Mapping[str, Record], raws: Mapping[str, bytes], salt: bytes
) -> None:
    """Brings people of the mirror up to Clever's own answers about them, each under its id.

    Their roles are what the record says; a broken record takes none away. Runs in the caller's
    transaction.
    """
    held = _roles_held(span, list(records))
    created: list[Written] = []
    changed: list[Written] = []
    for clever_id, record in records.items():
        if record.broken:
            record.roles = _roles(record, "", held.get(clever_id, []))
        known = changed if clever_id in held else created
        known.append((record, digest(raws[clever_id], salt)))
    if created:
        _insert(span, created)
    if changed:
        _update(span, changed)
    break_seals(span.connection_id, list(records))
