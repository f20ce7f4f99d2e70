"""What the rules make of one student, field by field. No database."""

import pytest

from core.vocabulary import BlankPolicy, DataType, Policy
from mappings.spec import FieldSpec, Place
from mappings.transforms import usable_email
from schools.targets import TARGETS
from tests.mappings.rules import MAPLE, findings, mapped, mapper, spec, student

EVERYTHING = {
    "sis_id": "100",
    "student_number": "5100",
    "first_name": "Ada",
    "middle_name": "M",
    "last_name": "Birch",
    "birth_date": "2011-09-03",
    "sex": "Female",
    "address": "1 Elm Street",
    "city": "Elmton",
    "state": "CA",
    "postal_code": "90001",
    "email": "ada@maple.example",
    "grade": "9",
    "username": "ada.b",
    "class_year": 2029,
}


def test_A05_A06_B22_the_defaults_map_every_field_of_the_table() -> None:
    found = mapped(student())

    assert found.values == EVERYTHING
    assert found.blanks == []
    assert found.findings == []
    assert (found.place, found.school, found.other_schools) == (Place.IN_SCOPE, MAPLE, ())
    assert found.roles == (DataType.STUDENT,)
    assert found.data_type == DataType.STUDENT
    assert found.reject == ""
    assert set(found.rules) == {*EVERYTHING, "site", "additional_sites"}


def test_B25_barcode_and_community_id_are_left_alone_by_default() -> None:
    found = mapped(student())

    for field in ("barcode", "community_id"):
        assert field not in found.rules
        assert field not in found.values
        assert field not in found.blanks


@pytest.mark.parametrize("source", ["student_number", "sis_id", "state_id"])
def test_B27_barcode_may_come_from_three_numbers(source: str) -> None:
    rule = FieldSpec("barcode", f"student.{source}")

    found = mapped(student(), spec(rules=[rule]))

    assert found.values["barcode"] == student()[f"student.{source}"]
    assert TARGETS["barcode"].accepts(DataType.STUDENT, rule.source)


def test_B25_a_mapped_barcode_only_fills_until_the_district_says_otherwise() -> None:
    rule = FieldSpec("barcode", "student.sis_id")

    careful = mapped(student(), spec(rules=[rule]))
    explicit = mapped(student(), spec(rules=[rule], change_identifiers=True))
    created = mapped(
        student(),
        spec(rules=[FieldSpec("barcode", "student.sis_id", Policy.ONLY_WHEN_CREATED)]),
    )

    assert careful.rules["barcode"].policy is Policy.FILL_WHEN_BLANK
    assert explicit.rules["barcode"].policy is Policy.CLEVER_DECIDES
    assert created.rules["barcode"].policy is Policy.ONLY_WHEN_CREATED
    assert careful.rules["email"].policy is Policy.CLEVER_DECIDES


def test_a_barcode_is_never_cut() -> None:
    rule = FieldSpec("barcode", "student.sis_id")
    found = mapped(student(student__sis_id="1" * 16), spec(rules=[rule]))

    assert "barcode" not in found.values
    assert "barcode" not in found.blanks
    assert findings(found) == [("too_long", "barcode", "")]
    assert mapped(student(student__sis_id="1" * 15), spec(rules=[rule])).values["barcode"]


@pytest.mark.parametrize("off", [FieldSpec("email", ""), None])
def test_A33_do_not_import_is_never_written(off: FieldSpec | None) -> None:
    rule = off or FieldSpec("email", "email", Policy.DO_NOT_IMPORT)

    found = mapped(student(), spec(rules=[rule]))

    assert "email" not in found.rules
    assert "email" not in found.values
    assert "email" not in mapped(student(email=""), spec(rules=[rule])).blanks


def test_A08_what_no_rule_maps_is_not_even_mentioned() -> None:
    found = mapped(student())

    for field in ("title", "department", "weighted_gpa", "home_language", "state_id"):
        assert field not in found.rules
        assert field not in found.values


def test_A03_A04_gpa_arrives_when_mapped_from_its_field_or_from_an_extension() -> None:
    rules = [
        FieldSpec("weighted_gpa", "student.weighted_gpa"),
        FieldSpec("unweighted_gpa", "student.ext.gpa"),
    ]
    payload = student(student__weighted_gpa="4.250", student__ext__gpa="3.9")

    found = mapped(payload, spec(rules=rules))

    assert found.values["weighted_gpa"] == "4.25"
    assert found.values["unweighted_gpa"] == "3.9"


@pytest.mark.parametrize("raw", ["abc", "1000", ["3.1"]])
def test_a_gpa_that_cannot_be_leaves_the_field_as_it_is(raw: str | list[str]) -> None:
    rule = FieldSpec("weighted_gpa", "student.ext.gpa")
    found = mapped(student(student__ext__gpa=raw), spec(rules=[rule]))

    assert "weighted_gpa" not in found.values
    assert "weighted_gpa" not in found.blanks
    assert findings(found) == [("number_invalid", "weighted_gpa", "")]


@pytest.mark.parametrize(
    "raw",
    ["2/30/2011", "0000-00-00", "13/1/2011", "1/1/10000", "9/3/11", "2011-02-30", "soon"],
)
def test_F60_an_impossible_date_leaves_the_field_as_it_is(raw: str) -> None:
    found = mapped(student(student__dob=raw))

    assert "birth_date" not in found.values
    assert "birth_date" not in found.blanks
    assert findings(found) == [("date_invalid", "birth_date", "")]
    assert found.values["last_name"] == "Birch"
    assert found.reject == ""


@pytest.mark.parametrize(
    ("raw", "level"),
    [
        ("9", "9"),
        (" 9 ", "9"),
        ("09", "9"),
        ("13", "13"),
        ("Kindergarten", "K"),
        ("PreKindergarten", "PK"),
        ("kindergarten", "K"),
    ],
)
def test_F61_known_grades(raw: str, level: str) -> None:
    assert mapped(student(student__grade=raw)).values["grade"] == level


@pytest.mark.parametrize(
    "raw",
    ["Ungraded", "Other", "TransitionalKindergarten", "PostGraduate", "Preschool", "TK", "14"],
)
def test_F61_an_unknown_grade_is_never_guessed(raw: str) -> None:
    for _ in range(2):
        found = mapped(student(student__grade=raw))

        assert "grade" not in found.values
        assert "grade" not in found.blanks
        assert findings(found) == [("code_unknown", "grade", raw)]


def test_A38_a_code_rule_of_the_district_is_obeyed() -> None:
    codes = {"grade": {"TransitionalKindergarten": "TK"}}

    found = mapped(student(student__grade="TransitionalKindergarten"), spec(codes=codes))

    assert found.values["grade"] == "TK"


@pytest.mark.parametrize(("raw", "sex"), [("M", "Male"), ("F", "Female"), ("X", "Unknown")])
def test_sex_by_default(raw: str, sex: str) -> None:
    assert mapped(student(student__gender=raw)).values["sex"] == sex


def test_a_blank_gender_is_unknown_for_new_records_and_says_nothing_about_others() -> None:
    found = mapped(student(student__gender=""))

    assert "sex" not in found.values
    assert found.blanks == ["sex"]
    assert mapper().defaults(DataType.STUDENT) == {"sex": "Unknown"}


def test_a_code_table_may_say_what_a_blank_means() -> None:
    found = mapped(student(student__gender=""), spec(codes={"sex": {"": "Not given"}}))

    assert found.values["sex"] == "Not given"
    assert found.blanks == []


def test_state_is_taken_as_it_comes_unless_there_is_a_code_table() -> None:
    assert mapped(student(student__location__state="Calif.")).values["state"] == "Calif."

    found = mapped(student(student__location__state="Calif."), spec(codes={"state": {"CA": "CA"}}))
    assert findings(found) == [("code_unknown", "state", "Calif.")]


@pytest.mark.parametrize(
    ("grade", "year"),
    [("9", 2029), ("Kindergarten", 2038), ("PreKindergarten", 2039), ("13", 2025)],
)
def test_A34_class_year_based_on_grade(grade: str, year: int) -> None:
    rule = FieldSpec("class_year", "grade:class_year")

    assert mapped(student(student__grade=grade), spec(rules=[rule])).values["class_year"] == year


def test_A34_a_grade_without_a_number_needs_a_code() -> None:
    rules = [FieldSpec("class_year", "grade:class_year")]
    payload = student(student__grade="TransitionalKindergarten")

    without = mapped(payload, spec(rules=rules))
    by_level = mapped(
        payload, spec(rules=rules, codes={"grade": {"TransitionalKindergarten": "K"}})
    )
    by_own_code = mapped(
        payload, spec(rules=rules, codes={"class_year": {"TransitionalKindergarten": "-1"}})
    )

    assert ("code_unknown", "class_year", "TransitionalKindergarten") in findings(without)
    assert "class_year" not in without.values
    assert by_level.values["class_year"] == 2038
    assert by_own_code.values["class_year"] == 2039


@pytest.mark.parametrize("raw", ["29", "20299", "later"])
def test_A05_a_graduation_year_that_is_none_leaves_the_field_as_it_is(raw: str) -> None:
    found = mapped(student(student__graduation_year=raw))

    assert findings(found) == [("year_invalid", "class_year", raw)]
    assert "class_year" not in {*found.values, *found.blanks}


def test_F62_a_blank_is_told_apart_and_keeps_by_default() -> None:
    clear = FieldSpec("city", "student.location.city", blank=BlankPolicy.CLEAR)
    payload = student(student__location__city="", email="", name__middle="")

    found = mapped(payload, spec(rules=[clear]))

    assert sorted(found.blanks) == ["city", "email", "middle_name"]
    assert not {"city", "email", "middle_name"} & set(found.values)
    assert found.rules["city"].blank is BlankPolicy.CLEAR
    assert found.rules["email"].blank is BlankPolicy.KEEP


@pytest.mark.parametrize("address", ["none", "ada at maple", "@", "a@"])
def test_F63_an_address_that_is_none_is_kept_with_a_warning(address: str) -> None:
    found = mapped(student(email=address))

    assert found.values["email"] == address
    assert findings(found) == [("email_invalid", "email", "")]
    assert not usable_email(address)


def test_a_long_name_is_kept_with_a_warning_and_nothing_longer_than_the_column() -> None:
    found = mapped(student(name__first="A" * 26, student__location__city="C" * 256))

    assert found.values["first_name"] == "A" * 26
    assert ("name_long", "first_name", "") in findings(found)
    assert ("too_long", "city", "") in findings(found)
    assert "city" not in {*found.values, *found.blanks}


def test_F57_a_record_without_a_last_name_is_rejected() -> None:
    assert mapped(student(name__last="")).reject == "last_name_missing"
    assert mapped(student(name__last="B" * 256)).reject == "too_long"
    assert mapped(student(name__last="B" * 255)).reject == ""


def test_B13_defaults_of_the_district_come_typed() -> None:
    defaults = {"class_year": "2030", "home_language": "English"}

    found = mapper(spec(defaults=defaults)).defaults(DataType.STUDENT)

    assert found == {"class_year": 2030, "home_language": "English"}


def test_B19_the_keys_stand_in_the_order_of_their_strength() -> None:
    rules = [
        FieldSpec("barcode", "student.sis_id"),
        FieldSpec("community_id", "student.state_id"),
        FieldSpec("student_number", ""),
    ]

    assert mapper().key_fields(["student"]) == (
        ("sis_id", "sis_id"),
        ("student_number", "student_number"),
        ("email", "email"),
    )
    names = [name for name, _ in mapper(spec(rules=rules)).key_fields(["student"])]
    assert names == ["sis_id", "community_id", "barcode", "email"]
    assert "username" not in names


def test_what_could_not_be_read_is_not_taken_for_blank() -> None:
    payload = student(email="", name__middle="", unreadable=["email", "student.ext.x"])

    found = mapped(payload)

    assert found.blanks == ["middle_name"]
    assert findings(found) == [("unreadable", "email", "")]
