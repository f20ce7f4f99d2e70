"""Whatever Clever answers: no run breaks, no page fails, nobody is mixed up."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from clever_sync import mirror
from clever_sync.reader import Reader
from clever_sync.schema import unknown_names
from core.vocabulary import DataType, MemberRole, PersonKind, Policy
from imports.models import Run
from mappings.engine import Mapper, compile_rules
from mappings.spec import FieldSpec, RulesetSpec, SchoolMap
from schools.models import Person
from schools.targets import TARGETS
from tests.attack.conftest import At
from tests.clever_sync.everything import BASE_SOURCES
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.world import World

STUDENT = "roles.student"
DONE = ("completed", "completed_with_errors")


def member(here: World) -> Client:
    Membership.objects.create(
        district=here.district, user=scenes.user(scenes.ALICE), role=MemberRole.OWNER
    )
    return signed_in(scenes.ALICE)


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_F60_no_moment_of_clevers_spoils_the_district(small: World, moment: str) -> None:
    """PostgreSQL knows years that Python cannot read: the row would be lost to every page."""
    small.clever.control.edit_district(
        {"last_sync": moment, "pause_start": moment, "pause_end": moment}
    )
    assert small.sync().state in DONE
    client = member(small)
    for name in ("overview", "operations"):
        assert client.get(reverse(name, args=["maple"])).status_code == 200


def test_F55_a_field_with_a_hostile_name_is_only_counted(small: World) -> None:
    student = small.students()[0]
    small.clever.control.edit(
        student, {"name.first": "Changed", "nul\x00": 1, "\u202eabc": 1, "y" * 3000: 1}
    )
    assert small.sync().state in DONE
    assert small.person(student).first_name == "Changed"


@pytest.mark.parametrize("letter", ["ﬃ", "İ"])
def test_F56_a_number_that_grows_when_its_case_is_folded_is_no_trouble(
    small: World, letter: str
) -> None:
    first, second = small.students()[:2]
    long = letter * 255
    small.clever.control.edit(first, {
        f"{STUDENT}.sis_id": long, f"{STUDENT}.student_number": long, "email": f"{long[:120]}@x",
        f"{STUDENT}.credentials.district_username": long, f"{STUDENT}.state_id": long,
    })  # fmt: skip
    small.clever.control.edit(second, {"name.first": "Changed"})
    assert small.sync().state in DONE
    assert small.person(second).first_name == "Changed"
    assert small.sync().counts["student"].get("update", 0) == 0


EVIL = (
    *("<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "{{7*7}}{% now 'Y' %}"),
    *("=HYPERLINK(1)", "\u202egnp", "a\x00b", "%s %(x)s", "\\", "\\N", "\t\\.\n"),
    *("{x}", "NULL", "x" * 255, "🎓" * 255, "\r\nX: y", "' OR 1=1--"),
)


def test_F55_no_text_of_clevers_breaks_a_run_or_a_page(small: World) -> None:
    students = small.students()
    for number, evil in enumerate(EVIL):
        student = students[number % len(students)]
        small.clever.control.edit(student, {
            "name.first": evil, "name.last": evil, "name.middle": evil, "email": evil,
            f"{STUDENT}.location": {"address": evil, "city": evil, "state": evil, "zip": evil},
            f"{STUDENT}.sis_id": evil, f"{STUDENT}.student_number": evil, f"{STUDENT}.dob": evil,
            f"{STUDENT}.grade": evil, f"{STUDENT}.gender": evil, f"{STUDENT}.school": evil,
            f"{STUDENT}.schools": [evil], f"{STUDENT}.graduation_year": evil,
            f"{STUDENT}.credentials": {"district_username": evil},
        })  # fmt: skip
        if number % len(students) == len(students) - 1 or number == len(EVIL) - 1:
            small.clever.control.edit_district({"name": evil, "state": evil[:30]})
            assert small.sync().state in DONE
    Person.objects.filter(clever_id=students[0]).update(first_name=EVIL[0], last_name=EVIL[1])
    client = member(small)
    last = Run.objects.latest("pk")
    for address in (
        reverse("overview", args=["maple"]),
        reverse("operations", args=["maple"]),
        reverse("run", args=["maple", last.pk]),
        reverse("people", args=["maple"]),
        reverse("person", args=["maple", small.person(students[0]).pk]),
    ):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text and "<img src=x" not in text, address


STUDENTS_ID = "5f0000000000000000000001"
HOSTILE_PARTS: tuple[Any, ...] = (
    *(
        None,
        True,
        5,
        -0.0,
        1e308,
        10**4000,
        "text",
        "",
        [],
        [[]],
        {},
        {"a": {"b": []}},
        [None, 1, {}],
    ),
    *("\x00", "\ud800", "x" * 300, "ﬃ" * 255, "2026-02-30", "９", "1" * 5000, "\\N\t\n", "İ@x"),
)
NAMES_OF_PARTS = (
    *("school", "schools", "sis_id", "student_number", "state_id", "grade", "dob", "gender", "ext"),
    *("credentials", "location", "legacy_id", "graduation_year", "weighted_gpa", "home_language"),
    *("staff_id", "title", "department", "teacher_number"),
)


def hostile_records() -> Iterator[Any]:
    """Whole records, roles and single fields of every shape."""
    for part in HOSTILE_PARTS:
        yield part
        yield {"id": STUDENTS_ID, "roles": part, "name": part, "email": part}
        for role in ("student", "teacher", "staff", "district_admin", "contact"):
            yield {
                "name": {"first": part, "last": part},
                "roles": {role: part, part_name(part): {}},
            }
            yield {
                "name": {"last": "Evans"},
                "roles": {role: dict.fromkeys(NAMES_OF_PARTS, part)},
                "email": part,
            }


def part_name(part: object) -> str:
    return part if isinstance(part, str) else "other"


def test_F58_every_shape_of_a_record_can_be_read_mapped_and_written() -> None:
    """Pure: from the bytes of Clever to the line of COPY and to the planned values."""
    reader = Reader(BASE_SOURCES | {"student.ext.a", "student.weighted_gpa"})
    mapper = a_mapper()
    read = 0
    for hostile in hostile_records():
        raw = json.dumps(hostile).encode()
        record = reader.read(raw, STUDENTS_ID)
        line = mirror._line(record, bytes(16))
        assert line.count("\n") == 1 and "\x00" not in line and line.count("\t") == 11
        for findings in record.findings:
            assert len(findings.field) <= 100
        roles = [role for role in record.roles if role != "contact"]
        for held in (roles, ["student"], ["teacher", "staff"]):
            if mapper[
                PersonKind.STUDENT if held == ["student"] else PersonKind.EMPLOYEE
            ].data_types(held):
                kind = PersonKind.STUDENT if held == ["student"] else PersonKind.EMPLOYEE
                mapped = mapper[kind].map(record.payload, held)
                json.dumps(mapped.values)
                read += 1
        unknown_names([raw])
    assert read > 400


def a_mapper() -> dict[PersonKind, Mapper]:
    specs = [
        RulesetSpec(
            id=number,
            data_type=data_type,
            fields=tuple(
                FieldSpec(t.key, t.default_source[data_type], Policy.CLEVER_DECIDES)
                for t in TARGETS.values()
                if t.default_source.get(data_type)
            ),
        )
        for number, data_type in enumerate(DataType)
    ]
    schools = SchoolMap(local={"text": 1, "x" * 300: 2}, office=3, key=b"")
    return {
        kind: compile_rules(kind=kind, specs=specs, schools=schools, school_year_end=2027)
        for kind in PersonKind
    }


def test_F58_a_district_of_hostile_shape_ends_the_run_in_plain_words(small: World, at: At) -> None:
    for changes in ({"name": None, "state": 5}, {"last_sync": 7, "pause_end": []}):
        small.clever.control.edit_district(changes)
        assert small.sync().state in DONE
