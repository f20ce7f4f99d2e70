"""A week by a moved clock: many districts in five zones, a change to summer time, and outages.

WEEK_DISTRICTS=200 plays it with two hundred districts and several worker processes, which takes
many minutes; the suite with five, one in each zone.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

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
from imports.story import story
from mappings.actions import create_default_rulesets
from mappings.models import SchoolMatch
from notifications.actions import save_recipients
from notifications.models import Letter, told_by_default
from notifications.words import KINDS
from schools.digest import state_digest
from schools.models import District, Person, School
from tests.invariants import assert_invariants_of
from tests.notifications.office import text_of
from tests.week.expecting import (
    AGAIN,
    EVERYTHING,
    FIRST_IMPORT,
    OVERDUE,
    TROUBLE,
    Expected,
    Mail,
    mails_of,
    runs_of,
)
from tests.week.moved_clock import moved_clock
from tests.week.playing import Console, Mailboxes, shared_out
from tests.week.timetables import BEGIN, END, OUTAGES, ZONES, steps, timetable_of
from tests.week.truth import written_down
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, speaking_to

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DISTRICTS = int(os.environ.get("WEEK_DISTRICTS", "5"))
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
    ):
        yield sandbox


@pytest.fixture
def console(
    clever: RunningSandbox, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Console]:
    monkeypatch.setattr(clients, "PAUSES", (0.0,))
    with moved_clock(clever.clock, monkeypatch) as clock:
        mail = Mailboxes(clock, settings)
        made = Console(clock, mail, OUTAGES)
        made.attach(monkeypatch, settings)
        yield made
        mail.close()


def all_begun(clever: RunningSandbox) -> list[District]:
    """The districts, in the order of their numbers."""

    def begin(numbers: Sequence[int]) -> None:
        for number in numbers:
            begun(number, clever.district_ids[number])

    shared_out(begin, range(DISTRICTS))
    return [District.objects.get(slug=f"d{number}") for number in range(DISTRICTS)]


def begun(number: int, clever_id: str) -> None:
    """A district after its first import, with a timetable of its own and people to be told."""
    district = District.objects.create(
        slug=f"d{number}", name=f"District {number}", time_zone=ZONES[number % 5],
        clever_enabled=True,
    )  # fmt: skip
    create_default_rulesets(district=district)
    connection = connect(district=district, text=clever_id, by=ADMIN)
    Connection.objects.filter(pk=connection.pk).update(enabled=True)
    School.objects.create(
        district=district, site_code="DO", name="District office", is_district_office=True
    )
    school = School.objects.create(district=district, site_code="S1", name="One school")
    shared = connection.mirror.get(type="school")
    SchoolMatch.objects.create(district=district, clever_school_id=shared.clever_id, school=school)
    run = start_run(
        district=district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS, requested_by="",
        approved=True,
    ).run  # fmt: skip
    assert drive(run.pk).state == RunState.COMPLETED
    timetable = asdict(timetable_of(number))
    Schedule.objects.filter(district=district).update(**timetable, next_due=None)
    lists = {EVERYTHING: KINDS, TROUBLE: told_by_default()}
    for data_type in STUDENTS_AND_TEACHERS:
        wanted = {f"{name}@d{number}.example": kinds for name, kinds in lists.items()}
        save_recipients(district=district, data_type=DataType(data_type), wanted=wanted, by=ADMIN)


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


def play(clever: RunningSandbox, console: Console, plans: Sequence[Sequence[Expected]]) -> None:
    """The week; at Clever something happens each day that a sync is still to come for."""
    is_down = False
    for now in steps():
        console.clock.set(now)
        if console.away("clever") != is_down:
            is_down = not is_down
            clever.control.faults([DOWN] if is_down else [])
        if now.hour == 4 and now.minute == 0:
            for over_there, runs in zip(clever.sandbox.districts, plans, strict=True):
                if any(run.good and run.ended >= now for run in runs):
                    something_happens(over_there, (now - BEGIN).days)
        console.step()
    console.clock.set(END)
    console.deliver()


def scheduled(district: District) -> QuerySet[Run]:
    return Run.objects.filter(district=district, trigger=Trigger.SCHEDULE).order_by("pk")


def test_C25_A43_B06_B10_F14_F15_F74_C20_a_week_of_many_districts_with_outages(
    clever: RunningSandbox, console: Console
) -> None:
    console.clock.set(BEGIN)
    districts = all_begun(clever)
    plans = [runs_of(number) for number in range(DISTRICTS)]
    play(clever, console, plans)
    for number, district in enumerate(districts):
        assert_synced_when_it_should(district, plans[number])
        assert_told_once(console.mail, district, mails_of(number, plans[number]))
        assert_is_what_its_clever_is(district, clever.sandbox.districts[number])
        assert_invariants_of(district)
    assert set(Letter.objects.values_list("state", flat=True)) == {"sent"}
    ids = [letter["Message-ID"] for letter in console.mail.office.letters]
    assert len(ids) == len(set(ids)) == Letter.objects.count()
    everything_was_met(console, districts)


def everything_was_met(console: Console, districts: Sequence[District]) -> None:
    """The outages struck: otherwise the week has shown nothing."""
    spring = [run.created_at for run in scheduled(districts[0])]
    assert BEGIN + timedelta(days=4, hours=7.5) in spring, "02:30 was left out; 03:30 is 07:30 UTC"
    assert console.lost, "the broker was away when it was needed"
    good = Run.objects.filter(state=RunState.COMPLETED)
    assert good.filter(rests__gt=0).exists(), "and so was Clever"
    assert any("late by" in story(run)[0].note for d in districts for run in scheduled(d))
    subjects = " ".join(letter["Subject"] for letter in console.mail.office.letters)
    assert OVERDUE in subjects and AGAIN in subjects
    assert Letter.objects.filter(attempts__gt=1).exists(), "and so was the mail server"


def assert_synced_when_it_should(district: District, plan: Sequence[Expected]) -> None:
    """Each time once, and at the time; a run that met an outage came to its end after it."""
    runs = list(scheduled(district))
    came = [(run.created_at, run.finished_at, run.state == RunState.COMPLETED) for run in runs]
    assert came == [(run.begun, run.ended, run.good) for run in plan]
    assert {run.failure for run in runs} <= {"", "clever_unavailable"}
    assert len({run.due_slot for run in runs}) == len(runs)
    kinds = {run.pull.kind for run in runs if run.pull}
    assert kinds <= {"events", "full"}


def assert_told_once(mail: Mailboxes, district: District, wanted: Sequence[Mail]) -> None:
    """What came to the district's addresses is what should have come, each once and in time."""
    runs = Run.objects.filter(district=district).order_by("pk")
    places = {run.pk: place for place, run in enumerate(runs, start=FIRST_IMPORT)}
    came = [
        Mail(at, reader_of(letter["To"]), subject, run_in(text_of(letter), places))
        for at, letter in zip(mail.times, mail.office.letters, strict=True)
        if letter["To"].endswith(f"@{district.slug}.example")
        for subject in [letter["Subject"].removeprefix(f"{district.name}: ")]
    ]
    assert sorted(came, key=order) == sorted(wanted, key=order)


def reader_of(address: str) -> str:
    return address.partition("@")[0]


def run_in(text: str, places: dict[int, int]) -> int | None:
    """The place of the run that a mail leads to; None where it leads to no run."""
    found = re.search(r"/operations/(\d+)/", text)
    return places[int(found[1])] if found else None


def order(mail: Mail) -> tuple[datetime, str, str]:
    return mail.at, mail.reader, mail.subject


def assert_is_what_its_clever_is(district: District, over_there: CleverDistrict) -> None:
    """All that is mapped, of everybody who is here or was, by the digest of both."""
    truth = written_down(over_there, slug=f"{district.slug}-truth")
    assert state_digest(district) == state_digest(truth), [
        (mine, theirs)
        for mine, theirs in zip(*map(people_of, (district, truth)), strict=True)
        if mine != theirs
    ]


def people_of(district: District) -> list[dict[str, Any]]:
    left_out = {"id", "district_id", "school_id", "revision", "created_at", "changed_at"}
    rows = Person.objects.filter(district=district).order_by("clever_id").values()
    return [{name: value for name, value in row.items() if name not in left_out} for row in rows]
