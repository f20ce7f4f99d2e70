"""A week by a moved clock: many districts in five zones, a change to summer time, and outages.

WEEK_DISTRICTS=200 plays it with two hundred districts, which takes minutes; the suite with five.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import QuerySet
from django.test import override_settings

from clever_sandbox import people_actions
from clever_sandbox.district import District as CleverDistrict
from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync import client as clients
from clever_sync.actions import connect
from clever_sync.models import Connection
from core.vocabulary import DataType, RunMode, RunState, Trigger
from imports.actions import start_run
from imports.driver import drive
from imports.models import Run, Schedule
from imports.schedules import timetable_of
from imports.story import story
from imports.timetable import next_due
from mappings.actions import create_default_rulesets
from mappings.models import SchoolMatch
from schools.models import District, Person, School
from tests.invariants import assert_invariants_of
from tests.week.moved_clock import MovedClock, moved_clock
from tests.week.playing import STEP, Console, Outage
from tests.world import speaking_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DISTRICTS = int(os.environ.get("WEEK_DISTRICTS", "5"))
ZONES = (
    "America/New_York", "America/Denver", "America/Phoenix", "Europe/London", "Pacific/Honolulu",
)  # fmt: skip
# 02:30 is left out in New York and Denver on the Sunday.
TIMETABLES: tuple[dict[str, Any], ...] = (
    {"frequency": "daily", "at_minute": 150},
    {"frequency": "every_6_hours", "at_minute": 300},
    {"frequency": "weekdays", "at_minute": 300},
    {"frequency": "weekly", "at_minute": 0, "weekday": 6},
    {"frequency": "every_12_hours", "at_minute": 1380},
)
# Summer time begins on Sunday, March 14.
BEGIN = datetime(2027, 3, 10, tzinfo=UTC)
END = BEGIN + timedelta(days=7)


def away(what: str, day: int, begins: float, ends: float) -> Outage:
    """On a day of the week, from one hour to another."""
    morning = BEGIN + timedelta(days=day)
    return Outage(what, morning + timedelta(hours=begins), morning + timedelta(hours=ends))


OUTAGES = [
    away("beat", 0, 8, 17),
    away("broker", 1, 5, 14),
    away("clever", 2, 5.9, 6.6),
    away("clever", 4, 7.4, 8.2),
]
DOWN = {"do": "status", "status": 503, "body": {"message": "down"}}


@pytest.fixture
def clever() -> Iterator[RunningSandbox]:
    districts = [
        {
            "key": f"d{n}", "name": f"District {n}", "students": 3, "teachers": 1, "staff": 0,
            "schools": 1, "district_admins": 0, "seed": n + 1, "corners": False, "sections": False,
        }
        for n in range(DISTRICTS)
    ]  # fmt: skip
    with (
        running_sandbox(scenario={"districts": districts}, rate_limit=1_000_000) as sandbox,
        speaking_to(sandbox),
        override_settings(CLEVER_REQUESTS_PER_MINUTE=1_000_000),
    ):
        yield sandbox


@pytest.fixture
def clock(clever: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[MovedClock]:
    with moved_clock(clever.clock, monkeypatch) as moved:
        yield moved


def begun(number: int, clever_id: str) -> District:
    """A district after its first import, with a timetable of its own."""
    # Five have every zone and every timetable, twenty-five each timetable in each zone.
    zone, timetable = ZONES[number % 5], TIMETABLES[(number + number // 5) % 5]
    district = District.objects.create(
        slug=f"d{number}", name=f"District {number}", time_zone=zone, clever_enabled=True
    )
    create_default_rulesets(district=district)
    connection = connect(district=district, text=clever_id, by="alex@d.example")
    Connection.objects.filter(pk=connection.pk).update(enabled=True)
    School.objects.create(
        district=district, site_code="DO", name="District office", is_district_office=True
    )
    school = School.objects.create(district=district, site_code="S1", name="One school")
    shared = connection.mirror.get(type="school")
    SchoolMatch.objects.create(district=district, clever_school_id=shared.clever_id, school=school)
    types = (DataType.STUDENT, DataType.TEACHER)
    run = start_run(
        district=district, mode=RunMode.LIVE, data_types=types, requested_by="", approved=True
    ).run
    assert drive(run.pk).state == RunState.COMPLETED
    Schedule.objects.filter(district=district).update(**timetable, next_due=None)
    return district


def something_happens(district: CleverDistrict, day: int) -> None:
    """A day in a district: a name changes, somebody comes, somebody leaves."""
    students = [
        row[0]
        for row in district.store.rows(
            "SELECT id FROM users WHERE roles & 1 AND hidden = 0 ORDER BY id"
        )
    ]
    people_actions.edit(district, students[0], {"name.last": f"Lund-{day}"})
    if day % 2 == 0:
        # Four in a week: of five and more, among so few, the brakes hold every one.
        last = f"Comer-{day}"
        people_actions.add_student(district, first="Nova", last=last, sis_id=f"77000{day}")
    if day % 3 == 2:
        people_actions.remove(district, students[1])
    district.move_last_sync()


def scheduled(district: District) -> QuerySet[Run]:
    return Run.objects.filter(district=district, trigger=Trigger.SCHEDULE).order_by("pk")


def expected(district: District) -> list[datetime]:
    """The moments at which runs begin: at the first tick after a time that was due.

    Whatever was missed meanwhile is caught up with once. A run that began while the broker was
    away is on until it is back.
    """
    timetable = timetable_of(Schedule.objects.filter(district=district)[0])
    zone = ZoneInfo(district.time_zone)
    due = next_due(timetable, zone, BEGIN)
    begins, now, free = [], BEGIN, BEGIN
    while now < END:
        if due <= now and free <= now and not is_away("beat", now):
            begins.append(now)
            due = next_due(timetable, zone, now)
            free = max([now, *(o.ends + STEP for o in OUTAGES if o.what == "broker" and o.on(now))])
        now += STEP
    return begins


def is_away(what: str, now: datetime) -> bool:
    return any(outage.what == what and outage.on(now) for outage in OUTAGES)


def truth(district: CleverDistrict) -> set[tuple[str, str, str]]:
    rows = district.store.rows("SELECT id FROM users WHERE hidden = 0")
    people = [district.people.shown(row[0]) for row in rows]
    return {(p["id"], p["name"]["first"], p["name"]["last"]) for p in people if p}


def test_C25_A43_B06_B10_F14_a_week_of_many_districts_with_outages(
    clever: RunningSandbox, clock: MovedClock, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(clients, "PAUSES", (0.0,))
    clock.set(BEGIN)
    districts = [begun(n, each) for n, each in enumerate(clever.district_ids)]
    console = Console(clock, OUTAGES)
    console.attach(monkeypatch, settings)
    is_down, now = False, BEGIN
    while now < END:
        clock.set(now)
        if console.away("clever") != is_down:
            is_down = not is_down
            clever.control.faults([DOWN] if is_down else [])
        if now.hour == 4 and now.minute == 0:
            for over_there in clever.sandbox.districts:
                something_happens(over_there, (now - BEGIN).days)
        console.step()
        now += STEP
    for place, district in enumerate(districts):
        assert_synced_when_it_should(district)
        assert_invariants_of(district)
        catch_up(district)
        living = Person.objects.filter(district=district, status=1, archived_at=None)
        here = set(living.values_list("clever_id", "first_name", "last_name"))
        assert here == truth(clever.sandbox.districts[place])
    spring = [run.created_at for run in scheduled(districts[0])]
    assert BEGIN + timedelta(days=4, hours=7.5) in spring, "02:30 was left out; 03:30 is 07:30 UTC"
    assert console.lost, "the broker was away when it was needed"
    assert Run.objects.filter(rests__gt=0).exists(), "and so was Clever"
    assert any("late by" in story(run)[0].note for d in districts for run in scheduled(d))


def assert_synced_when_it_should(district: District) -> None:
    """Each time once, and at the time; a run that met an outage came to its end after it."""
    runs = list(scheduled(district))
    assert [run.created_at for run in runs] == expected(district)
    assert {run.state for run in runs} <= {RunState.COMPLETED}
    assert len({run.due_slot for run in runs}) == len(runs)
    kinds = {run.pull.kind for run in runs if run.pull}
    assert kinds <= {"events", "full"}


def catch_up(district: District) -> None:
    """What happened after the week's last sync of a district that is not synced every day."""
    run = start_run(
        district=district, mode=RunMode.LIVE, data_types=(DataType.STUDENT, DataType.TEACHER),
        requested_by="", approved=True,
    ).run  # fmt: skip
    assert drive(run.pk).state == RunState.COMPLETED
