"""What holds after every story, with or without faults (faults.md, I1 to I9)."""

from collections import Counter
from typing import Any

from django.db import connection as database
from django.db.models import Count, Q

from accounts.models import AuditEvent
from core.vocabulary import DestructionKind, RunMode, RunState
from imports.models import Alert, Destruction, IdentityChange, PlannedChange, Run, RunEvent
from schools.models import District, Person

ACTIVE = ("queued", "validating", "importing", "cancelling")
IMPORTED = (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
TOLD_BY = {
    RunState.COMPLETED: "finished",
    RunState.COMPLETED_WITH_ERRORS: "finished_with_errors",
    RunState.TESTED: "tested",
    RunState.READY: "needs_decision",
    RunState.FAILED: "failed",
}
NOT_WRITTEN = ("conflict", "reject")
LONGEST_REST, LONGEST_LEASE = "15 minutes 5 seconds", "120 seconds"

_CROSSING = """
    SELECT 'school of a person' FROM schools_person p JOIN schools_school s ON s.id = p.school_id
        WHERE s.district_id <> p.district_id
    UNION ALL SELECT 'further school' FROM schools_personsite f
        JOIN schools_person p ON p.id = f.person_id JOIN schools_school s ON s.id = f.school_id
        WHERE s.district_id <> p.district_id
    UNION ALL SELECT 'planned change' FROM imports_plannedchange c
        JOIN imports_run r ON r.id = c.run_id JOIN schools_person p ON p.id = c.person_id
        WHERE p.district_id <> r.district_id
    UNION ALL SELECT 'candidate' FROM imports_alertcandidate c
        JOIN imports_alert a ON a.id = c.alert_id JOIN schools_person p ON p.id = c.person_id
        WHERE p.district_id <> a.district_id
    UNION ALL SELECT 'matched school' FROM mappings_schoolmatch m
        JOIN schools_school s ON s.id = m.school_id WHERE s.district_id <> m.district_id
"""
# Somebody who was marked as gone because of a walk that proved nothing.
_UNPROVED = """
    SELECT c.clever_id FROM imports_plannedchange c
    JOIN imports_run r ON r.id = c.run_id
    JOIN clever_sync_connection n ON n.district_id = r.district_id
    JOIN clever_sync_mirrorobject m ON m.connection_id = n.id AND m.type = 'user'
        AND m.clever_id = c.clever_id
    JOIN clever_sync_pull p ON p.id = m.gone_in_id
    LEFT JOIN clever_sync_pullwalk w ON w.pull_id = p.id AND w.what = ANY(m.roles)
    WHERE r.district_id = %s AND c.action = 'transfer' AND c.exception IS NULL
        AND r.state IN ('completed', 'completed_with_errors')
        AND (p.adds_only <> '' OR w.proved IS DISTINCT FROM true)
"""
_LATE = f"""
    SELECT id FROM imports_run WHERE district_id = %s AND state = ANY(%s)
        AND (next_attempt_at > now() + interval '{LONGEST_REST}'
             OR lease_until > now() + interval '{LONGEST_LEASE}')
"""


def assert_invariants_of(district: District, *, sis_ids_may_be_shared: bool = False) -> None:
    """Looks at everything that can be seen of a district.

    Where Clever gave one SIS ID to two, `sis_ids_may_be_shared`.
    """
    runs = list(Run.objects.filter(district=district).order_by("pk"))
    nobody_is_lost_or_doubled(district, sis_ids_may_be_shared)
    for run in runs:
        counts_are_rows(run)
        everything_is_told_once(run)
    assert not _rows(_LATE, [district.pk, list(ACTIVE)]), "I5: a run waits for too long"
    crossing = _rows(_CROSSING, [])
    assert not crossing, f"I7: {crossing} of another district"
    unproved = _rows(_UNPROVED, [district.pk])
    assert not unproved, f"I8: {unproved} were removed without proof"


def nobody_is_lost_or_doubled(district: District, sis_ids_may_be_shared: bool) -> None:
    """I1, I2: everybody who was ever created is there, once, and linked once."""
    people = Person.objects.filter(district=district)
    written = PlannedChange.objects.filter(
        run__district=district,
        run__state__in=IMPORTED,
        run__mode=RunMode.LIVE,
        exception__isnull=True,
    ).exclude(action__in=NOT_WRITTEN)
    lost = set(written.filter(person__isnull=False).values_list("person", flat=True)) - set(
        people.values_list("pk", flat=True)
    )
    assert not lost, f"I1: {lost} are lost"
    _none_twice(people.filter(clever_id__isnull=False), "clever_id")
    here = people.filter(archived_at=None, sis_id__isnull=False)
    if not sis_ids_may_be_shared:
        _none_twice(here.filter(kind="student"), "sis_id")
    created = written.filter(action="create").values_list("clever_id")
    parted = _parted(district)
    twice = [who for who, n in created.annotate(n=Count("id")) if n > 1 + parted[who]]
    assert not twice, f"I2: {twice} were created twice"


def _parted(district: District) -> Counter[str]:
    """How often a person of Clever was parted from a record by hand, and so may have a new one."""
    changes = IdentityChange.objects.filter(district=district).values_list("before", flat=True)
    return Counter(
        columns["clever_id"] for records in changes for columns in records.values()
        if columns.get("clever_id")
    )  # fmt: skip


def _none_twice(people: Any, key: str) -> None:
    twice = people.values(key).annotate(n=Count("id")).filter(n__gt=1)
    assert not twice, f"I2: doubled {key}: {list(twice)}"


def counts_are_rows(run: Run) -> None:
    """I4: the summary is the number of rows, for each type and action."""
    if not run.counts or run.purged_at is not None:
        return
    shown = {
        (data_type, action): number
        for data_type, actions in run.counts.items()
        for action, number in actions.items()
        if action != "unchanged" and number
    }
    rows: dict[tuple[str, str], int] = {}
    for data_type, action, exception in PlannedChange.objects.filter(run=run).values_list(
        "data_type", "action", "exception"
    ):
        place = (data_type, exception or action)
        rows[place] = rows.get(place, 0) + 1
    if Destruction.objects.filter(district=run.district, kind=DestructionKind.PERSON).exists():
        # The rows of whoever was erased are gone, the figures stay (C34).
        assert all(number <= shown.get(place, 0) for place, number in rows.items()), "I4: counts"
        return
    assert shown == rows, "I4: counts"


def everything_is_told_once(run: Run) -> None:
    """I5, I6, I9: a final run has its one event and its audit; every alert is open once."""
    assert run.state not in ACTIVE or run.next_attempt_at is not None, "I5: no next attempt"
    kinds = list(RunEvent.objects.filter(run=run).values_list("kind", flat=True))
    assert len(kinds) == len(set(kinds)), "I6: an event twice"
    ends = sorted(set(kinds) & set(TOLD_BY.values()))
    wanted = TOLD_BY.get(RunState(run.state))
    # A plan that waited for a decision was told of then, and is told of again when it ends.
    ends = [kind for kind in ends if kind == wanted or kind != "needs_decision"]
    assert ends == ([wanted] if wanted else []), f"I6: {run.state} and {kinds}"
    imported = AuditEvent.objects.filter(
        district=run.district,
        verb__in=("imported", "undone", "file imported"),
        subject=f"run {run.pk}",
    ).exclude(Q(actor=""))
    assert imported.count() == int(run.state in IMPORTED), "I9: the audit of an import"
    twice = (
        Alert.objects.filter(district=run.district, state__in=("open", "staged"))
        .values("clever_id", "reason")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    assert not twice, "I6: an alert twice"


def _rows(sql: str, parameters: list[Any]) -> list[Any]:
    with database.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]
