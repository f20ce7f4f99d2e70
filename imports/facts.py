"""The facts a match is judged by: who carries a key, who looks alike (engine.md 4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database

from clever_sync.sources import KEY_COLUMNS
from core.text import key
from core.vocabulary import PersonKind
from imports.frame import Frame
from imports.looking import Seen
from imports.matcher import Candidate, Newcomer
from mappings.engine import Mapper
from mappings.spec import Mapped
from mappings.transforms import usable_email

LEGACY = ("student.legacy_id", "teacher.legacy_id", "staff.legacy_id", "district_admin.legacy_id")
MANY = 1000
KEYS = (
    "legacy_id", "sis_id", "student_number", "teacher_number", "staff_id", "community_id",
    "barcode", "email",
)  # fmt: skip
_CANDIDATE_SQL = """
    SELECT p.id, p.revision, p.clever_id, p.legacy_id, p.sis_id, p.student_number,
        p.teacher_number, p.staff_id, p.community_id, p.barcode, p.email, p.last_name,
        p.first_name, p.birth_date::text, p.grade, p.school_id, p.status,
        m.id IS NOT NULL AND m.gone_in_id IS NULL AND m.absent_in_id IS NULL
    FROM schools_person p
    LEFT JOIN clever_sync_mirrorobject m ON m.connection_id = %s AND m.type = 'user'
        AND m.clever_id = p.clever_id
    WHERE p.district_id = %s AND p.kind = %s AND p.archived_at IS NULL
"""
# A free record that a namesake in Clever owns by a number is as good as linked: it is nobody
# else's likeness. Else the question would be gone by itself at the next run, and the newcomer
# created unasked.
_SPOKEN_FOR = """
    AND NOT EXISTS (
        SELECT 1 FROM clever_sync_mirrorobject o
        WHERE o.connection_id = %s AND o.type = 'user' AND o.{column} = lower(p.{name})
            AND o.gone_in_id IS NULL AND o.absent_in_id IS NULL AND o.roles && %s::varchar[]
            AND lower(o.payload->>'name.last') = lower(p.last_name)
            AND lower(o.payload->>'name.first') = lower(p.first_name))
"""
NUMBERS = ("sis_id", "student_number", "teacher_number", "staff_id")


@dataclass
class Facts:
    """What is known about a batch of newcomers."""

    by_key: dict[tuple[str, str], list[Candidate]] = field(default_factory=dict)
    crowded: set[tuple[str, str]] = field(default_factory=set)
    lookalikes: dict[str, list[Candidate]] = field(default_factory=dict)

    def candidates(self, newcomer: Newcomer) -> dict[str, list[Candidate]]:
        """The local records that each key of a newcomer points to."""
        found = ((name, self.by_key.get((name, value))) for name, value in newcomer.keys.items())
        return {name: people for name, people in found if people}

    def crowded_keys(self, newcomer: Newcomer) -> frozenset[str]:
        """The keys of a newcomer whose value several living people of Clever share."""
        return frozenset(n for n, value in newcomer.keys.items() if (n, value) in self.crowded)


def newcomer_of(seen: Seen, mapped: Mapped, mapper: Mapper, kind: PersonKind) -> Newcomer:
    """The matcher's view of somebody who is not linked yet. Blank values are no keys (B20)."""
    values = mapped.values
    keys: dict[str, str] = {}
    legacy = next((seen.payload[name] for name in LEGACY if name in seen.payload), None)
    if legacy:
        keys["legacy_id"] = key(legacy)
    for name, column in mapper.key_fields(seen.roles):
        value = values.get(column)
        if value not in (None, "") and (name != "email" or usable_email(str(value))):
            keys[name] = key(str(value))
    return Newcomer(
        clever_id=seen.clever_id,
        kind=kind,
        data_type=mapped.data_type,
        keys=keys,
        last_name=_text(values.get("last_name")),
        first_name=_text(values.get("first_name")),
        birth_date=_text(values.get("birth_date")) or None,
        grade=_text(values.get("grade")) or None,
        school=mapped.school,
        legacy_id=keys.get("legacy_id"),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def gather(
    frame: Frame,
    kind: PersonKind,
    newcomers: Sequence[Newcomer],
    sources: Mapping[str, str],
    decided: Mapping[str, int],
) -> Facts:
    """The facts about a batch.

    `sources` names the Clever source of each key in use; `decided` the record that a person
    chose for a Clever ID, which is looked at even if nothing else points to it.
    """
    facts = Facts()
    for name in KEYS:
        values = sorted({n.keys[name] for n in newcomers if name in n.keys})
        if values:
            _carriers(frame, kind, name, values, facts)
            _crowded(frame, kind, name, values, sources.get(name, ""), facts)
    _lookalikes(frame, kind, newcomers, sources, facts)
    _chosen(frame, kind, decided, facts)
    return facts


def _carriers(frame: Frame, kind: PersonKind, name: str, values: list[str], facts: Facts) -> None:
    for candidate in _people(frame, kind, f"AND lower(p.{name}) = ANY(%s)", [_variants(values)]):
        facts.by_key.setdefault((name, candidate.keys[name]), []).append(candidate)


def _variants(values: list[str]) -> list[str]:
    """Keys as `lower()` may write them: where the database folds letters otherwise than we do."""
    return [*values, *(v.upper() for v in values if not v.isascii())]


def _crowded(
    frame: Frame, kind: PersonKind, name: str, values: list[str], source: str, facts: Facts
) -> None:
    column = KEY_COLUMNS.get(source)
    if column is None:
        return
    if len(values) > MANY:
        # Whoever asks for so many will ask again with the next batch.
        place = (kind, column)
        if place not in frame.crowded:
            frame.crowded[place] = frozenset(_shared(frame, kind, column, None))
        shared = frame.crowded[place].intersection(values)
    else:
        shared = frozenset(_shared(frame, kind, column, values))
    facts.crowded.update((name, value) for value in shared)


def _shared(frame: Frame, kind: PersonKind, column: str, values: list[str] | None) -> Iterator[str]:
    """The values of a key that several living people of Clever share; all, or some of `values`."""
    which = "IS NOT NULL" if values is None else "= ANY(%s)"
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {column} FROM clever_sync_mirrorobject
            WHERE connection_id = %s AND roles && %s::varchar[] AND gone_in_id IS NULL
                AND type = 'user' AND {column} {which}
            GROUP BY {column} HAVING count(*) > 1
            """,
            [frame.connection.pk, _roles_of_kind(kind), *([] if values is None else [values])],
        )
        yield from (row[0] for row in cursor.fetchall())


def _roles_of_kind(kind: PersonKind) -> list[str]:
    if kind is PersonKind.STUDENT:
        return ["student"]
    return ["teacher", "staff", "district_admin"]


def _lookalikes(
    frame: Frame,
    kind: PersonKind,
    newcomers: Sequence[Newcomer],
    sources: Mapping[str, str],
    facts: Facts,
) -> None:
    """Records without a living link that share a birth date or a last name with a newcomer."""
    without_key = [n for n in newcomers if not facts.candidates(n)]
    if not without_key:
        return
    births = sorted({n.birth_date for n in without_key if n.birth_date})
    names = sorted({n.last_name.lower() for n in without_key if n.last_name})
    alike = "(p.birth_date = ANY(%s::date[]) OR lower(p.last_name) = ANY(%s))"
    free, owners = _unclaimed(frame, kind, sources)
    found = _people(
        frame, kind, f"AND p.clever_id IS NULL AND {alike} {free}", [births, names, *owners]
    )
    found += _people(
        frame,
        kind,
        f"AND (m.gone_in_id IS NOT NULL OR m.absent_in_id IS NOT NULL) AND {alike}",
        [births, names],
    )
    places = _places(found)
    for newcomer in without_key:
        people = {c.person_id: c for place in _looks_at(newcomer) for c in places.get(place, ())}
        if people:
            facts.lookalikes[newcomer.clever_id] = list(people.values())


def _unclaimed(
    frame: Frame, kind: PersonKind, sources: Mapping[str, str]
) -> tuple[str, list[object]]:
    """The condition that no namesake in Clever owns a record by one of the keys in use."""
    conditions, parameters = "", list[object]()
    for name in NUMBERS:
        column = KEY_COLUMNS.get(sources.get(name, ""))
        if column is not None:
            conditions += _SPOKEN_FOR.format(column=column, name=name)
            parameters += [frame.connection.pk, _roles_of_kind(kind)]
    return conditions, parameters


Where = tuple[str, ...]


def _places(people: Iterable[Candidate]) -> dict[Where, list[Candidate]]:
    """Records by what a newcomer may look for; see _looks_at."""
    places: dict[Where, list[Candidate]] = {}
    for candidate in people:
        last, birth = candidate.last_name.lower(), candidate.birth_date
        wheres: list[Where] = [("name", last), ("name and birth", last, _digits(birth))]
        if birth is not None:
            wheres.append(("birth", birth))
        for where in wheres:
            places.setdefault(where, []).append(candidate)
    return places


def _looks_at(newcomer: Newcomer) -> list[Where]:
    """Where somebody likely may stand.

    Of a namesake, only those whose birth date is the same, unknown, or the same digits in
    another order: with any other birth date nobody is likely (imports.likeness), and a large
    district has thousands of each common name.
    """
    last, birth = newcomer.last_name.lower(), newcomer.birth_date
    if birth is None:
        return [("name", last)]
    same_name: list[Where] = [("name and birth", last, digits) for digits in ("", _digits(birth))]
    return [("birth", birth), *same_name]


def _digits(birth_date: str | None) -> str:
    return "".join(sorted(birth_date or ""))


def _chosen(frame: Frame, kind: PersonKind, decided: Mapping[str, int], facts: Facts) -> None:
    if not decided:
        return
    people = _people(frame, kind, "AND p.id = ANY(%s)", [sorted(set(decided.values()))])
    by_id = {candidate.person_id: candidate for candidate in people}
    for clever_id, person_id in decided.items():
        if person_id in by_id:
            facts.lookalikes.setdefault(clever_id, []).append(by_id[person_id])


def _people(frame: Frame, kind: PersonKind, which: str, parameters: list[Any]) -> list[Candidate]:
    with database.cursor() as cursor:
        cursor.execute(
            _CANDIDATE_SQL + which,
            [frame.connection.pk, frame.district.pk, str(kind), *parameters],
        )
        return [_candidate(row) for row in cursor.fetchall()]


def _candidate(row: tuple[Any, ...]) -> Candidate:
    person_id, revision, clever_id = row[:3]
    link = "free" if clever_id is None else ("living" if row[17] else "gone")
    keys = {name: key(value) for name, value in zip(KEYS, row[3:11], strict=True) if value}
    return Candidate(
        person_id=person_id,
        revision=revision,
        clever_id=clever_id,
        link=link,
        keys=keys,
        last_name=row[11],
        first_name=row[12] or "",
        birth_date=row[13],
        grade=row[14],
        school=row[15],
        status=row[16],
    )
