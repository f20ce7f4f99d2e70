"""Yesterday's backup, made and restored as docs/operator.md says, is brought up to date (F79)."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection as database

from core.vocabulary import RunState, Trigger
from imports import due_schedules
from imports.lease import database_now
from imports.models import Run, Schedule
from integration_console.embedded.postgres import PostgresFailed, installed_programs
from tests.faults.killed import environment_of_database
from tests.faults.test_killed_workers import disturb
from tests.invariants import assert_invariants_of
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def program(name: str) -> str:
    """pg_dump or pg_restore, at least as new as the server; skips if there is none."""
    with database.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (wanted,) = cursor.fetchone()
    found = [shutil.which(name)]
    with suppress(PostgresFailed):
        found.append(str(installed_programs() / name))
    for path in filter(None, found):
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
        version = re.search(r"(\d+)", said)
        if version and int(version[1]) >= wanted:
            return path
    pytest.skip(f"NOT RUN: no {name} for PostgreSQL {wanted} is at hand")


def run(name: str, *words: str) -> None:
    subprocess.run([program(name), *words], check=True, capture_output=True, env=dict(os.environ))


def statement(text: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(text)


@contextmanager
def on_the_restored(backup: Path) -> Iterator[None]:
    """An empty database, the backup in it, and the console on it."""
    original = database.settings_dict["NAME"]
    name = f"{original}_restored"
    statement(f'DROP DATABASE IF EXISTS "{name}"')
    statement(f'CREATE DATABASE "{name}"')
    database.close()
    try:
        database.settings_dict["NAME"] = name
        run(
            "pg_restore", "--no-owner", "--exit-on-error", "--dbname", environment_of_database(),
            str(backup),
        )  # fmt: skip
        yield
    finally:
        database.close()
        database.settings_dict["NAME"] = original
        statement(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("full", [True, False], ids=["full", "usual"])
def test_F79_yesterdays_backup_is_brought_up_to_date_by_the_next_sync(
    fresh: World, tmp_path: Path, full: bool
) -> None:
    fresh.sync()
    yesterday, backup = fresh.digest(), tmp_path / "backup"
    run("pg_dump", "--format=custom", "--file", str(backup), "--dbname", environment_of_database())
    disturb(fresh)
    fresh.sync()
    disturb_again(fresh)
    fresh.sync()
    today = fresh.digest()
    assert yesterday != today
    with on_the_restored(backup):
        assert fresh.digest() == yesterday
        ended = fresh.sync(full=full)
        assert ended.state == RunState.COMPLETED
        assert fresh.digest() == today
        assert_invariants_of(fresh.district)
        again = fresh.sync(full=full)
        assert fresh.rows(again) == [] and fresh.digest() == today


def disturb_again(here: World) -> None:
    """Another day: somebody comes back, somebody else changes."""
    here.clever.control.advance(86_400)
    students = here.students()
    here.clever.control.edit(students[2], {"name.first": "Basil"})
    here.clever.control.remove(students[3])


def test_F79_what_was_due_since_the_backup_is_made_up_for_once(
    fresh: World, tmp_path: Path
) -> None:
    """The slots of the lost day were run; the restored console does not know, and runs one."""
    fresh.sync()
    slot = database_now() - timedelta(days=1)
    Schedule.objects.filter(district=fresh.district).update(next_due=slot)
    backup = tmp_path / "backup"
    run("pg_dump", "--format=custom", "--file", str(backup), "--dbname", environment_of_database())
    with on_the_restored(backup):
        now = database_now()
        assert due_schedules.start_due(now) == 1
        (caught_up,) = Run.objects.filter(trigger=Trigger.SCHEDULE)
        assert fresh.drive(caught_up).state == RunState.COMPLETED
        assert due_schedules.start_due(now) == 0
