"""Odd records, imported: they cost themselves only, and nobody is removed for them (F55 to F63)."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from unicodedata import normalize

import pytest

from core.text import key
from core.vocabulary import DataType, RunState, Status
from imports.models import Run, RunProblem
from mappings.models import FieldRule
from schools.models import Person
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
SIZE: dict[str, Any] = {"students": 40, "teachers": 4, "schools": 2, "corners": False}
STUDENT = "roles.student."
# What the default rules map, or identifies: nothing else is looked at (C34).
TEXTS = (
    *("email", "name.first", "name.middle", "name.last"),
    *(
        STUDENT + name
        for name in (
            "sis_id student_number state_id grade graduation_year gender dob "
            "location.address location.city location.state location.zip "
            "credentials.district_username"
        ).split()
    ),
)
# NUL, BEL, C1, newline, BOM, zero width, override, isolate, right-to-left mark
UNSEEN = ("\0", "\x07", "\x85", "\n", "\ufeff", "\u200b", "\u202e", "\u2066", "\u200f")
NAMES = ("José", "Nuñez-Ångström", "Ｗｉｄｅ", "Zoë 🌻", "Straße", "İpek", "𝒜da", "李小龍")
NO_DAYS = (
    *("2/30/2012", "0000-00-00", "13/1/2012", "1/1/10000", "1/2/12", "2012-13-01", "31.12.2012"),
    *("2012-02-30", "yesterday", "1/1/0000", "12/31"),
)
NO_GRADES = ("Ungraded", "Other", "InfantToddler", "14", "Grade 9", "IX")


@pytest.fixture
def maple(settings: Any) -> Iterator[World]:
    """A district that was imported, in which everything was in order."""
    settings.CLEVER_PAGE_SIZE = 25
    with world(**SIZE) as ready:
        ready.connect()
        assert ready.sync().problems == {}
        yield ready
        assert_invariants(ready)


def value_at(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = record.get(name)
    return record


def edited(here: World, odd: dict[str, dict[str, Any]] | None = None) -> Run:
    """Odd changes, by person, and one good change: after the run only the good one is written."""
    odd = odd or {}
    good = next(each for each in reversed(here.students()) if each not in odd)
    before = {person.pk: values_of(person) for person in here.people()}
    for who, changes in odd.items():
        here.clever.control.edit(who, {path_of(name): v for name, v in changes.items()}, sync=False)
    name = f"Marigold{Run.objects.count()}"
    here.clever.control.edit(good, {"name.first": name})
    run = here.sync()
    after = {person.pk: values_of(person) for person in here.people()}
    assert after.keys() == before.keys()
    changed = [pk for pk in after if after[pk] != before[pk]]
    assert changed == [here.person(good).pk], run.problems
    assert here.person(good).first_name == name, "the others are imported"
    assert not Person.objects.filter(status=Status.TRANSFERRED).exists()
    return run


def each_to_somebody(here: World, odd: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each of these changes for another student."""
    return dict(zip(here.students(), odd, strict=False))


def path_of(name: str) -> str:
    return name if "." in name or name in ("email", "name", "roles") else STUDENT + name


def values_of(person: Person) -> dict[str, Any]:
    skipped = ("_state", "revision", "changed_at", "unsettled")
    return {name: value for name, value in vars(person).items() if name not in skipped}


def noted(run: Run, code: str) -> list[tuple[str, int]]:
    """Where a problem was met, and by how many people."""
    rows = RunProblem.objects.filter(run=run, code=code).order_by("field")
    return [(row.field, row.people) for row in rows]


def test_F55_what_nobody_can_see_is_taken_out_of_every_field(maple: World) -> None:
    """Spoiled or not, they are the same records: nothing changes, and the run says what it met."""
    odd: dict[str, dict[str, Any]] = {}
    for who, sign in zip(maple.students(), UNSEEN, strict=False):
        record = maple.clever.control.person(who)
        texts = {path: value_at(record, path) for path in TEXTS}
        odd[who] = {path: f"{t[:1]}{sign}{t[1:]}" for path, t in texts.items() if len(t) > 1}
        assert len(odd[who]) > 11
    run = edited(maple, odd)
    assert run.state == RunState.COMPLETED
    assert run.problems == {"cleaned": sum(len(changes) for changes in odd.values())}


def test_F55_a_tab_is_a_space(maple: World) -> None:
    who = maple.students()[0]
    maple.clever.control.edit(who, {"name.last": "van\tBuren"})
    maple.sync()
    assert maple.person(who).last_name == "van Buren"


def test_F55_half_a_surrogate_pair_is_taken_out(maple: World) -> None:
    """No JSON library writes one; it comes as it is."""
    record = maple.clever.control.people(role="student", limit=1)[0]
    record["name"]["last"] = "HALF"
    body = json.dumps({"data": [{"data": record}]}).replace("HALF", "Lu\\ud800nd")
    rule = {"do": "raw", "body": body, "on": 1, "path": "/users", "role": "student"}
    maple.clever.control.faults([rule])
    run = maple.sync()
    assert run.state == RunState.COMPLETED
    assert maple.person(record["id"]).last_name == "Lund"
    assert not Person.objects.filter(status=Status.TRANSFERRED).exists()


def test_F56_a_name_is_shown_as_given_however_it_is_composed(maple: World) -> None:
    students = dict(zip(maple.students(), NAMES, strict=False))
    for who, name in students.items():
        maple.clever.control.edit(who, {"name.last": normalize("NFD", name)}, sync=False)
    maple.clever.control.sync()
    maple.sync()
    for who, name in students.items():
        assert maple.person(who).last_name == normalize("NFC", name)
    run = edited(maple, {who: {"name.last": name} for who, name in students.items()})
    assert "cleaned" not in run.problems


def test_F56_a_key_is_compared_as_people_mean_it(maple: World) -> None:
    school = maple.people(kind="student")[0].school
    pairs = [("AB-17", " ab-17 "), ("École-7", "e\u0301COLE-7"), ("Ö9", "o\u03089")]
    links: dict[str, int] = {}
    for number, (here, there) in enumerate(pairs):
        assert key(here) == key(there)
        last = ("Newcomer", "Okonkwo", "Quist")[number]
        local = a_local_student(maple, first_name="Ines", last_name=last, sis_id=here)
        Person.objects.filter(pk=local.pk).update(school=school)
        links[maple.clever.control.add_student(first="Ines", last=last, sis_id=there)] = local.pk
    run = maple.sync()
    assert [row.action for row in maple.rows(run)] == ["link"] * 3, run.problems
    assert {who: maple.person(who).pk for who in links} == links


def a_local_student(here: World, **values: Any) -> Person:
    """A record that nobody has linked."""
    return Person.objects.create(
        district=here.district, kind="student", roles=["student"], **values
    )


def test_F57_F58_a_record_without_what_it_needs_is_left_out(maple: World) -> None:
    odd = each_to_somebody(
        maple,
        [
            {"name.last": {"$null": True}},
            {"name.last": "  "},
            {"name": {"$null": True}},
            {"name": "Lund"},
            {"name.last": ["Lund"]},
        ],
    )
    run = edited(maple, odd)
    assert run.state == RunState.COMPLETED_WITH_ERRORS
    assert run.counts["student"]["reject"] == len(odd)
    assert {row.why["reason"] for row in maple.rows(run, action="reject")} == {
        "last_name_missing",
        "unreadable",
    }
    assert "5 records of Clever could not be read and were left out." in run.message
    told = RunProblem.objects.filter(run=run, code__in=["last_name_missing", "unreadable"])
    assert {who for one in told for who in one.examples} == odd.keys()
    again = maple.sync()
    assert again.counts["student"]["reject"] == len(odd), "said again until they are mended"
    for who in odd:
        maple.clever.control.edit(who, {"name": {"first": "Mended", "last": "Lund"}})
    assert maple.sync().state == RunState.COMPLETED
    assert {maple.person(who).first_name for who in odd} == {"Mended"}


def test_F57_a_newcomer_without_a_last_name_is_not_made_up(maple: World) -> None:
    who = maple.clever.control.add_student(first="Ines", last="X", sis_id="990017")
    run = edited(maple, {who: {"name.last": {"$null": True}}})
    assert not Person.objects.filter(clever_id=who).exists()
    assert run.counts["student"]["reject"] == 1


def test_F57_F58_what_is_no_record_costs_nobody_anything(maple: World) -> None:
    """Whoever may stand behind it cannot be told: so nobody is missing from this list."""
    students = maple.clever.control.people(role="student", limit=100)
    odd: list[object] = [{}, None, [], "student", 7, {**students[1], "id": 7}]
    body = {"data": [{"data": each} for each in [*odd, *students[2:25]]]}
    rule = {"do": "json", "value": body, "on": 1, "path": "/users", "role": "student"}
    maple.clever.control.faults([rule])
    run = edited(maple)
    assert run.problems["id_missing"] == len(odd)
    assert "could not be proved complete" in run.message


def test_F58_a_value_of_another_kind_leaves_its_field(maple: World) -> None:
    paths = [path for path in TEXTS if path != "name.last"]
    kinds: list[object] = [["a"], {"a": 1}, 7, True, 1.5]
    odd = each_to_somebody(maple, [dict.fromkeys(paths, kind) for kind in kinds])
    run = edited(maple, odd)
    assert run.problems["wrong_type"] >= len(kinds) * len(paths)


def test_F59_new_fields_roles_and_values_are_ignored_and_told_of_once(maple: World) -> None:
    maple.clever.control.bulk_edit("student", "roles.student.favourite_colour", "blue")
    maple.clever.control.bulk_edit("student", "pronouns", "they")
    students = maple.clever.control.people(role="student", limit=25)
    students[0]["roles"]["robot"] = {"model": "R2"}
    value = {"data": [{"data": each} for each in students]}
    rule = {"do": "json", "value": value, "on": 1, "path": "/users", "role": "student"}
    maple.clever.control.faults([rule])
    run = edited(maple)
    assert run.state == RunState.COMPLETED
    assert run.problems["unknown_field"] == 2, "once for each name, not for each of 40 people"
    assert run.problems["unknown_role"] == 1


def test_F60_a_day_that_cannot_be_leaves_the_field(maple: World) -> None:
    run = edited(maple, each_to_somebody(maple, [{"dob": day} for day in NO_DAYS]))
    assert noted(run, "date_invalid") == [("birth_date", len(NO_DAYS))]
    assert not Person.objects.filter(kind="student", birth_date=None).exists()


def test_F60_the_same_day_in_another_notation_is_no_change(maple: World) -> None:
    formats = ("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%dT00:00:00.000Z")
    students = maple.people(kind="student")[: len(formats)]
    odd = {
        str(person.clever_id): {"dob": person.birth_date.strftime(notation)}  # type: ignore[union-attr]
        for person, notation in zip(students, formats, strict=True)
    }
    assert edited(maple, odd).problems == {}


def test_F61_a_code_that_nobody_defined_is_not_guessed(maple: World) -> None:
    odd = each_to_somebody(maple, [{"grade": grade} for grade in (*NO_GRADES, *NO_GRADES)])
    run = edited(maple, odd)
    problems = RunProblem.objects.filter(run=run, code="code_unknown")
    assert {(one.field, one.value, one.people) for one in problems} == {
        ("grade", grade, 2) for grade in NO_GRADES
    }
    assert {who for one in problems for who in one.examples} == odd.keys()


def test_F61_a_known_code_in_another_spelling_is_no_change(maple: World) -> None:
    with_number = [p for p in maple.people(kind="student") if p.grade and p.grade.isdigit()]
    odd = {
        str(person.clever_id): {"grade": spelling.format(person.grade)}
        for person, spelling in zip(with_number, (" {} ", "0{}", "{}\t"), strict=False)
    }
    assert "code_unknown" not in edited(maple, odd).problems


def test_F62_a_blank_keeps_what_is_here(maple: World) -> None:
    paths = [path for path in TEXTS if path != "name.last"]
    blanks: list[object] = ["", "   ", {"$null": True}, None]
    odd = each_to_somebody(maple, [dict.fromkeys(paths, blank) for blank in blanks])
    assert edited(maple, odd).state == RunState.COMPLETED


def test_F62_a_blank_clears_where_the_district_says_so(maple: World) -> None:
    rules = FieldRule.objects.filter(ruleset__district=maple.district, ruleset__data_type="student")
    assert rules.filter(field__in=["email", "sis_id"]).update(blank="clear") == 2
    who = maple.students()[0]
    sis_id = maple.person(who).sis_id
    maple.clever.control.edit(who, {"email": "", "roles.student.sis_id": ""})
    run = maple.sync()
    (row,) = maple.rows(run)
    assert row.after == {"email": None}
    assert (maple.person(who).email, maple.person(who).sis_id) == (None, sis_id)


def test_F62_blank_never_matches(maple: World) -> None:
    local = a_local_student(maple, first_name="A", last_name="Local")
    who = maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="", email="")
    run = maple.sync()
    assert [row.action for row in maple.rows(run)] == ["create"]
    assert maple.person(who).pk != local.pk


def test_F63_an_address_in_other_letters_is_the_same(maple: World) -> None:
    who = maple.students()[0]
    email = str(maple.person(who).email)
    run = edited(maple, {who: {"email": f"  {email.upper()} "}})
    assert maple.rows(run, clever_id=who) == []


def test_F63_an_address_is_stored_trimmed_and_doubted_if_it_is_none(maple: World) -> None:
    given = (" Mia@Maple.example ", "mia@müller.example", "nobody", "a@b@c")
    students = dict(zip(maple.students(), given, strict=False))
    for who, email in students.items():
        maple.clever.control.edit(who, {"email": email}, sync=False)
    maple.clever.control.sync()
    run = maple.sync([DataType.STUDENT])
    assert run.state == RunState.COMPLETED
    assert {who: maple.person(who).email for who in students} == {
        who: email.strip() for who, email in students.items()
    }
    assert run.problems == {"email_invalid": 2}


def test_F63_what_is_no_address_matches_nobody(maple: World) -> None:
    names = {"Newcomer": "nobody", "Okonkwo": "a@b@c", "Quist": "ines@", "Marsh": "@maple.example"}
    for last, email in names.items():
        a_local_student(maple, first_name="Ophelia", last_name=last, email=email)
    for last, email in names.items():
        maple.clever.control.add_student(first="Ines", last=last, email=email, sync=False)
    maple.clever.control.sync()
    run = maple.sync()
    assert [row.action for row in maple.rows(run)] == ["create"] * 4, run.problems
