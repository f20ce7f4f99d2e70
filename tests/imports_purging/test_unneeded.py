"""What no rule needs is never stored, wherever one looks (C34)."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from clever_sync.models import MirrorObject, PageSeal, Pull
from core.vocabulary import DataType, Decision, Policy, PullKind, RunState
from imports import alerts, holds, purging
from imports.lease import database_now
from imports.models import Alert, Destruction, PlannedChange
from imports.undoing.actions import start_undo
from integration_console.logs import formatter
from mappings.actions import publish
from mappings.defaults import default_spec
from mappings.queries import active_specs
from mappings.spec import FieldSpec
from schools.writer import create_person
from tests.everywhere import found, opened
from tests.world import ADMIN, World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

R = "roles.student"
NEEDED = {"sis_id", "student_number", "first_name", "last_name", "grade", "site"}
# A field of Clever's, with a value that stands nowhere else. Dates are stored in another shape.
MARKED: dict[str, Any] = {
    "name.middle": "zqmiddle",
    "created": "1971-03-04T05:06:07.123Z",
    "lms_status": {"synced_in_lms": "zqlms"},
    f"{R}.dob": "11/23/1907",
    f"{R}.gender": "zqgender",
    f"{R}.race": "zqrace",
    f"{R}.hispanic_ethnicity": "zqhispanic",
    f"{R}.ell_status": "zqell",
    f"{R}.frl_status": "zqfrl",
    f"{R}.iep_status": "zqiep",
    f"{R}.section_504_status": "zq504",
    f"{R}.gifted_status": "zqgifted",
    f"{R}.home_language": "zqlanguage",
    f"{R}.home_language_code": "zqlangcode",
    f"{R}.graduation_year": "1907",
    f"{R}.weighted_gpa": "3.90717",
    f"{R}.unweighted_gpa": "3.80717",
    f"{R}.phone": "555-0190-717",
    f"{R}.location": {
        "address": "17 Zqstreet Lane", "city": "Zqcity", "state": "ZQSTATE", "zip": "90717-0717",
        "lat": "41.90717", "lon": "-74.90717",
    },
    f"{R}.credentials": {"district_username": "zqusername", "district_password": "zqpassword"},
    f"{R}.preferred_name": {"first": "zqpreferred", "middle": "", "last": ""},
    f"{R}.disability": {"disability_type": "zqdisability", "disability_code": "zqcode"},
    f"{R}.contacts": [{"name": "zqcontact", "phone": "zqcontactphone", "type": "Mother"}],
    f"{R}.enrollments": [{"note": "zqenrolled"}],
    f"{R}.ext": {"locker": "zqlocker", "lunch_code": "zqlunch", "health": "zqhealth"},
}  # fmt: skip


def words_of(value: Any) -> list[str]:
    """The words of a value by which it would be known again."""
    if isinstance(value, dict):
        return [word for one in value.values() for word in words_of(one)]
    if isinstance(value, list):
        return [word for one in value for word in words_of(one)]
    return [value] if len(value) > 4 and value != "Mother" else []


WORDS = [*(word for value in MARKED.values() for word in words_of(value)), "1907-11-23", "zq504"]


class Kept(logging.Handler):
    """Every line of the log, also those for whoever looks for a mistake."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(formatter("json"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Kept]:
    kept, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    # SQL with its values is logged by nobody who runs this: Django does it only for DEBUG.
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(kept)
    root.setLevel(before)


@pytest.fixture
def maple() -> Iterator[World]:
    """A district whose rules map six fields of students, and a Clever that sends everything."""
    with world(students=40, teachers=4, schools=2, contacts=10, corners=False) as ready:
        ready.connect()
        maps(ready, *NEEDED)
        ready.clever.control.special_fields(True)
        for number, student in enumerate(ready.students()):
            marks(ready, student, number)
        yield ready
        assert_invariants(ready)


def marks(here: World, student: str, number: int, **more: Any) -> None:
    here.clever.control.edit(student, {
        **MARKED, "email": f"zqmail{number}@maple.example", f"{R}.state_id": f"S-{number}", **more,
    })  # fmt: skip


def maps(here: World, *fields: str) -> None:
    """Publishes rules for students that map these fields of the default ones, and no others."""
    default = default_spec(0, DataType.STUDENT)
    rules = tuple(
        rule if rule.field in fields else FieldSpec(rule.field, "", Policy.DO_NOT_IMPORT)
        for rule in default.fields
    )
    (now,) = active_specs(here.district, [DataType.STUDENT])
    publish(district=here.district, spec=replace(now, fields=rules, defaults={}), by=ADMIN)


def night(here: World) -> None:
    here.clever.control.advance(86_400)
    here.clever.control.sync()


def test_C34_what_no_rule_needs_is_nowhere_after_all_that_can_happen(
    maple: World, log: Kept
) -> None:
    control = maple.clever.control
    maple.test()
    assert Pull.objects.latest("pk").kind == PullKind.FULL
    first = maple.sync()
    assert first.state == RunState.COMPLETED, first.message

    night(maple)
    marks(maple, maple.students()[0], 0, **{"name.first": "Marigold"})
    by_events = maple.sync()
    assert Pull.objects.latest("pk").kind == PullKind.EVENTS, by_events.message
    assert PlannedChange.objects.filter(run=by_events).count() == 1

    someone = control.person(maple.students()[1])["name"]
    create_person(
        district=maple.district, data_type=DataType.STUDENT, school=None, by=ADMIN,
        values={"first_name": someone["first"], "last_name": "Quillfeather"},
    )  # fmt: skip
    new = control.add_student(name={"first": someone["first"], "last": "Quillfeather"})
    marks(maple, new, 90, **{"name.last": "Quillfeather"})
    maple.sync()
    alert = Alert.objects.filter(clever_id=new).latest("pk")
    alerts.decide(alert_id=alert.pk, decision=Decision.CREATE, by=ADMIN)
    maple.sync()

    night(maple)
    gone = maple.students()[2:32]
    for student in gone:
        control.remove(student)
    maple.sync(full=True)
    assert maple.holds(), "so many leavers are held"
    maple.drive(holds.approve(hold_id=maple.holds()[0].pk, by=ADMIN))
    maple.drive(start_undo(run=by_events, by=ADMIN))

    texts = StringIO()
    call_command("explain_person", "maple", maple.students()[0], stdout=texts)
    call_command("export_records", "maple", "--type", "student", "--format", "jsonl", stdout=texts)
    assert found(WORDS) == {}
    assert not [line for line in log.lines if any(word in line.lower() for word in WORDS)]
    assert not [word for word in WORDS if word in texts.getvalue().lower()]


def test_C34_the_search_would_find_what_is_mapped(maple: World) -> None:
    """Whatever the search cannot find, it does not prove to be absent."""
    maps(maple, *NEEDED, "address", "birth_date")
    maple.sync()
    places = found(WORDS)
    assert places["clever_sync_mirrorobject.payload"] == ["11/23/1907", "17 zqstreet lane"]
    assert places["schools_person.address"] == ["17 zqstreet lane"]
    assert "1907-11-23" in places["imports_plannedchange.after"]
    assert opened(b"\x1f\x8b") != "", "broken bytes are text, too"


def test_C34_what_a_rule_does_not_map_any_more_goes_with_the_next_reading(maple: World) -> None:
    maps(maple, *NEEDED, "address")
    maple.sync()
    gone = maple.students()[0]
    maple.clever.control.remove(gone)
    maple.sync(full=True)
    maps(maple, *NEEDED)
    maple.sync()
    assert Pull.objects.latest("pk").why_full in ("settings", "fields")
    kept = MirrorObject.objects.filter(payload__has_key="student.location.address")
    assert set(kept.values_list("clever_id", flat=True)) == {gone}, "whom no reading meets"
    digest = maple.digest()
    done, _ = purging.purge(database_now())
    assert done["fields"] == 1
    assert not kept.exists()
    assert MirrorObject.objects.get(clever_id=gone).payload["name.last"]
    assert maple.digest() == digest, "a record keeps what it has"


def test_C34_a_district_that_is_not_read_loses_it_at_night_and_reads_it_again_when_it_is_mapped(
    maple: World,
) -> None:
    maps(maple, *NEEDED, "address")
    maple.sync()
    maple.sync(full=True)
    assert PageSeal.objects.exists()
    maps(maple, *NEEDED)
    done, _ = purging.purge(database_now())
    assert done["fields"] == 40
    assert "17 zqstreet lane" not in json.dumps(found(["17 zqstreet lane"]).get(
        "clever_sync_mirrorobject.payload", []))  # fmt: skip
    (certificate,) = Destruction.objects.filter(district=maple.district)
    assert certificate.counts == {"fields": 40}
    assert purging.purge(database_now())[0]["fields"] == 0
    maps(maple, *NEEDED, "address")
    maple.sync()
    kept = MirrorObject.objects.filter(payload__has_key="student.location.address")
    assert kept.count() == 40


def test_C34_the_night_takes_nothing_from_under_a_run(maple: World) -> None:
    maps(maple, *NEEDED, "address")
    run = maple.sync()
    maps(maple, *NEEDED)
    run.state = RunState.VALIDATING
    run.save(update_fields=["state"])
    assert purging.purge(database_now())[0]["fields"] == 0
    run.state = RunState.COMPLETED
    run.save(update_fields=["state"])
    assert purging.purge(database_now())[0]["fields"] == 40
