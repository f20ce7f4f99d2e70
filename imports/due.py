"""What is due: schedules to start, runs to go on with, holds to expire.

The same rows with and without a broker.
"""

import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, InterfaceError, connection

from imports import bell, driver, due_schedules, heartbeat, holds, purging, stopping
from imports.destroying import work as work_on_orders
from imports.lease import database_now, due_runs

log = structlog.get_logger("console.imports")
PAUSE = 1.0


def tick() -> None:
    """Starts what is due, rings for every run that waits for a worker, expires old holds."""
    if not driver.may_work():
        return
    _by_the_clock()
    for run_id in due_runs():
        bell.ring(run_id)


def _by_the_clock() -> None:
    heartbeat.note()
    now = database_now()
    holds.expire(now)
    due_schedules.start_due(now)
    purging.nightly(now)
    work_on_orders.carry_out_due(now)


def work(
    *,
    loop: bool,
    sleep: Callable[[float], None] = time.sleep,
    stop: Callable[[], bool] = stopping.asked,
) -> int:
    """Does in this process what beat and workers do (F17); returns how many runs it advanced.

    With `loop` it goes on until `stop` says so, also when PostgreSQL is away for a while (F18);
    without, until nothing is due any more.
    """
    advanced = 0
    while not stop():
        try:
            worked = _work_on_what_is_due()
        except (DatabaseError, InterfaceError):
            if not loop:
                raise
            log.warning("database_away")
            connection.close()
            worked = 0
        advanced += worked
        if not worked:
            if not loop:
                return advanced
            sleep(PAUSE)
    return advanced


def _work_on_what_is_due() -> int:
    if not driver.may_work():
        return 0
    _by_the_clock()
    runs = due_runs()
    for run_id in runs:
        driver.advance_run(run_id)
    return len(runs)
