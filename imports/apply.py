"""Applying a plan: one transaction, all or nothing (engine.md 7).

1. Take the district's lock; set aside what may not be written any more (stale).
2. Write the rest, set by set; `unique(district, clever_id)` is deferred, so swaps work.
3. Alerts, outbox, audit, settle, counts.
4. Last, the guarded move of the run that names the fence: no row means roll back.
"""

import time
from dataclasses import dataclass

import structlog
from django.db import connection as database
from django.db import transaction

from accounts.audit import record
from core.fault_points import fault_point
from core.problems import ConsoleError
from core.vocabulary import PersonKind, RunState, Trigger
from imports import alert_rows, check, meanwhile, outbox, school_figures, telling
from imports.actions import follow_up
from imports.frame import Frame
from imports.lease import database_now
from imports.models import Look, Run, Schedule, Settled
from imports.states import RUN
from schools import bulk

log = structlog.get_logger("console.imports")
LOCK_TIMEOUT = "3s"
WRITABLE = "run_id = %s AND exception IS NULL"
_CREATES = f"""
    SELECT person_id, clever_id, person_revision, before, after, action
    FROM imports_plannedchange WHERE {WRITABLE} AND action = 'create' AND data_type = ANY(%s)
"""
_CHANGES = f"""
    SELECT person_id, clever_id, person_revision, before, after, action
    FROM imports_plannedchange
    WHERE {WRITABLE} AND action NOT IN ('create', 'conflict', 'reject')
"""
WRITTEN = f"""
    SELECT person_id, after FROM imports_plannedchange
    WHERE {WRITABLE} AND action NOT IN ('conflict', 'reject')
"""
_STALE_PERSON = """
    UPDATE imports_plannedchange c SET exception = 'stale'
    WHERE c.run_id = %s AND c.exception IS NULL
        AND c.action NOT IN ('create', 'conflict', 'reject')
        AND NOT EXISTS (SELECT 1 FROM schools_person p
                        WHERE p.id = c.person_id AND p.revision = c.person_revision
                            AND (p.archived_at IS NULL OR c.after ? 'deleted'))
"""
_STALE_SOURCE = """
    UPDATE imports_plannedchange c SET exception = 'stale'
    WHERE c.run_id = %s AND c.exception IS NULL AND c.source_hash IS NOT NULL
        AND c.action NOT IN ('conflict', 'reject')
        AND NOT EXISTS (SELECT 1 FROM clever_sync_mirrorobject m
                        WHERE m.connection_id = %s AND m.type = 'user'
                            AND m.clever_id = c.clever_id AND m.content_hash = c.source_hash)
"""
_KEY_STILL_OWNED = """
    UPDATE imports_plannedchange c SET exception = 'stale'
    FROM schools_person p
    WHERE c.run_id = %(run)s AND c.exception IS NULL AND c.after ? 'clever_id'
        AND p.district_id = %(district)s AND p.clever_id = c.after->>'clever_id'
        AND p.id IS DISTINCT FROM c.person_id
        AND NOT EXISTS (SELECT 1 FROM imports_plannedchange o
                        WHERE o.run_id = %(run)s AND o.person_id = p.id AND o.exception IS NULL
                            AND o.after ? 'clever_id')
"""
_FIELDS = f"""
    SELECT DISTINCT jsonb_object_keys(after) FROM imports_plannedchange
    WHERE {WRITABLE} AND action NOT IN ('create', 'conflict', 'reject')
"""
_LOOKED_AT = """
    SELECT person, person_revision FROM imports_look
    WHERE run_id = %s AND person IS NOT NULL
"""


class Busy(Exception):
    """Another transaction writes this district's people just now."""


class Overtaken(Exception):
    """Somebody edited a person between the check and the write; nothing was written."""


class FenceLost(Exception):
    """The run has another owner, or was cancelled; nothing was written."""


@dataclass(frozen=True)
class Applied:
    """What an apply did: rows written, rows set aside as stale, and the seconds it took."""

    written: int
    stale: int
    seconds: float


def apply(frame: Frame, fence: int) -> Applied:
    """Writes the plan of a LIVE run and completes it, in one transaction.

    Raises Busy, Overtaken or FenceLost when nothing was written because of somebody else; the
    first two are worth another try. Database errors roll everything back.
    """
    run, began = frame.run, time.monotonic()
    with transaction.atomic():
        lock(run)
        stale = set_aside(run, frame.connection.pk)
        written = _write_people(frame)
        fault_point("apply.people_written")
        alert_rows.mark_done(run)
        _settle(frame)
        fault_point("apply.settled")
        counts = _counts(frame)
        message = telling.imported(frame.pull, counts, written, stale, run.adds_only)
        done = Applied(written, stale, time.monotonic() - began)
        complete(run, fence, done, counts=counts, message=message)
        if stale and run.trigger != Trigger.FOLLOW_UP:
            _look_again(frame.run)
        fault_point("apply.before_commit")
    fault_point("apply.committed")
    return done


def lock(run: Run) -> None:
    """Keeps other runs from writing the district's people until the transaction ends, or Busy."""
    with database.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        cursor.execute("SELECT pg_try_advisory_xact_lock(77, %s)", [run.district_id])
        if not cursor.fetchone()[0]:
            raise Busy


def set_aside(run: Run, connection_id: int | None = None) -> int:
    """Marks as stale what may not be written any more; returns how many rows.

    The mirror of `connection_id` is looked at for rows that were planned from it.
    """
    stale: int = 0
    with database.cursor() as cursor:
        cursor.execute(_STALE_PERSON, [run.pk])
        stale += cursor.rowcount
        if connection_id is not None:
            cursor.execute(_STALE_SOURCE, [run.pk, connection_id])
            stale += cursor.rowcount
        while True:
            cursor.execute(_KEY_STILL_OWNED, {"run": run.pk, "district": run.district_id})
            more = cursor.rowcount + meanwhile.set_aside(run)
            if not more:
                return stale
            stale += more


def _write_people(frame: Frame) -> int:
    run = frame.run.pk
    written = 0
    for kind in PersonKind:
        types = [str(t) for t in frame.types_of(kind)]
        if types:
            written += bulk.create(_CREATES, [run, types], frame.district.pk, str(kind))
    written += write_changes(run, _CHANGES)
    if written:
        bulk.replace_sites(WRITTEN, [run])
    return written


def write_changes(run_id: int, changes: str, *, unsettled: bool = False) -> int:
    """Writes the people of the relation `changes` (see schools.bulk), all of them or Overtaken."""
    with database.cursor() as cursor:
        cursor.execute(_FIELDS, [run_id])
        fields = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(f"SELECT count(*) FROM ({changes}) c", [run_id])
        expected: int = cursor.fetchone()[0]
    if expected and bulk.update(changes, [run_id], fields, unsettled=unsettled) != expected:
        raise Overtaken
    return expected


def _settle(frame: Frame) -> None:
    run = frame.run
    bulk.settle(frame.district.pk, _LOOKED_AT, [run.pk])
    marks = Settled.objects.filter(district=frame.district, data_type__in=frame.types)
    last_runs = [last for last in marks.values_list("run", flat=True) if last is not None]
    Settled.objects.bulk_create(
        [
            Settled(
                district=frame.district, data_type=data_type, pull=frame.pull.pk, run=run,
                settings_key=frame.settings_key(data_type),
            )
            for data_type in frame.types
        ],
        update_conflicts=True,
        unique_fields=["district", "data_type"],
        update_fields=["settings_key", "pull", "run"],
    )  # fmt: skip
    Schedule.objects.bulk_create(
        [Schedule(district=frame.district, data_type=data_type) for data_type in frame.types],
        ignore_conflicts=True,
    )
    Schedule.objects.filter(
        district=frame.district, data_type__in=frame.types, first_import_at__isnull=True
    ).update(first_import_at=frame.now)
    in_force = Settled.objects.filter(run__in=last_runs).values("run")
    Look.objects.filter(run__in=last_runs).exclude(run__in=in_force).delete()


def _counts(frame: Frame) -> check.Counts:
    run = frame.run
    counts = check.counts(run.pk)
    for data_type in frame.types:
        counts.setdefault(str(data_type), {})["unchanged"] = run.counts.get(str(data_type), {}).get(
            "unchanged", 0
        )
    return counts


def complete(
    run: Run, fence: int, done: Applied, *, counts: check.Counts, message: str, verb: str = ""
) -> None:
    """Ends a run that has written, with its event and its audit. Raises FenceLost if not ours."""
    with_errors = done.stale or any(actions.get("reject") for actions in counts.values())
    state = RunState.COMPLETED_WITH_ERRORS if with_errors else RunState.COMPLETED
    school_figures.note(run.pk)
    outbox.write(run, "finished_with_errors" if with_errors else "finished", counts=counts)
    record(
        district=run.district,
        actor=run.requested_by or "schedule",
        verb=verb or "imported",
        subject=f"run {run.pk}",
        written=done.written,
        stale=done.stale,
    )
    moved = RUN.move(
        Run.objects.filter(pk=run.pk, fence=fence),
        state,
        counts=counts,
        seconds={**run.seconds, "apply": round(done.seconds, 3)},
        finished_at=database_now(),
        lease_until=None,
        step="",
        message=message,
        attempts=0,
    )
    if not moved:
        raise FenceLost


def _look_again(run: Run) -> None:
    """Queues the run for what had changed here meanwhile, as sure as this one is completed."""
    try:
        follow_up(run)
    except ConsoleError as refusal:
        # Clever was switched off meanwhile, or the like: the next sync of any kind looks again.
        log.info("no_follow_up", code=refusal.code)
