"""Records minimised and cleaned, and what becomes of broken ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clever_sync.privacy import NEVER_KEPT
from clever_sync.reader import Reader, Record, SchoolReader
from clever_sync.schema import extension_names, unknown_names
from clever_sync.sources import SOURCES, UNREADABLE
from core.problems import Finding
from tests.clever_sync.everything import BASE_SOURCES

ID = "66c09f00b3d4e5f607180001"
SCHOOL = "66c09f00b3d4e5f607180011"
READER = Reader(BASE_SOURCES)


def student(**role: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "district": "66c09f00b3d4e5f607180000",
        "email": "mia.lund@maple.example",
        "name": {"first": "Mia", "middle": "", "last": "Lund"},
        "roles": {"student": {"school": SCHOOL, "schools": [SCHOOL], "sis_id": "100234", **role}},
    }


def read(record: Any, reader: Reader = READER) -> Record:
    return reader.read(json.dumps(record).encode(), ID)


def codes(record: Record) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in record.findings]


def test_a_payload_is_flat_and_without_blanks() -> None:
    record = read(student(grade="9", graduation_year="", state_id=None, dob="2/11/2010"))
    assert record.payload == {
        "name.first": "Mia",
        "name.last": "Lund",
        "email": "mia.lund@maple.example",
        "student.school": SCHOOL,
        "student.schools": [SCHOOL],
        "student.sis_id": "100234",
        "student.grade": "9",
        "student.dob": "2/11/2010",
    }
    assert record.roles == ["student"]
    assert not record.findings
    assert not record.broken


def test_B04_nothing_but_the_catalogue_is_kept() -> None:
    secret = dict.fromkeys(NEVER_KEPT, "Y") | {
        "weighted_gpa": "4.1",
        "unweighted_gpa": "3.9",
        "enrollments": [{"school": SCHOOL}],
        "ext": {"locker": "12"},
        "disability": {"disability_status": "Y"},
    }
    record = read(student(**secret))
    assert set(record.payload) <= set(SOURCES)
    assert "4.1" not in json.dumps(record.payload)
    assert record.payload == read(student()).payload


def test_B04_sensitive_sources_are_not_read_even_if_asked_for() -> None:
    reader = Reader([*BASE_SOURCES, "student.iep_status", "student.ext.frl"])
    record = read(student(iep_status="Y", ext={"frl": "Free"}), reader)
    assert record.payload == read(student()).payload


def test_gpa_and_extension_fields_are_read_where_a_rule_maps_them() -> None:
    reader = Reader([*BASE_SOURCES, "student.weighted_gpa", "student.ext.locker"])
    record = read(student(weighted_gpa="4.1", ext={"locker": 12, "other": "x"}), reader)
    assert record.payload["student.weighted_gpa"] == "4.1"
    assert record.payload["student.ext.locker"] == "12"
    assert "student.ext.other" not in record.payload


def test_several_roles_are_read_at_once() -> None:
    person = student()
    person["roles"] = {
        "staff": {"staff_id": "S-1", "schools": [SCHOOL]},
        "teacher": {"teacher_number": "44", "title": "Art"},
        "district_admin": {},
        "contact": {"phone": "555 0100"},
    }
    record = read(person)
    assert record.roles == ["teacher", "staff", "district_admin"]
    assert record.payload["staff.staff_id"] == "S-1"
    assert record.payload["teacher.teacher_number"] == "44"
    assert "555 0100" not in str(record.payload)


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("Mi\x00a", "Mia"),
        ("Mi\x07a", "Mia"),
        ("\ufeffMia", "Mia"),
        ("Mi\u200ba", "Mia"),
        ("\u202eMia\u2066", "Mia"),
        ("Mi\ud800a", "Mia"),
        ("Mi\x1f\x7fa", "Mia"),
    ],
)
def test_F55_unseen_characters_are_taken_out_and_noted(dirty: str, cleaned: str) -> None:
    person = student(student_number=f"{dirty}1")
    person["name"]["first"] = dirty
    record = read(person)
    assert record.payload["name.first"] == cleaned
    assert record.payload["student.student_number"] == f"{cleaned}1"
    assert sorted(codes(record)) == [
        ("cleaned", "name.first"),
        ("cleaned", "student.student_number"),
    ]


@pytest.mark.parametrize("key", sorted(BASE_SOURCES))
def test_F55_every_text_survives_the_worst(key: str) -> None:
    worst = "a\x00\ud800\u202e\ufeffb"
    record = read(_with(key, [worst] if key.endswith("schools") else worst))
    kept = record.payload[key]
    assert kept in ("ab", ["ab"])


def _with(key: str, value: object) -> dict[str, Any]:
    person = student()
    role = key.split(".")[0]
    person["roles"].setdefault(role, {}) if role in ("teacher", "staff", "district_admin") else None
    place = person if role in ("name", "email") else person["roles"]
    *path, last = key.split(".")
    for step in path:
        place = place.setdefault(step, {})
    place[last] = value
    return person


def test_F55_a_tab_becomes_a_space() -> None:
    person = student()
    person["name"]["last"] = "de\tLund "
    assert read(person).payload["name.last"] == "de Lund"


def test_F56_two_spellings_of_one_name_are_one_content() -> None:
    composed, decomposed = student(), student()
    composed["name"]["first"], decomposed["name"]["first"] = "Zo\u00eb", "Zoe\u0308"
    first, second = read(composed), read(decomposed)
    assert first.payload == second.payload
    assert not second.findings


@pytest.mark.parametrize("name", [{}, {"first": "Mia"}, {"last": ""}, {"last": "  "}, None, []])
def test_F57_no_last_name_makes_a_record_broken(name: object) -> None:
    record = read({**student(), "name": name})
    assert record.broken == "last_name_missing"
    assert ("last_name_missing", "name.last") in codes(record)
    assert record.roles == ["student"]
    assert record.payload["student.sis_id"] == "100234"


@pytest.mark.parametrize("raw", [b"[]", b"null", b"7", b"{", b"\xff\xfe", b'"text"'])
def test_F57_what_is_no_object_is_unreadable(raw: bytes) -> None:
    record = READER.read(raw, ID)
    assert record.broken == "record_unreadable"
    assert record.payload == {}
    assert codes(record) == [("record_unreadable", "")]


@pytest.mark.parametrize("value", [7, 7.5, True, ["x"], {"a": 1}])
def test_F58_a_value_of_the_wrong_kind_is_left_out_and_never_blank(value: object) -> None:
    record = read(student(sis_id=value, grade="9"))
    assert "student.sis_id" not in record.payload
    assert record.payload[UNREADABLE] == ["student.sis_id"]
    assert record.payload["student.grade"] == "9"
    assert codes(record) == [("wrong_type", "student.sis_id")]
    assert not record.broken


@pytest.mark.parametrize("value", ["Bay St", 7, ["x"], True])
def test_F58_a_text_where_an_object_belongs(value: object) -> None:
    record = read(student(location=value))
    assert set(record.payload[UNREADABLE]) == {
        f"student.location.{name}" for name in ("address", "city", "state", "zip")
    }
    assert record.payload["student.sis_id"] == "100234"


def test_F58_a_list_keeps_its_good_entries() -> None:
    record = read(student(schools=[SCHOOL, 7, None]))
    assert record.payload["student.schools"] == [SCHOOL]
    assert codes(record) == [("wrong_type", "student.schools")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = st.sampled_from(sorted(BASE_SOURCES) + ["roles", "name", "roles.student", "roles.teacher"])


@given(st.lists(st.tuples(KEYS, JSON), max_size=4))
def test_F58_no_shape_of_a_record_ever_fails(changes: list[tuple[str, Any]]) -> None:
    person = student()
    for key, value in changes:
        place: Any = person
        path = key.split(".")
        if path[0] in ("student", "teacher", "staff", "district_admin"):
            path = ["roles", *path]
        for step in path[:-1]:
            if not isinstance(place.get(step), dict):
                place[step] = {}
            place = place[step]
        place[path[-1]] = value
    record = read(person)
    assert set(record.payload) <= {*SOURCES, UNREADABLE}
    for value in record.payload.values():
        assert value
        assert isinstance(value, str | list)
    json.dumps(record.payload, ensure_ascii=False).encode()


def test_F45_a_value_of_10_mb_is_left_out_and_the_rest_kept() -> None:
    person = student(grade="x" * 10_000_000)
    record = read(person)
    assert codes(record) == [("too_long", "student.grade")]
    assert record.payload[UNREADABLE] == ["student.grade"]
    assert record.payload["student.sis_id"] == "100234"


def test_a_value_of_255_characters_is_kept_and_one_more_is_not() -> None:
    fits = read(student(student_number="é" * 255))
    assert fits.payload["student.student_number"] == "é" * 255
    assert codes(read(student(student_number="é" * 256))) == [
        ("too_long", "student.student_number")
    ]


def test_B04_names_of_extension_fields_are_those_that_may_be_kept() -> None:
    person = student(ext={"gpa": "3", "iep": "x", "a.b": "c", "x" * 200: "y", "sp\u202ey": "z"})
    broken = [b"[", b"7", b'{"roles":7}', b'{"roles":{"student":7}}']
    assert extension_names([json.dumps(person).encode(), *broken]) == {"student.ext.gpa"}


def test_F59_unknown_fields_and_roles_are_ignored_and_named() -> None:
    person = student(shoe_size="38")
    person["roles"]["mentor"] = {"x": "y"}
    person["nickname"] = "Mimi"
    assert read(person).payload == read(student()).payload
    assert not read(person).findings
    assert unknown_names([json.dumps(person).encode()]) == {
        Finding("unknown_field", "student.shoe_size"),
        Finding("unknown_field", "nickname"),
        Finding("unknown_role", "mentor"),
    }
    assert unknown_names([b"[", b"7", b'{"roles":7}']) == set()


def test_F59_a_new_value_of_a_known_field_is_kept_as_it_comes() -> None:
    assert read(student(grade="Nursery", gender="Q")).payload["student.grade"] == "Nursery"


@pytest.mark.parametrize("dob", ["2/30/2010", "0000-00-00", "13/1/2010", "1/1/10000", "1/2/03"])
def test_F60_a_date_that_cannot_be_is_kept_for_the_mapping_to_judge(dob: str) -> None:
    record = read(student(dob=dob))
    assert record.payload["student.dob"] == dob
    assert not record.findings


def test_F63_an_email_is_trimmed_kept_and_doubted_without_an_at() -> None:
    assert read({**student(), "email": " Mia@Maple.example "}).payload["email"] == (
        "Mia@Maple.example"
    )
    odd = read({**student(), "email": "mia.lund"})
    assert odd.payload["email"] == "mia.lund"
    assert codes(odd) == [("email_invalid", "email")]
    assert read({**student(), "email": "mia@мапле.example"}).payload["email"] == "mia@мапле.example"


def test_schools_keep_what_helps_to_match_them() -> None:
    school = {"id": SCHOOL, "name": " Bay High ", "nces_id": None, "phone": "555", "low_grade": "9"}
    record = SchoolReader().read(json.dumps(school).encode(), SCHOOL)
    assert record.payload == {"name": "Bay High", "low_grade": "9"}
    assert SchoolReader().read(b"[]", SCHOOL).broken == "record_unreadable"
    odd = SchoolReader().read(b'{"name":"Bay High","sis_id":7}', SCHOOL)
    assert odd.payload == {"name": "Bay High", UNREADABLE: ["sis_id"]}
