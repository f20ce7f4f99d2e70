"""A deployment in the middle: runs wait while the tables are not those of this code (F24)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection as database

from core.problems import ConsoleError
from core.vocabulary import RunState
from imports import due, schema
from imports.driver import advance_run
from imports.models import Run
from tests.faults.conftest import SIZE, At
from tests.faults.killed import twin_digest
from tests.faults.test_killed_workers import disturb, first_import, queued
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NEWER = "INSERT INTO django_migrations (app, name, applied) VALUES ('imports', '9999_x', now())"
SAME_AGAIN = "DELETE FROM django_migrations WHERE name = '9999_x'"
OLDER = "UPDATE django_migrations SET app = 'not ' || app WHERE app = 'imports'"
MIGRATED = "UPDATE django_migrations SET app = 'imports' WHERE app = 'not imports'"


def tables_are(statement: str) -> Callable[[], None]:
    def act() -> None:
        with database.cursor() as cursor:
            cursor.execute(statement)

    return act


@contextmanager
def other_tables(statement: str) -> Iterator[None]:
    """As if a migration had been applied that we do not know, or ours had not been yet."""
    tables_are(statement)()
    try:
        yield
    finally:
        tables_are(SAME_AGAIN)()
        tables_are(MIGRATED)()


def test_F24_nothing_is_begun_with_tables_of_another_version(fresh: World) -> None:
    run = queued(fresh)
    for other in (NEWER, OLDER):
        with other_tables(other):
            advance_run(run.pk)
            assert due.work(loop=False) == 0
            with pytest.raises(ConsoleError, match="migrate"):
                fresh.drive(run)
            run.refresh_from_db()
            assert (run.state, run.fence) == (RunState.QUEUED, 0)
    assert due.work(loop=False) == 1
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED


def test_F24_the_loop_waits_for_the_migrations(fresh: World) -> None:
    queued(fresh)
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            tables_are(SAME_AGAIN)()

    def done() -> bool:
        return Run.objects.filter(state=RunState.COMPLETED).exists()

    with other_tables(NEWER):
        due.work(loop=True, sleep=sleep, stop=done)
    assert len(pauses) == 3


@pytest.mark.parametrize("point", ["pull.finished", "plan.checked"])
def test_F24_a_run_that_is_on_is_handed_back_at_its_next_step(
    fresh: World, at: At, point: str
) -> None:
    fresh.sync()
    disturb(fresh)
    before = fresh.digest()
    run = queued(fresh)
    with other_tables(SAME_AGAIN):
        at(point, tables_are(NEWER))
        advance_run(run.pk)
        run.refresh_from_db()
        assert run.state in (RunState.VALIDATING, RunState.IMPORTING)
        assert (run.lease_until, run.attempts, run.rests) == (None, 0, 0)
        assert fresh.digest() == before
    assert fresh.drive(run).state == RunState.COMPLETED
    assert fresh.digest() == twin_digest(fresh, first_import, **SIZE)


def test_F24_every_app_with_tables_is_looked_at() -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT DISTINCT app FROM django_migrations")
        applied = {row[0] for row in cursor.fetchall()}
    from_elsewhere = {
        "admin",
        "auth",
        "contenttypes",
        "sessions",
        "account",
        "mfa",
        "socialaccount",
    }
    assert applied - from_elsewhere == set(schema.OURS)
    assert schema.is_ours()
