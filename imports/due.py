"""What is due: runs to go on with, holds to expire. The same rows with and without a broker."""

import time
from collections.abc import Callable

from django.db import connection as database

from imports import bell, driver, holds
from imports.lease import database_now
from imports.states import ACTIVE

PAUSE = 1.0


def due_runs() -> list[int]:
    """The runs that anybody may go on with now, oldest first."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM imports_run WHERE state = ANY(%s) AND next_attempt_at <= now()"
            " AND (lease_until IS NULL OR lease_until < now()) ORDER BY id",
            [ACTIVE],
        )
        return [row[0] for row in cursor.fetchall()]


def tick() -> None:
    """Rings for every run that waits for a worker, and expires old holds."""
    holds.expire(database_now())
    for run_id in due_runs():
        bell.ring(run_id)


def work(
    *,
    loop: bool,
    sleep: Callable[[float], None] = time.sleep,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Does in this process what beat and workers do (F17); returns how many runs it advanced.

    With `loop` it goes on until `stop` says so; without, until nothing is due any more.
    """
    advanced = 0
    while not stop():
        holds.expire(database_now())
        runs = due_runs()
        for run_id in runs:
            driver.advance_run(run_id)
            advanced += 1
        if not runs:
            if not loop:
                return advanced
            sleep(PAUSE)
    return advanced
