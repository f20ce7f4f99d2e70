"""A plan that another version of the console has made is not written: it is made afresh (F80)."""

import pytest
from django.db import connection as database

from core.problems import ConsoleError
from core.vocabulary import RunMode, RunState, Trigger
from imports import rows
from imports.actions import start_run, why_not_start
from imports.models import PlannedChange, Run
from imports.undoing.actions import start_undo
from tests.attack.test_secrets import Kept
from tests.faults.conftest import SIZE, At
from tests.faults.killed import twin_digest
from tests.faults.test_killed_workers import disturb, first_import, queued
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World

pytestmark = pytest.mark.django_db(transaction=True)


def another_version_has_planned() -> None:
    """Its rows look like ours, and mean something else."""
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_plannedchange SET after = jsonb_build_object('first_name', 'Misread')"
            " WHERE action = 'update' AND run_id = (SELECT max(id) FROM imports_run)"
        )
        assert cursor.rowcount
        cursor.execute("UPDATE imports_run SET plan_format = %s", [rows.FORMAT + 1])


def test_F80_a_plan_of_another_format_is_refused_and_made_afresh(
    fresh: World, at: At, log: Kept
) -> None:
    fresh.sync()
    disturb(fresh)
    run = queued(fresh)
    at("plan.checked", another_version_has_planned)
    ended = fresh.drive(run)
    assert (ended.state, ended.fence) == (RunState.COMPLETED, 1)
    assert ended.plan_format == rows.FORMAT
    assert fresh.people(first_name="Misread") == []
    assert fresh.digest() == twin_digest(fresh, first_import, **SIZE)
    assert any("plan_of_another_format" in line for line in log.lines)


def test_F80_an_undo_is_planned_afresh_too(fresh: World, at: At) -> None:
    fresh.sync()
    before = fresh.digest()
    disturb(fresh)
    undone = fresh.sync()
    at("plan.checked", another_version_has_planned)
    ended = fresh.drive(start_undo(run=undone, by=ADMIN))
    assert ended.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
    assert fresh.people(first_name="Misread") == [] and fresh.digest() == before


def test_F80_a_test_of_another_format_cannot_be_imported(fresh: World) -> None:
    tested = fresh.test()
    Run.objects.update(plan_format=rows.FORMAT + 1)
    tested.refresh_from_db()
    assert "upgraded after that test" in why_not_start(
        fresh.district, STUDENTS_AND_TEACHERS, tested
    )
    with pytest.raises(ConsoleError, match="Test again"):
        start_run(
            district=fresh.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
            requested_by=ADMIN, tested_run=tested,
        )  # fmt: skip
    assert not Run.objects.exclude(pk=tested.pk).exclude(trigger=Trigger.UNDO).exists()
    assert PlannedChange.objects.exists()
