"""Scenes for page tests and the contact sheet: districts of made-up people, made by few statements.

`empty` has an owner and nothing else, `full` has had fourteen nights, `trouble` needs a person.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, User
from clever_sync.models import Connection, MirrorObject, Pull
from core.vocabulary import (
    Action,
    ConnectionState,
    DataType,
    HoldState,
    MemberRole,
    PullState,
    RunMode,
    RunState,
    RunStep,
    Trigger,
)
from imports import heartbeat
from imports.models import Alert, Hold, PlannedChange, Run, RunProblem, Schedule
from mappings.actions import create_default_rulesets
from mappings.models import Ruleset, SchoolMatch
from mappings.queries import school_map
from schools.models import District, FieldLock, Person, PersonSite, School

PASSWORD = "a long password for tests"
ALICE, BOB, CHARLIE = "alice@maple.example", "bob@maple.example", "charlie@else.example"
LEE, OLIVE, SAM = "lee@maple.example", "olive@maple.example", "sam@support.example"
SCHOOL_NAMES = (
    "Willow Creek High", "Maple Ridge High", "Foxglove Middle", "Stone Bridge Middle",
    "Alder Grove Elementary", "Birch Hollow Elementary", "Cedar Lane Elementary",
    "Dogwood Elementary", "Elm Park Elementary", "Fern Valley Elementary",
    "Garden Street Elementary", "Hawthorn Academy",
)  # fmt: skip
LAST = (
    "Abara Alvarez Bauer Becker Castillo Chen Dubois Eriksen Fischer Garza Haddad Ivanova Jansen"
    " Kowalski Larsen Mbeki Nakamura Okafor Petrov Quispe Rossi Sato Tran Ueda Vargas Walsh"
    " Xiong Yilmaz Zielinski O'Neill"
).split()
FIRST = (
    "Ada Bo Cleo Dario Elif Femi Gia Hugo Ines Jonah Kaya Luca Mina Nico Oona Pia Quinn Rafa"
    " Sina Theo Uma Vito Wren Xavi Yara Zeno"
).split()

STUDENTS_SQL = """
INSERT INTO schools_person (district_id, kind, roles, school_id, status, clever_id, sis_id,
    student_number, first_name, last_name, birth_date, sex, email, grade, class_year, username,
    city, state, extra, protected, unsettled, revision)
SELECT %(district)s, 'student', ARRAY['student'], (%(schools)s)[1 + n %% %(school_count)s],
    CASE WHEN n %% 97 = 0 THEN 4 ELSE 1 END,
    CASE WHEN n %% 50 <> 0 THEN 'c0ffee' || lpad(to_hex(n), 18, '0') END,
    (100000 + n)::text, 'N' || (200000 + n), (%(first)s)[1 + n %% %(first_count)s],
    (%(last)s)[1 + (n * 7) %% %(last_count)s], DATE '2008-01-01' + (n * 13) %% 4000,
    CASE WHEN n %% 2 = 0 THEN 'Female' ELSE 'Male' END, 'student' || n || '@maple.example',
    (n %% 12 + 1)::text, 2027 + 11 - n %% 12, 'user' || n, 'Maple Ridge', 'CO', '{}',
    false, false, 1
FROM generate_series(1, %(count)s) AS n
"""
EMPLOYEES_SQL = """
INSERT INTO schools_person (district_id, kind, roles, school_id, status, clever_id, sis_id,
    teacher_number, first_name, last_name, email, title, extra, protected, unsettled, revision)
SELECT %(district)s, 'employee', CASE WHEN n %% 10 = 0 THEN ARRAY['teacher', 'staff']
    ELSE ARRAY['teacher'] END, (%(schools)s)[1 + n %% %(school_count)s], 1,
    'decade' || lpad(to_hex(n), 18, '0'), (700000 + n)::text, 'T' || n,
    (%(first)s)[1 + (n * 3) %% %(first_count)s], (%(last)s)[1 + (n * 11) %% %(last_count)s],
    'teacher' || n || '@maple.example', 'Teacher', '{}', false, false, 1
FROM generate_series(1, %(count)s) AS n
"""


@dataclass(frozen=True)
class Scene:
    """A district with what is in it."""

    district: District
    schools: list[School]
    runs: dict[str, Run]

    @property
    def slug(self) -> str:
        return self.district.slug

    @property
    def person(self) -> Person:
        people = Person.objects.filter(district=self.district, clever_id__isnull=False)
        found = people.order_by("pk").first()
        assert found
        return found


def user(email: str, **fields: object) -> User:
    """A user who can sign in with PASSWORD; made once."""
    known = User.objects.filter(email=email).first()
    if known:
        return known
    return User.objects.create(email=email, password=hashed(), **fields)


@cache
def hashed() -> str:
    """The password's hash, made once."""
    return make_password(PASSWORD)


def district(slug: str, name: str, **fields: object) -> District:
    """A district with Alice as its owner and Bob as a viewer."""
    made = District.objects.create(slug=slug, name=name, time_zone="America/Denver", **fields)
    user(CHARLIE)
    user(SAM, is_staff=True)
    for email, role in ((ALICE, MemberRole.OWNER), (BOB, MemberRole.VIEWER)):
        Membership.objects.create(district=made, user=user(email), role=role)
    Membership.objects.create(district=made, user=user(OLIVE), role=MemberRole.OPERATOR)
    School.objects.create(
        district=made, site_code="DO", name="District Office", is_district_office=True
    )
    return made


def empty(slug: str = "juniper", name: str = "Juniper Valley School District") -> Scene:
    """A district on its first day."""
    return Scene(district(slug, name), [], {})


def full(
    slug: str = "maple", *, students: int = 60, teachers: int = 12, running: bool = False
) -> Scene:
    """A district after fourteen nights, with a finished import, a test, problems and holds."""
    made = district(slug, "Maple Ridge Unified", clever_enabled=True)
    schools = people(made, students, teachers)
    librarian = Membership.objects.create(district=made, user=user(LEE), role=MemberRole.LIBRARIAN)
    librarian.schools.add(schools[0])
    connect(made, schools)
    runs = nights(made)
    runs["test"] = test(made)
    runs["done"] = finished(made, schools, students)
    runs["old"] = Run.objects.filter(district=made).order_by("pk")[0]
    one = Person.objects.filter(district=made, clever_id__isnull=False).order_by("pk")[0]
    history(one, runs["done"], schools)
    plan(runs["done"], schools, min(students, 400))
    FieldLock.objects.create(
        district=made, person=one, field="email", reason="The family asked for it",
        locked_by=ALICE,
    )  # fmt: skip
    PersonSite.objects.create(person=one, school=schools[2])
    if running:
        runs["running"] = running_now(made)
    return Scene(made, schools, runs)


def trouble(slug: str = "harbor") -> Scene:
    """A district whose connection is lost, whose last run failed, and which Clever paused."""
    made = district(slug, "Harbor Point Public Schools", clever_enabled=True)
    schools = people(made, 30, 4)
    connect(made, schools)
    now = timezone.now()
    Connection.objects.filter(district=made).update(
        state=ConnectionState.NEEDS_ATTENTION,
        attention="clever_token_refused",
        clever_state="paused",
        pause_start=now - timedelta(days=3),
        pause_end=now + timedelta(days=40),
    )
    failed = run_row(
        made, RunMode.LIVE, RunState.FAILED, hours=6, trigger=Trigger.SCHEDULE, asked_by="",
        step=RunStep.PULLING, failure="clever_unavailable", retryable=True,
        message="Clever did not answer for an hour. Nothing was changed.",
    )  # fmt: skip
    ready = run_row(
        made, RunMode.LIVE, RunState.READY, hours=2,
        counts={"student": {"create": 3, "update": 12, "unchanged": 15}},
        message="Nothing was imported yet. Your decision is needed.",
    )  # fmt: skip
    plan(ready, schools, 20)
    return Scene(made, schools, {"failed": failed, "ready": ready})


def people(made: District, students: int, teachers: int) -> list[School]:
    """Twelve schools, and people in them."""
    schools = [
        School(district=made, site_code=f"S{n:02}", name=name, number=str(100 + n))
        for n, name in enumerate(SCHOOL_NAMES, start=1)
    ]
    School.objects.bulk_create(schools)
    values: dict[str, Any] = {
        "district": made.pk,
        "schools": [school.pk for school in schools],
        "school_count": len(schools),
        "first": FIRST, "first_count": len(FIRST), "last": LAST, "last_count": len(LAST),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STUDENTS_SQL, {**values, "count": students})
        cursor.execute(EMPLOYEES_SQL, {**values, "count": teachers})
        cursor.execute("ANALYZE schools_person")
    return schools


def connect(made: District, schools: list[School]) -> None:
    """A connection that can read, all schools but one matched, rules, schedules."""
    now = timezone.now()
    heartbeat.note()
    tie = Connection.objects.create(
        district=made, clever_district_id=f"{made.pk:024x}", state=ConnectionState.READY,
        enabled=True, clever_name=made.name, clever_state="running",
        last_sync=now - timedelta(hours=7), checked_at=now,
    )  # fmt: skip
    Pull.objects.create(connection=tie, state=PullState.DONE, roles=["student"], sources=[])
    MirrorObject.objects.bulk_create(
        MirrorObject(
            connection=tie, type="school", clever_id=f"{n:024x}", raw_hash=b"0" * 16,
            content_hash=b"0" * 16,
            payload={"name": school.name, "school_number": school.number},
        )
        for n, school in enumerate(schools, start=1)
    )  # fmt: skip
    SchoolMatch.objects.bulk_create(
        SchoolMatch(district=made, clever_school_id=f"{n:024x}", school=school)
        for n, school in enumerate(schools[:-1], start=1)
    )
    create_default_rulesets(district=made)
    morning = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    for data_type in (DataType.STUDENT, DataType.TEACHER):
        Schedule.objects.update_or_create(
            district=made,
            data_type=data_type,
            defaults={
                "automatic": True, "first_import_at": now - timedelta(days=13),
                "next_due": morning,
            },
        )  # fmt: skip


def run_row(
    made: District, mode: str, state: str, *, hours: float, asked_by: str = ALICE, **fields: object
) -> Run:
    """A run that began so many hours ago."""
    began: datetime = timezone.now() - timedelta(hours=hours)
    rules = Ruleset.objects.filter(
        district=made, state="active", data_type__in=["student", "teacher"]
    )
    given: dict[str, object] = {
        "data_types": ["student", "teacher"], "requested_by": asked_by, "created_at": began,
        "finished_at": began + timedelta(seconds=74),
        "settings": dict(rules.values_list("data_type", "pk")),
        "schools_key": school_map(made).key, "own_brakes": {}, **fields,
    }  # fmt: skip
    return Run.objects.create(district=made, mode=mode, state=state, **given)


def nights(made: District) -> dict[str, Run]:
    """Thirteen nights of scheduled syncs, with figures that differ."""
    chance = random.Random(7)
    for night in range(13, 0, -1):
        counts = {
            "student": {
                "update": chance.randrange(20, 160), "create": chance.randrange(0, 40),
                "move": chance.randrange(0, 12), "transfer": chance.randrange(0, 9),
                "reject": chance.choice((0, 0, 3, 7)), "unchanged": 4600,
            },
            "teacher": {"update": chance.randrange(0, 9), "unchanged": 300},
        }  # fmt: skip
        run_row(
            made, RunMode.LIVE, RunState.COMPLETED, hours=24 * night + 2, counts=counts,
            trigger=Trigger.SCHEDULE, asked_by="",
        )  # fmt: skip
    return {}


def test(made: District) -> Run:
    return run_row(
        made, RunMode.TEST, RunState.TESTED, hours=3,
        counts={"student": {"create": 31, "update": 1204, "unchanged": 3500}},
    )  # fmt: skip


def finished(made: District, schools: list[School], students: int) -> Run:
    """Last night: mostly good, one school held, a pair of twins, a code without a rule."""
    counts = {
        "student": {
            "create": 31, "update": 1204, "move": 12, "transfer": 3, "restore": 1, "link": 4,
            "conflict": 2, "reject": 7, "held": 64, "unchanged": max(students - 1300, 0),
        },
        "teacher": {"update": 12, "unchanged": 298},
    }  # fmt: skip
    run = run_row(
        made, RunMode.LIVE, RunState.COMPLETED_WITH_ERRORS, hours=1, counts=counts, full=True,
        message="1,253 changes were written, 64 are held, 9 people were left out.",
    )  # fmt: skip
    hold(run, "student", 64, schools[0])
    for code, field, value, number in (
        ("code_unknown", "grade", "TK", 31),
        ("date_invalid", "birth_date", "2/30/2012", 2),
        ("last_name_missing", "", "", 7),
        ("likely_duplicate", "", "", 2),
    ):
        RunProblem.objects.create(
            run=run, data_type="student", code=code, field=field, value=value, people=number
        )
    for n in range(2):
        Alert.objects.create(
            district=made, data_type="student", clever_id=f"beef{n:020x}",
            reason="likely_duplicate", last_run=run, first_run=run,
        )  # fmt: skip
    tie = Connection.objects.get(district=made)
    MirrorObject.objects.create(
        connection=tie, type="user", clever_id=f"beef{0:020x}", raw_hash=b"0" * 16,
        content_hash=b"0" * 16, payload={"name.first": "Twyla", "name.last": "Twin"},
    )  # fmt: skip
    return run


def hold(run: Run, data_type: str, count: int, school: School) -> Hold:
    """So many leavers of a school, held."""
    return Hold.objects.create(
        district=run.district, run=run, cause="school_transfers", data_type=data_type,
        slice=f"transfer/{data_type}/{school.pk}", action="transfer", count=count,
        population=count * 10, digest=b"0" * 16, state=HoldState.OPEN,
        schools=[{"school": school.pk, "count": count, "of": count * 10}],
        expires_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip


def plan(run: Run, schools: list[School], count: int) -> None:
    """Plan rows of every action."""
    found = list(
        Person.objects.filter(district=run.district, kind="student").order_by("pk")[:count]
    )
    rows = [plan_row(run, person, n, schools) for n, person in enumerate(found)]
    rows.append(
        PlannedChange(
            run=run, data_type="student", action=Action.CONFLICT, clever_id=f"beef{0:020x}",
            why={"reason": "likely_duplicate"},
        )
    )  # fmt: skip
    PlannedChange.objects.bulk_create(rows)


def plan_row(run: Run, person: Person, n: int, schools: list[School]) -> PlannedChange:
    home = person.school_id
    row = PlannedChange(
        run=run, data_type="student", action=Action.UPDATE, person=person, school=home,
        clever_id=person.clever_id, person_revision=1,
        before={"grade": "3", "email": None}, after={"grade": "4", "email": person.email},
    )  # fmt: skip
    if n % 7 == 1:
        row.action, row.before = Action.CREATE, {}
        row.after = {
            "first_name": person.first_name, "last_name": person.last_name, "grade": "4",
            "sis_id": person.sis_id, "site": home, "status": 1, "email": person.email,
        }  # fmt: skip
        row.why = {"match": "new"}
    elif n % 7 == 2:
        other = schools[n % len(schools)].pk
        row.action, row.old_school, row.school = Action.MOVE, other, home
        row.before, row.after = {"site": other}, {"site": home}
    elif n % 7 == 3:
        row.action, row.before, row.after = Action.TRANSFER, {"status": 1}, {"status": 4}
        row.why, row.exception = {"absence": "confirmed"}, "held" if n % 2 else None
    elif n % 7 == 4:
        row.action, row.before, row.after = Action.REJECT, {}, {}
        row.why = {"reason": "last_name_missing"}
    return row


def history(person: Person, run: Run, schools: list[School]) -> None:
    """A longer story of one person."""
    earlier = Run.objects.filter(district=run.district, mode=RunMode.LIVE).order_by("pk")[:4]
    for n, night in enumerate(earlier):
        change = {"site": schools[n].pk, "grade": str(n + 1)}
        PlannedChange.objects.create(
            run=night, data_type="student", action=Action.CREATE if n == 0 else Action.MOVE,
            person=person, clever_id=person.clever_id, school=schools[n].pk,
            before={} if n == 0 else {"site": schools[n - 1].pk, "grade": str(n)},
            after=change | ({"last_name": person.last_name, "first_name": person.first_name}
                            if n == 0 else {}),
            why={"match": "new"} if n == 0 else {},
        )  # fmt: skip


def running_now(made: District) -> Run:
    return run_row(
        made, RunMode.LIVE, RunState.VALIDATING, hours=0.01, step=RunStep.PLANNING,
        finished_at=None, trigger=Trigger.SCHEDULE, asked_by="",
        progress={"step": "planning", "done": 7900, "total": 12450}, seconds={"pull": 11.0},
        next_attempt_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
