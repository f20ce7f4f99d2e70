"""Who works on a run: claiming, staying, resting (engine.md 1). All by the database's clock."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, connections
from django.db import connection as database

from core.vocabulary import RunState
from imports.models import Run
from imports.states import ACTIVE

LEASE = 120
BEAT = 20
SILENCE = 600
AGAIN_IN = 10
ATTEMPTS = 3
WORKING = [RunState.QUEUED, RunState.VALIDATING, RunState.IMPORTING]

_WAITING = (
    "FROM imports_run WHERE state = ANY(%s) AND next_attempt_at <= now()"
    " AND (lease_until IS NULL OR lease_until < now())"
)


class Interrupted(Exception):
    """The run is not ours any more: another fence, or somebody cancelled it."""


@dataclass(frozen=True)
class Claim:
    """A claimed run; `fence` goes into every write that is made in its name."""

    run_id: int
    fence: int
    attempts: int

    @property
    def pull_fence(self) -> int:
        """The fence of a pull, which several runs may drive in turn: never the same for two."""
        return (self.run_id << 20) + self.fence


def claim(run_id: int) -> Claim | None:
    """Takes an active run whose lease is over and whose time has come; None if it is not free."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE imports_run SET fence = fence + 1, attempts = attempts + 1,
                lease_until = now() + make_interval(secs => %s)
            WHERE id = %s AND state = ANY(%s) AND next_attempt_at <= now()
                AND (lease_until IS NULL OR lease_until < now())
            RETURNING fence, attempts
            """,
            [LEASE, run_id, ACTIVE],
        )
        row = cursor.fetchone()
    return None if row is None else Claim(run_id, row[0], row[1])


def due_runs() -> list[int]:
    """The runs that anybody may go on with now, oldest first."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT id {_WAITING} ORDER BY id", [ACTIVE])
        return [row[0] for row in cursor.fetchall()]


def others_wait() -> bool:
    """Whether any run waits for a worker; a run that is being worked on does not."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 {_WAITING})", [ACTIVE])
        return bool(cursor.fetchone()[0])


def keep(claim: Claim, **changes: object) -> None:
    """Extends the lease and writes `changes` to the run. Raises Interrupted if it is not ours."""
    extend(claim)
    if changes:
        Run.objects.filter(pk=claim.run_id, fence=claim.fence).update(**changes)


def extend(claim: Claim) -> None:
    """Extends the lease. Raises Interrupted if the run is not ours or shall be cancelled."""
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_run SET lease_until = now() + make_interval(secs => %s)"
            " WHERE id = %s AND fence = %s AND state = ANY(%s)",
            [LEASE, claim.run_id, claim.fence, [str(s) for s in WORKING]],
        )
        if not cursor.rowcount:
            raise Interrupted


def hand_back(claim: Claim) -> None:
    """Gives the lease back, so that anybody may go on at once; no attempt was lost (F09)."""
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_run SET lease_until = NULL, attempts = greatest(attempts - 1, 0)"
            " WHERE id = %s AND fence = %s AND state = ANY(%s)",
            [claim.run_id, claim.fence, ACTIVE],
        )


def let_go(claim: Claim) -> None:
    """Gives the lease back after a mistake of ours: soon somebody tries again, and it counts."""
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_run SET lease_until = NULL,"
            " next_attempt_at = now() + make_interval(secs => %s)"
            " WHERE id = %s AND fence = %s AND state = ANY(%s)",
            [AGAIN_IN, claim.run_id, claim.fence, ACTIVE],
        )


def rest(claim: Claim, until: datetime, message: str, *, count: bool) -> None:
    """Lets the run sleep until a moment; `count` if it is one of its three rests.

    A run that is final stays as it is: a commit may have come through unheard (F20).
    """
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_run SET lease_until = NULL, attempts = 0, next_attempt_at = %s,"
            " message = %s, rests = rests + %s WHERE id = %s AND fence = %s"
            " AND state = ANY(%s)",
            [until, message, int(count), claim.run_id, claim.fence, ACTIVE],
        )


def database_now() -> datetime:
    """The clock that all leases go by."""
    with database.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now


def database_clock() -> Callable[[], datetime]:
    """This process's clock, put right by the database's: a worker's own may be wrong (F25)."""
    wrong_by = database_now() - datetime.now(UTC)
    return lambda: datetime.now(UTC) + wrong_by


class Heart(AbstractContextManager["Heart"]):
    """Extends the lease beside a long statement, from a thread with its own connection.

    It stops when the worker has not called `alive` for ten minutes, so that a worker that hangs
    loses its run.
    """

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._stop = threading.Event()
        self._alive = time.monotonic()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def alive(self) -> None:
        """Says that the worker is getting on."""
        self._alive = time.monotonic()

    def __enter__(self) -> "Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(BEAT) and time.monotonic() - self._alive < SILENCE:
                self._extend()
        except Interrupted:
            pass
        finally:
            connections.close_all()

    def _extend(self) -> None:
        try:
            extend(self._claim)
        except (DatabaseError, InterfaceError):
            # The next beat tries on a new connection; six of them fit into a lease.
            connections.close_all()
