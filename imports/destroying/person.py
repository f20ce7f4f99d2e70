"""One person is erased: the record, and every value of it that stands elsewhere (C34).

The right to erasure. At once and in one transaction, for one person is few rows. What stays names
nobody: figures, and the audit, which holds numbers only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from clever_sync.keeping_out import keep_out as note_out
from clever_sync.models import Connection, MirrorObject
from clever_sync.seals import break_seals
from core.problems import ConsoleError
from core.vocabulary import DestructionKind, DestructionState
from imports.destroying.tally import certify
from imports.models import Destruction, IdentityChange
from imports.queries import active_run
from schools.models import District, Person, SourceExport
from schools.source_export import identifiers_in, without_people
from schools.writer import erase_people

RUN_ON = "A run is on, which may have read this person. Wait until it has ended."
OWNERS_WORD = "By {by}, an owner, with the person's last name and the password typed again."
NAMING = (
    *("sis_id", "student_number", "teacher_number", "staff_id", "state_id", "barcode"),
    *("community_id", "email", "username", "clever_id"),
)
_RUNS = "(SELECT id FROM imports_run WHERE district_id = %(district)s)"
_TIE = "(SELECT id FROM clever_sync_connection WHERE district_id = %(district)s)"
_PULLS = f"(SELECT id FROM clever_sync_pull WHERE connection_id IN {_TIE})"
_HERE = "district_id = %(district)s"
_EITHER = "(person_id = ANY(%(people)s) OR clever_id = ANY(%(clever)s))"
# By kind of data: (table, which rows). What is counted before is what is deleted after.
ROWS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "mirror": (
        (
            "clever_sync_mirrorobject",
            f"connection_id IN {_TIE} AND type = 'user' AND clever_id = ANY(%(clever)s)",
        ),
        *(
            (f"clever_sync_{table}", f"pull_id IN {_PULLS} AND clever_id = ANY(%(clever)s)")
            for table in ("pullfinding", "pullabsence", "pulltouch")
        ),
        ("imports_look", f"run_id IN {_RUNS} AND clever_id = ANY(%(clever)s)"),
    ),
    "alerts": (
        (
            "imports_alertcandidate",
            "person_id = ANY(%(people)s) OR alert_id IN (SELECT id FROM imports_alert"
            f" WHERE {_HERE} AND clever_id = ANY(%(clever)s))",
        ),
        ("imports_alert", f"{_HERE} AND clever_id = ANY(%(clever)s)"),
        ("imports_matchdecision", f"{_HERE} AND {_EITHER}"),
        (
            "imports_identitychange",
            f"{_HERE} AND (person_id = ANY(%(people)s) OR other_id = ANY(%(people)s)"
            " OR clever_id = ANY(%(clever)s))",
        ),
    ),
    # A line of a file that could not be used is nobody's row, and names somebody all the same.
    "changes": (
        (
            "imports_plannedchange",
            f"run_id IN {_RUNS} AND ({_EITHER} OR lower(why->>'said') = ANY(%(keys)s))",
        ),
    ),
    "edits": (("schools_localedit", f"{_HERE} AND person_id = ANY(%(people)s)"),),
    # Which line is whose, nobody knows for sure: a file that names the person goes as a whole.
    "lines": (
        (
            "imports_fileline",
            f"file_id IN (SELECT f.id FROM imports_peoplefile f WHERE {_HERE} AND EXISTS (SELECT 1"
            " FROM imports_fileline l CROSS JOIN LATERAL unnest(l.cells) c"
            " WHERE l.file_id = f.id AND lower(btrim(c)) = ANY(%(keys)s)))",
        ),
    ),
}
# Examples of problems are Clever IDs; a file without lines says that they are gone.
_MARKS = (
    f"UPDATE imports_peoplefile SET purged_at = now() WHERE {_HERE} AND purged_at IS NULL"
    " AND lines > 0 AND NOT EXISTS"
    " (SELECT 1 FROM imports_fileline l WHERE l.file_id = imports_peoplefile.id)",
    "UPDATE imports_runproblem SET examples = (SELECT coalesce(array_agg(e), '{}')"
    " FROM unnest(examples) e WHERE e <> ALL(%(clever)s)) WHERE examples && %(clever)s::varchar[]"
    f" AND run_id IN {_RUNS}",
    "UPDATE imports_standingproblem SET examples = (SELECT coalesce(array_agg(e), '{}')"
    " FROM unnest(examples) e WHERE e <> ALL(%(clever)s)) WHERE examples && %(clever)s::varchar[]"
    f" AND {_HERE}",
)


@dataclass(frozen=True)
class Traces:
    """Whose values they are: the records that are one person, and the Clever IDs it had.

    `keys` are the identifiers by which a file would name the person, in small letters.
    """

    people: list[int]
    clever_ids: list[str]
    keys: list[str]
    shared: bool

    def values(self, district: District) -> dict[str, Any]:
        return {
            "district": district.pk, "people": self.people, "clever": self.clever_ids,
            "keys": self.keys,
        }  # fmt: skip


def traces(district: District, person_id: int) -> Traces:
    """The record, those that were merged into it, and every Clever ID that any of them had."""
    people = [person_id]
    while more := list(
        Person.objects.filter(district=district, merged_into__in=people)
        .exclude(pk__in=people)
        .values_list("pk", flat=True)
    ):
        people += more
    found, keys = set[str | None](), set[str]()
    for row in Person.objects.filter(district=district, pk__in=people):
        found |= {row.clever_id, row.former_clever_id}
        keys |= {str(value).lower() for name in NAMING if (value := getattr(row, name))}
    changes = IdentityChange.objects.filter(
        Q(person__in=people) | Q(other__in=people), district=district
    )
    found |= set(changes.values_list("clever_id", flat=True))
    # Whoever else is linked to such an ID by now is another person's record.
    others = Person.objects.filter(district=district, clever_id__in=[f for f in found if f])
    taken = set(others.exclude(pk__in=people).values_list("clever_id", flat=True))
    clever_ids = sorted(each for each in found if each and each not in taken)
    shared = MirrorObject.objects.filter(
        connection__district=district, type="user", clever_id__in=clever_ids, gone_in=None
    )
    return Traces(sorted(people), clever_ids, sorted(keys), shared.exists())


def preview(district: District, found: Traces) -> dict[str, int]:
    """How many rows go, by kind of data."""
    counts = {"record": len(found.people)}
    with database.cursor() as cursor:
        for kind, rows in ROWS.items():
            counts[kind] = 0
            for table, which in rows:
                cursor.execute(
                    f"SELECT count(*) FROM {table} WHERE {which}", found.values(district)
                )
                counts[kind] += int(cursor.fetchone()[0])
    counts["exports"] = sum(
        person in found.people
        for export in SourceExport.objects.filter(district=district)
        for person, _ in identifiers_in(export)
    )
    return counts


@transaction.atomic
def erase(
    *, district: District, person_id: int, keep_out: bool, by: str, now: datetime,
    approved: str = OWNERS_WORD,
) -> Destruction:  # fmt: skip
    """Erases a person, certifies it, and with `keep_out` never lets the Clever IDs in again.

    Raises ConsoleError while a run is on, and for a record that is not there any more.
    """
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    if active_run(district) is not None:
        raise ConsoleError(RUN_ON, code="run_active")
    if not Person.objects.filter(district=district, pk=person_id).exists():
        raise ConsoleError("This record is not there any more.", code="person_gone")
    found = traces(district, person_id)
    counts = _gone(district, found)
    if keep_out:
        note_out(district_id=district.pk, clever_ids=found.clever_ids, by=by)
    row = Destruction.objects.create(
        district=district,
        kind=DestructionKind.PERSON,
        state=DestructionState.RUNNING,
        person=person_id,
        asked_by=by,
        asked_at=now,
        begun_at=now,
        counts={kind: count for kind, count in counts.items() if count},
    )
    certify(row, approved.format(by=by), now)
    row.refresh_from_db()
    return row


def _gone(district: District, found: Traces) -> dict[str, int]:
    counts: dict[str, int] = {}
    with database.cursor() as cursor:
        for kind, rows in ROWS.items():
            counts[kind] = 0
            for table, which in rows:
                cursor.execute(f"DELETE FROM {table} WHERE {which}", found.values(district))
                counts[kind] += int(cursor.rowcount)
        for statement in _MARKS:
            cursor.execute(statement, found.values(district))
    counts["exports"] = _from_exports(district, found.people)
    # A page that is sealed would not be read again.
    for tie in Connection.objects.filter(district=district):
        break_seals(tie.pk, found.clever_ids)
    counts["record"] = erase_people(district=district, person_ids=found.people)
    return counts


def _from_exports(district: District, people: Collection[int]) -> int:
    return sum(
        without_people(export, people) for export in SourceExport.objects.filter(district=district)
    )
