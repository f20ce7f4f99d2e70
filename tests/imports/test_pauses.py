"""Pausing and resuming, a change of zone, and what a late run says (A43, F14, F26)."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import DataType, RunState, Trigger
from imports import due
from imports.due_schedules import start_due
from imports.models import Run, Schedule
from imports.schedules import pause, resume, set_time_zone
from imports.story import story
from tests.world import ADMIN, World, world

pytestmark = pytest.mark.django_db(transaction=True)
STUDENT, TEACHER = DataType.STUDENT, DataType.TEACHER


@pytest.fixture
def here() -> Iterator[World]:
    """A district after its first import, whose schedules have their next times."""
    with world(students=12, teachers=2, corners=False, sections=False) as made:
        made.connect()
        made.sync()
        due.work(loop=False)
        yield made


def schedule(here: World, data_type: DataType) -> Schedule:
    return Schedule.objects.get(district=here.district, data_type=data_type)


def make_due(here: World, hours: float = 0.1) -> None:
    at = timezone.now() - timedelta(hours=hours)
    Schedule.objects.filter(district=here.district).update(next_due=at)


def scheduled(here: World) -> list[Run]:
    runs = Run.objects.filter(district=here.district, trigger=Trigger.SCHEDULE)
    return list(runs.order_by("pk"))


def test_A43_a_paused_type_is_left_out_and_comes_again_after_the_pause(here: World) -> None:
    until = timezone.now() + timedelta(days=3)
    pause(district=here.district, types=[STUDENT], until=until, by=ADMIN, why="New SIS")
    found = schedule(here, STUDENT)
    assert (found.paused_by, found.paused_why) == (ADMIN, "New SIS")
    assert found.next_due is not None
    assert found.next_due >= until
    make_due(here)
    due.work(loop=False)
    assert [run.data_types for run in scheduled(here)] == [["teacher"]]
    moment = timezone.now() - timedelta(minutes=1)
    Schedule.objects.filter(data_type=STUDENT).update(paused_until=moment, next_due=moment)
    due.work(loop=False)
    assert [run.data_types for run in scheduled(here)] == [["teacher"], ["student"]]


def test_A43_resuming_brings_the_next_time_back_and_catches_up_with_nothing(here: World) -> None:
    before = schedule(here, TEACHER).next_due
    until = timezone.now() + timedelta(days=30)
    pause(district=here.district, types=[STUDENT, TEACHER], until=until, by=ADMIN, why="Summer")
    assert resume(district=here.district, by=ADMIN, types=[TEACHER]) == [TEACHER]
    found = schedule(here, TEACHER)
    assert (found.paused_until, found.paused_why, found.next_due) == (None, "", before)
    assert schedule(here, STUDENT).paused_until == until
    assert start_due(timezone.now()) == 0
    assert resume(district=here.district, by=ADMIN) == [STUDENT]
    assert resume(district=here.district, by=ADMIN) == []
    verbs = AuditEvent.objects.filter(verb__startswith="schedule.").values_list("verb", flat=True)
    assert list(verbs) == ["schedule.paused", "schedule.resumed", "schedule.resumed"]


def test_A43_a_pause_that_is_over_already_is_refused(here: World) -> None:
    with pytest.raises(ConsoleError, match="still to come"):
        pause(district=here.district, types=[STUDENT], until=timezone.now(), by=ADMIN)


def test_A43_nothing_is_scheduled_before_the_first_import(here: World) -> None:
    Schedule.objects.filter(data_type=STUDENT).update(first_import_at=None, next_due=None)
    pause(
        district=here.district, types=[STUDENT], until=timezone.now() + timedelta(days=1), by=ADMIN
    )
    resume(district=here.district, by=ADMIN)
    set_time_zone(district=here.district, time_zone="America/New_York", by=ADMIN)
    assert schedule(here, STUDENT).next_due is None


def test_F26_another_zone_moves_the_next_times_at_once(here: World) -> None:
    here.district.refresh_from_db()
    assert set_time_zone(district=here.district, time_zone="America/New_York", by=ADMIN)
    assert not set_time_zone(district=here.district, time_zone="America/New_York", by=ADMIN)
    for data_type in (STUDENT, TEACHER):
        found = schedule(here, data_type).next_due
        assert found is not None
        local = found.astimezone(ZoneInfo("America/New_York"))
        assert (local.hour, local.minute) == (5, 0)
    with pytest.raises(ConsoleError, match="Time zone"):
        set_time_zone(district=here.district, time_zone="Maple/Ridge", by=ADMIN)


@pytest.mark.parametrize(
    ("hours", "said"), [(6, ", late by 6 h"), (0.4, ", late by 24 min"), (0.1, "")]
)
def test_F14_after_an_outage_one_run_catches_up_and_says_how_late_it_is(
    here: World, hours: float, said: str
) -> None:
    Schedule.objects.filter(district=here.district).update(frequency="hourly")
    make_due(here, hours)
    assert due.work(loop=False) == 1
    (run,) = scheduled(here)
    assert run.state == RunState.COMPLETED
    assert story(run)[0].note == f"by the schedule{said}"
    assert due.work(loop=False) == 0


def test_F14_each_schedule_catches_up_once_however_often_it_was_missed(here: World) -> None:
    Schedule.objects.filter(data_type=STUDENT).update(frequency="every_6_hours")
    Schedule.objects.filter(data_type=STUDENT).update(next_due=timezone.now() - timedelta(hours=40))
    Schedule.objects.filter(data_type=TEACHER).update(next_due=timezone.now() - timedelta(hours=20))
    due.work(loop=False)
    assert [sorted(run.data_types) for run in scheduled(here)] == [["student", "teacher"]]
