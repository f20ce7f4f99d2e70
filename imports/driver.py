"""Driving a run: claim it, take its steps in slices, and know what each trouble means.

The run row in PostgreSQL is the truth; whoever holds its fence may go on (engine.md 1).
"""

import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, InterfaceError
from django.db import connection as database

from clever_sync.faults import CleverFault
from clever_sync.pull import LostFence
from core.fault_points import fault_point
from core.problems import ConsoleError
from core.vocabulary import RunState
from imports import bell, schema, steps, stopping, trouble
from imports.acting import Stopped
from imports.apply import FenceLost
from imports.lease import (
    ATTEMPTS,
    Claim,
    Heart,
    Interrupted,
    claim,
    database_now,
    hand_back,
    let_go,
    others_wait,
)
from imports.models import Run
from imports.states import ACTIVE

log = structlog.get_logger("console.imports")
WORK_SECONDS = 240
# So long a run is worked on at a stretch while others wait: a giant district then gives way after
# each step, and goes on when everybody else had a turn (F28).
TURN = 15
LOST_CONNECTIONS = 3


def advance_run(run_id: int, *, seconds: float = WORK_SECONDS) -> None:
    """Goes on with a run for at most about `seconds`, then hands it back and rings again.

    Re-entrant: whoever does not get the claim does nothing. Never raises for what happens to a
    run; its row tells. Nothing is begun by who shall stop (F09) or meets other tables (F24). While
    other runs wait, it gives way after the first step that ends later than TURN.
    """
    ours = claim(run_id) if may_work() else None
    if ours is None:
        return
    structlog.contextvars.bind_contextvars(run=run_id)
    fault_point("run.claimed")
    try:
        with Heart(ours) as heart:
            _work(ours, heart, time.monotonic(), seconds)
    except (Interrupted, LostFence, FenceLost):
        _interrupted(ours)
    except Stopped:
        _hand_back(ours)
    except Exception:  # Whatever it is, it must not keep other districts waiting (F08).
        log.exception("run_broke")
        let_go(ours)
    finally:
        structlog.contextvars.unbind_contextvars("run", "district")


def may_work() -> bool:
    """Whether this process may begin, or go on with, anything."""
    if stopping.asked():
        return False
    if schema.is_ours():
        return True
    log.warning("waiting_for_migrations")
    return False


def _hand_back(ours: Claim) -> None:
    hand_back(ours)
    bell.ring(ours.run_id)


def _work(ours: Claim, heart: Heart, begun: float, seconds: float) -> None:
    if ours.attempts > ATTEMPTS:
        trouble.give_up(ours)
        return
    lost = 0
    while True:
        run = Run.objects.select_related("district", "pull", "file").filter(pk=ours.run_id).first()
        if run is None or run.fence != ours.fence or run.state not in ACTIVE:
            return
        structlog.contextvars.bind_contextvars(district=run.district.slug)
        heart.alive()
        session = database.connection
        try:
            going_on = steps.take(run, ours, heart)
        except CleverFault as fault:
            trouble.clever(run, ours, fault)
            return
        except (DatabaseError, InterfaceError) as error:
            if trouble.connection_is_lost(session):
                lost += 1
                if lost <= LOST_CONNECTIONS:
                    log.warning("connection_lost", times=lost)
                    continue
            trouble.database_trouble(run, ours, error)
            return
        if not going_on:
            return
        if _is_over(time.monotonic() - begun, seconds) or not may_work():
            _hand_back(ours)
            return


def _is_over(worked: float, seconds: float) -> bool:
    return worked > seconds or (worked > TURN and others_wait())


def _interrupted(ours: Claim) -> None:
    """Somebody cancelled our run (then we end it), or it has a new owner (then we just go)."""
    database.close_if_unusable_or_obsolete()
    # A what-if is forgotten when another one is asked for.
    run = Run.objects.filter(pk=ours.run_id).first()
    if run is not None and run.fence == ours.fence and run.state == RunState.CANCELLING:
        steps.cancelled(run, ours)
    else:
        log.info("run_taken_over", run=ours.run_id)


def drive(run_id: int, *, sleep: Callable[[float], None] = time.sleep) -> Run:
    """Works in this process until the run is final, waits for a person, or we shall stop.

    Rests are slept through with `sleep`. Raises ConsoleError when migrations wait.
    """
    while True:
        if not schema.is_ours():
            raise ConsoleError(
                "The database does not belong to this version of the console. "
                "Run manage.py migrate, then try again.",
                code="not_migrated",
            )
        advance_run(run_id)
        run = Run.objects.get(pk=run_id)
        if run.state not in ACTIVE or stopping.asked():
            return run
        wait = (run.next_attempt_at - database_now()).total_seconds()
        if run.lease_until is not None:
            wait = max(wait, (run.lease_until - database_now()).total_seconds())
        if wait > 0:
            sleep(min(wait, 60.0))
