"""What each trouble means for a run: rest, go on, or fail with a code (engine.md 2, point 7)."""

from datetime import timedelta

import structlog
from django.db import DatabaseError, Error, transaction
from django.db import connection as database

from clever_sync.faults import CleverFault
from clever_sync.models import Connection
from core.vocabulary import ConnectionState, RunState
from imports import outbox, rows
from imports.lease import Claim, database_now, rest
from imports.models import Run
from imports.problems import sentence
from imports.standing import noting as standing
from imports.states import RUN

log = structlog.get_logger("console.imports")
RESTS = 3
REST = timedelta(minutes=15)
CONNECTION_STATE = {
    "clever_token_refused": ConnectionState.NEEDS_ATTENTION,
    "wrong_district": ConnectionState.NEEDS_ATTENTION,
    "clever_disconnected": ConnectionState.DISCONNECTED,
}
STORAGE = ("53100", "53200", "54000")


def fail(run: Run, ours: Claim, code: str, *, retryable: bool, text: str = "") -> None:
    """Ends a run as FAILED with a code and a sentence; one event tells of it."""
    message = text or sentence(code)
    with transaction.atomic():
        moved = RUN.move(
            Run.objects.filter(pk=run.pk, fence=ours.fence),
            RunState.FAILED,
            failure=code,
            retryable=retryable,
            message=f"{message} Nothing was imported by this run.",
            finished_at=database_now(),
            lease_until=None,
        )
        if moved:
            outbox.write(run, "failed", code=code)
            standing.note_failure(run, code)
    if moved:
        log.warning("run_failed", code=code)


def give_up(ours: Claim) -> None:
    """Three attempts ended without progress: the run is broken, other districts go on (F08)."""
    run = Run.objects.select_related("district").get(pk=ours.run_id)
    if run.state == RunState.CANCELLING:
        RUN.move(
            Run.objects.filter(pk=run.pk, fence=ours.fence),
            RunState.CANCELLED,
            finished_at=database_now(),
            lease_until=None,
        )
        return
    fail(run, ours, "no_progress", retryable=True)


def clever(run: Run, ours: Claim, fault: CleverFault) -> None:
    """Rests while Clever is likely to come back, otherwise fails and marks the connection."""
    if not fault.permanent and fault.retry_at is not None:
        rest(ours, fault.retry_at, f"{fault.sentence} Waiting for Clever.", count=False)
        return
    if not fault.permanent and run.rests < RESTS:
        until = database_now() + REST
        rest(ours, until, f"{fault.sentence} Trying again in 15 minutes.", count=True)
        return
    state = CONNECTION_STATE.get(fault.code)
    with transaction.atomic():
        fail(run, ours, fault.code, retryable=not fault.permanent, text=fault.sentence)
        if state is not None and Run.objects.filter(pk=run.pk, fence=ours.fence).exists():
            Connection.objects.filter(district=run.district).update(
                state=state, attention=fault.code
            )
            outbox.write(run, "connection_needs_attention", code=fault.code)


def connection_is_lost(session: object) -> bool:
    """Whether `session`, the connection that we had, is of no use any more.

    Django has replaced it already if that was noticed while rolling back.
    """
    lost = database.connection is not session or not database.is_usable()
    database.close_if_unusable_or_obsolete()
    return lost


def database_trouble(run: Run, ours: Claim, error: Error) -> None:
    """Rests after trouble with PostgreSQL; a full disk fails the run at once (F18-F23)."""
    state = getattr(error.__cause__, "pgcode", None) or ""
    log.warning("database_trouble", sqlstate=state, error=type(error).__name__)
    if state in STORAGE:
        fail(run, ours, "storage", retryable=True)
        _make_room(run)
    elif run.rests < RESTS:
        rest(ours, database_now() + REST, sentence("database_busy"), count=True)
    else:
        fail(run, ours, "database_busy", retryable=True)


def _make_room(run: Run) -> None:
    """The plan of a run that failed for want of room is the first thing that nobody needs."""
    try:
        with transaction.atomic():
            rows.clear(run)
            Run.objects.filter(pk=run.pk).update(counts={})
    except DatabaseError:
        # To delete takes room as well. The next run's plan is no larger for it.
        log.warning("no_room_to_make_room")
