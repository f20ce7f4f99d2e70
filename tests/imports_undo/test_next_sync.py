"""The next sync does the same again, with the same records, unless it is paused (H11)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clever_sync.models import Connection
from core.vocabulary import Decision, RunState
from imports.due_schedules import start_due
from imports.lease import database_now
from imports.models import MatchDecision, Run, Schedule
from imports.schedules import paused, resume
from schools.models import Person
from tests.imports_undo.conftest import night, undo
from tests.imports_undo.test_exact import created, left, updated
from tests.world import ADMIN, World

pytestmark = pytest.mark.django_db(transaction=True)


def test_C10_F71_the_next_sync_after_an_undone_create_restores_the_same_record(
    maple: World,
) -> None:
    who = maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    run = night(maple)
    person, after = maple.person(who), maple.digest()
    undo(maple, run)
    assert not Person.objects.filter(district=maple.district, clever_id=who).exists()
    again = night(maple)
    assert [row.action for row in maple.rows(again)] == ["restore"]
    assert maple.person(who).pk == person.pk
    assert maple.digest() == after
    assert maple.rows(night(maple)) == [], "and then all is quiet"


def test_H11_undone_values_come_again_with_the_next_sync(maple: World) -> None:
    before = maple.digest()
    for happens in (left, updated, created):
        happens(maple)
    run = night(maple)
    assert maple.rows(night(maple)) == [], "all of it is settled"
    after = maple.digest()
    undo(maple, run)
    assert maple.digest() == before
    night(maple)
    assert maple.digest() == after


def test_H11_an_undo_can_pause_the_schedule(maple: World) -> None:
    updated(maple)
    run = night(maple)
    Schedule.objects.filter(district=maple.district).update(automatic=True, next_due=database_now())
    paused_for = timedelta(days=7)
    before = Run.objects.count()
    undo(maple, run, pause=paused_for)
    held = paused(maple.district, timezone.now())
    assert [schedule.data_type for schedule in held] == ["student", "teacher", "staff"]
    assert start_due(database_now()) == 0
    Schedule.objects.filter(district=maple.district).update(next_due=database_now())
    assert start_due(database_now()) == 0
    assert Run.objects.count() == before + 1
    assert len(resume(district=maple.district, by=ADMIN)) == 3
    Schedule.objects.filter(district=maple.district).update(next_due=database_now())
    assert start_due(database_now()) == 1
    run = Run.objects.latest("pk")
    assert maple.drive(run).state == RunState.COMPLETED
    assert len(maple.rows(run)) == 3, "what was undone comes again"


def test_C10_an_undo_needs_no_clever(maple: World) -> None:
    before = maple.digest()
    updated(maple)
    run = night(maple)
    Connection.objects.filter(district=maple.district).update(enabled=False)
    maple.clever.control.disconnect()
    maple.clever.control.clear_requests()
    assert undo(maple, run).state == RunState.COMPLETED
    assert maple.digest() == before
    assert maple.clever.control.requests() == []


def test_C10_a_decision_that_the_run_carried_out_is_open_again(maple: World) -> None:
    who = maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    MatchDecision.objects.create(
        district=maple.district, clever_id=who, decision=Decision.CREATE, decided_by=ADMIN,
        staged=False,
    )  # fmt: skip
    run = night(maple)
    assert MatchDecision.objects.get(clever_id=who).done_in_id == run.pk
    undo(maple, run)
    assert not MatchDecision.objects.filter(clever_id=who).exists()
