"""Workers that are asked to stop, and workers that freeze and wake up again (F09, F10)."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.core.management import call_command
from django.db import connection as database

from core.vocabulary import RunState, RunStep
from imports import driver, stopping
from imports.lease import LEASE, due_runs
from imports.models import Run
from tests.faults.conftest import SIZE, At
from tests.faults.killed import (
    ROOT,
    dies_at,
    drive_in_worker,
    environment,
    lease_is_over,
    start_worker,
    twin_digest,
)
from tests.faults.test_killed_workers import disturb, first_import, queued
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKER = "worker --concurrency=1 --without-mingle --without-gossip --without-heartbeat"


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)


def slow_pages(here: World, settings: object) -> None:
    """A pull that takes some seconds, so that there is something to stop."""
    settings.CLEVER_PAGE_SIZE = 5  # type: ignore[attr-defined]
    here.clever.control.set_page_delay(0.2)


def pages_of(run: Run) -> int:
    run.refresh_from_db()
    return sum(walk.pages for walk in run.pull.walks.all()) if run.pull else 0


def was_handed_back(run: Run) -> None:
    """Anybody may go on at once, and no attempt is lost."""
    run.refresh_from_db()
    assert run.state == RunState.VALIDATING
    assert (run.lease_until, run.attempts, run.rests) == (None, 0, 0)
    assert due_runs() == [run.pk]


def goes_on_to_the_end(here: World, run: Run) -> None:
    """Another worker takes it up where it was, without a page read twice."""
    here.clever.control.set_page_delay(0)
    ended = here.drive(run)
    assert ended.state == RunState.COMPLETED
    assert ended.fence == 2


@pytest.mark.needs_redis
def test_F09_a_celery_worker_asked_to_stop_hands_the_run_back(
    fresh: World, settings: object, redis_url: str, tmp_path: Path
) -> None:
    slow_pages(fresh, settings)
    run = queued(fresh)
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "integration_console", *WORKER.split()],
            cwd=ROOT,
            env=environment(fresh, REDIS_URL=redis_url),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        Celery(broker=redis_url).send_task("imports.tasks.advance_run", args=[run.pk])
        wait_for(lambda: pages_of(run) > 1)
        worker.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        assert worker.wait(60) == 0, log.read_text()
    finally:
        worker.kill()
        worker.wait()
    assert time.monotonic() - asked < 30
    was_handed_back(run)
    (again,) = messages(redis_url)
    assert f"[[{run.pk}]" in again, "whoever is there now hears of it at once"
    goes_on_to_the_end(fresh, run)


def messages(redis_url: str) -> list[str]:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    try:
        return [arguments_of(str(text)) for text in client.lrange("celery", 0, -1)]
    finally:
        client.close()


def arguments_of(message: str) -> str:
    """The arguments of a message; they are ids and nothing else (I11)."""
    return base64.b64decode(json.loads(message)["body"]).decode()


def test_F09_the_loop_without_a_broker_hands_the_run_back(fresh: World, settings: object) -> None:
    slow_pages(fresh, settings)
    run = queued(fresh)
    loop = start_worker(lambda: call_command("run_due", loop=True))
    wait_for(lambda: pages_of(run) > 1)
    os.kill(loop.pid, signal.SIGTERM)
    assert loop.wait(30) == 0
    was_handed_back(run)
    goes_on_to_the_end(fresh, run)


def test_F09_asked_to_stop_while_planning(fresh: World, at: At) -> None:
    fresh.sync()
    disturb(fresh)
    run = queued(fresh)
    at("plan.batch_written", stopping.ask)
    driver.advance_run(run.pk)
    was_handed_back(run)
    assert run.step == RunStep.PLANNING
    driver.advance_run(run.pk)
    run.refresh_from_db()
    assert run.fence == 1, "who shall stop begins nothing"
    stopping.forget()
    ended = fresh.drive(run)
    assert ended.state == RunState.COMPLETED
    assert fresh.digest() == twin_digest(fresh, first_import, **SIZE)


def test_F09_an_import_that_has_begun_is_brought_to_its_end(fresh: World, at: At) -> None:
    run = queued(fresh)
    at("apply.people_written", stopping.ask)
    driver.advance_run(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED


@pytest.mark.parametrize(
    "point", ["pull.page_fetched", "plan.batch_written", "apply.before_commit"]
)
def test_F10_a_frozen_worker_wakes_up_and_writes_nothing(fresh: World, point: str) -> None:
    """It may have been frozen with locks on the run and on people: PostgreSQL ends those."""
    fresh.sync()
    disturb(fresh)
    run = queued(fresh)
    zombie = drive_in_worker(
        run, dies_at(point, how=signal.SIGSTOP), before=locks_end_after("200ms")
    )
    zombie.wait_until_frozen()
    lease_is_over(run)
    ended = fresh.drive(run)
    assert (ended.state, ended.fence) == (RunState.COMPLETED, 2)
    rows, told, asked = fresh.rows(ended), ended.message, len(list(fresh.clever.requests))
    zombie.thaw()
    assert zombie.wait() == 0, "it stops quietly"
    assert fresh.rows(ended) == rows
    ended.refresh_from_db()
    assert (ended.message, ended.fence) == (told, 2)
    assert len(list(fresh.clever.requests)) <= asked + 1, "but for a page that was on its way"
    assert fresh.digest() == twin_digest(fresh, first_import, **SIZE)


def locks_end_after(time_out: str) -> Callable[[], None]:
    def before() -> None:
        options = {**database.settings_dict["OPTIONS"]}
        options["options"] = f"-c idle_in_transaction_session_timeout={time_out}"
        database.settings_dict["OPTIONS"] = options

    return before


def test_F10_no_connection_keeps_locks_for_longer_than_a_lease() -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM current_setting('idle_in_transaction_session_timeout')"
            "::interval)"
        )
        (seconds,) = cursor.fetchone()
    assert 0 < seconds < LEASE
