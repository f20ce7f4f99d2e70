"""Daily Operations: what is due by the timetable starts by itself, once (B06, B10)."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from accounts.support import set_leave
from clever_sync.models import Connection
from core.vocabulary import RunMode, RunState, Trigger
from imports import due
from imports.actions import start_run
from imports.due_schedules import start_due
from imports.models import Run, Schedule
from schools.models import District
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here() -> Iterator[World]:
    """A district after its first import, whose schedules have their next times."""
    with world(corners=False) as made:
        made.connect()
        made.sync()
        due.work(loop=False)
        yield made


def make_due(here: World, *, hours: float = 0.1, **which: object) -> None:
    at = timezone.now() - timedelta(hours=hours)
    Schedule.objects.filter(district=here.district, **which).update(next_due=at)


def scheduled(here: World) -> list[Run]:
    runs = Run.objects.filter(district=here.district, trigger=Trigger.SCHEDULE)
    return list(runs.order_by("pk"))


def times(here: World) -> list[bool]:
    """Of each schedule, whether its next time is still to come."""
    found = Schedule.objects.filter(district=here.district).order_by("pk")
    return [bool(s.next_due and s.next_due > timezone.now()) for s in found]


def test_B06_B10_students_and_teachers_follow_clever_by_themselves(here: World) -> None:
    assert times(here) == [True, True]
    who = here.clever.control.add_student(first="Nova", last="Comer", sis_id="990001")
    make_due(here)

    assert due.work(loop=False) == 1

    (run,) = scheduled(here)
    assert (run.state, sorted(run.data_types)) == (RunState.COMPLETED, ["student", "teacher"])
    assert here.person(who).last_name == "Comer"
    assert times(here) == [True, True]
    assert due.work(loop=False) == 0


def test_F13_two_clocks_start_one_run(here: World) -> None:
    make_due(here)
    started: list[int] = []

    def tick() -> None:
        started.append(start_due(timezone.now()))
        connection.close()

    clocks = [Thread(target=tick) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()

    assert sorted(started) == [0, 0, 0, 1]
    assert len(scheduled(here)) == 1


def test_B10_after_an_outage_one_run_catches_up(here: World) -> None:
    Schedule.objects.filter(district=here.district).update(frequency="hourly")
    make_due(here, hours=6)
    assert due.work(loop=False) == 1
    assert len(scheduled(here)) == 1
    assert times(here) == [True, True]


def test_B50_a_type_that_is_not_ticked_is_not_synced_by_itself(here: World) -> None:
    make_due(here)
    Schedule.objects.filter(district=here.district, data_type="teacher").update(automatic=False)
    due.work(loop=False)
    assert [run.data_types for run in scheduled(here)] == [["student"]]


@pytest.mark.parametrize("reason", ["leave", "switch", "import", "pause"])
def test_A26_B10_nothing_starts_where_it_may_not(here: World, reason: str) -> None:
    make_due(here)
    schedules = Schedule.objects.filter(district=here.district)
    if reason == "leave":
        District.objects.filter(pk=here.district.pk).update(clever_enabled=False)
    elif reason == "switch":
        Connection.objects.filter(district=here.district).update(enabled=False)
    elif reason == "import":
        schedules.update(first_import_at=None)
    else:
        schedules.update(paused_until=timezone.now() + timedelta(days=1))

    assert start_due(timezone.now()) == 0
    assert scheduled(here) == []


def test_B18_sync_begins_by_itself_once_support_has_accepted(here: World) -> None:
    set_leave(district=here.district, enabled=False, by="sam@support.example")
    make_due(here)
    assert due.work(loop=False) == 0
    set_leave(district=here.district, enabled=True, by="sam@support.example")
    assert due.work(loop=False) == 1
    assert [run.state for run in scheduled(here)] == [RunState.COMPLETED]


def test_B10_what_is_due_waits_for_the_run_that_is_on(here: World) -> None:
    run = start_run(
        district=here.district,
        mode=RunMode.TEST,
        data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN,
    ).run
    make_due(here)
    assert start_due(timezone.now()) == 0
    assert times(here) == [False, False]
    here.drive(run)
    assert start_due(timezone.now()) == 1


def test_B10_a_refusal_is_tried_again_at_the_next_time_only(here: World) -> None:
    make_due(here)
    Connection.objects.filter(district=here.district).update(state="disconnected")
    assert start_due(timezone.now()) == 0
    assert scheduled(here) == []
    assert times(here) == [True, True]


def test_B10_a_slot_that_had_its_run_is_not_run_again(here: World) -> None:
    make_due(here)
    slots = dict(Schedule.objects.values_list("pk", "next_due"))
    due.work(loop=False)
    for pk, slot in slots.items():
        Schedule.objects.filter(pk=pk).update(next_due=slot)
    assert start_due(timezone.now()) == 0
    assert len(scheduled(here)) == 1
    assert times(here) == [True, True]
