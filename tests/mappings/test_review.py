"""What may be published, and what is missing before a run. No database."""

from dataclasses import replace

import pytest

from core.problems import Finding
from core.vocabulary import DataType, Policy
from mappings.pairing import Reach
from mappings.problems import PROBLEMS
from mappings.review import Setup, missing_for_start, missing_for_test, objections
from mappings.spec import FieldSpec
from schools.targets import TARGETS
from tests.mappings.rules import MAPLE, spec

ALL = frozenset({MAPLE})
STUDENT, TEACHER, STAFF = DataType


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.field or finding.value) for finding in found]


@pytest.mark.parametrize("data_type", list(DataType))
def test_the_defaults_may_be_published(data_type: DataType) -> None:
    assert objections(spec(data_type), local_schools=ALL) == []


@pytest.mark.parametrize("field", ["sis_id", "last_name", "site"])
def test_A13_a_required_field_cannot_be_left_out(field: str) -> None:
    off = spec(rules=[FieldSpec(field, "")])
    never = spec(
        rules=[
            FieldSpec(field, TARGETS[field].default_source[STUDENT], Policy.DO_NOT_IMPORT),
        ]
    )
    gone = replace(spec(), fields=tuple(f for f in spec().fields if f.field != field))

    for ruleset in (off, never, gone):
        assert codes(objections(ruleset, local_schools=ALL)) == [("field_required", field)]


def test_A13_the_clever_id_is_not_a_matter_of_rules() -> None:
    more = replace(spec(), fields=(*spec().fields, FieldSpec("clever_id", "student.sis_id")))

    assert codes(objections(more, local_schools=ALL)) == [("field_unknown", "clever_id")]
    assert DataType.STUDENT in TARGETS["clever_id"].required


def test_A33_every_other_field_may_be_left_out() -> None:
    required = {"sis_id", "last_name", "site"}
    off = [FieldSpec(f.field, "") for f in spec().fields if f.field not in required]

    assert objections(spec(rules=off), local_schools=ALL) == []


@pytest.mark.parametrize(
    ("data_type", "field", "source"),
    [
        (STUDENT, "email", "student.sis_id"),
        (STUDENT, "birth_date", "student.ext.dob"),
        (STUDENT, "barcode", "email"),
        (TEACHER, "barcode", "student.sis_id"),
        (STAFF, "barcode", "staff.title"),
    ],
)
def test_A32_B27_B28_B29_only_fitting_sources_are_accepted(
    data_type: DataType, field: str, source: str
) -> None:
    found = objections(spec(data_type, rules=[FieldSpec(field, source)]), local_schools=ALL)

    assert codes(found) == [("source_unfit", field)]


@pytest.mark.parametrize(
    ("data_type", "sources"),
    [
        (STUDENT, {"student.student_number", "student.sis_id", "student.state_id"}),
        (TEACHER, {"teacher.teacher_number", "teacher.sis_id", "teacher.state_id"}),
        (STAFF, {"staff.staff_id"}),
    ],
)
def test_B26_B27_B28_B29_what_barcode_and_community_id_may_come_from(
    data_type: DataType, sources: set[str]
) -> None:
    for field in ("barcode", "community_id"):
        assert set(TARGETS[field].choices[data_type]) == sources
        assert TARGETS[field].default_source[data_type] == ""
        assert TARGETS[field].caution


def test_B04_nothing_special_is_ever_offered() -> None:
    offered = {s for t in TARGETS.values() for choices in t.choices.values() for s in choices}

    forbidden = ("race", "ethnic", "ell", "frl", "iep", "504", "disab", "gifted", "lunch")
    assert not [s for s in offered for word in forbidden if word in s.split(".")[-1]]


def test_A11_another_sis_id_only_while_migrating() -> None:
    moved = spec(rules=[FieldSpec("sis_id", "student.student_number")])

    assert codes(objections(moved, local_schools=ALL)) == [("source_unfit", "sis_id")]
    assert objections(moved, local_schools=ALL, migrating=True) == []


def test_codes_defaults_and_scope_are_looked_at() -> None:
    bad = spec(
        codes={"grade": {"TK": "x" * 51}, "email": {"a": "b"}},
        defaults={"class_year": "29", "city": "Elmton", "site": "101", "shoe": "7"},
        chosen=[77],
    )

    assert codes(objections(bad, local_schools=ALL)) == [
        ("code_unfit", "grade"),
        ("field_unknown", "email"),
        ("default_unfit", "class_year"),
        ("field_unknown", "site"),
        ("field_unknown", "shoe"),
        ("scope_empty", ""),
    ]


READY = Setup(
    enabled=True,
    connected=True,
    specs={STUDENT: spec(), TEACHER: spec(TEACHER)},
    matched=ALL,
)


def test_a_district_that_is_ready_misses_nothing() -> None:
    assert missing_for_start(READY, [STUDENT, TEACHER]) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"enabled": False}, [("clever_not_enabled", "")]),
        ({"connected": False}, [("not_connected", "")]),
        ({"matched": frozenset()}, [("no_school_matched", "")]),
        ({"open_schools": 2}, [("schools_open", "2")]),
        ({"specs": {STUDENT: spec()}}, [("no_ruleset", "teacher")]),
        (
            {"specs": {STUDENT: spec(chosen=[7]), TEACHER: spec(TEACHER)}},
            [("scope_unmatched", "student")],
        ),
    ],
)
def test_A47_B42_what_is_missing_for_a_test(
    change: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    setup = replace(READY, **change)  # type: ignore[arg-type]

    assert codes(missing_for_test(setup, [STUDENT, TEACHER])) == expected


def test_A46_an_integration_that_is_still_on_blocks_the_start_and_not_the_test() -> None:
    setup = replace(READY, other_sources=("powerschool",))

    assert missing_for_test(setup, [STUDENT]) == []
    assert codes(missing_for_start(setup, [STUDENT])) == [("other_source_on", "powerschool")]


def test_A11_A12_another_student_id_than_before_blocks_the_start_until_confirmed() -> None:
    moved = spec(rules=[FieldSpec("sis_id", "student.student_number")])
    setup = replace(READY, specs={STUDENT: moved}, old_student_id="sis_id")

    assert codes(missing_for_start(setup, [STUDENT])) == [("student_id_moved", "sis_id")]
    assert "scrambled" in PROBLEMS["student_id_moved"].explanation
    assert missing_for_start(replace(setup, student_id_confirmed=True), [STUDENT]) == []


def test_A14_somebody_must_verify_the_student_id_when_switching() -> None:
    switching = replace(READY, old_student_id="sis_id")

    assert codes(missing_for_start(switching, [STUDENT])) == [("student_id_unverified", "sis_id")]
    assert missing_for_start(replace(switching, student_id_confirmed=True), [STUDENT]) == []
    assert missing_for_start(switching, [TEACHER]) == []


@pytest.mark.parametrize("confirmed", [False, True])
def test_C04_few_who_are_recognised_block_students_until_confirmed(confirmed: bool) -> None:
    few = {STUDENT: Reach(100, 3), TEACHER: Reach(30, 0)}
    setup = replace(READY, reach=few, student_id_confirmed=confirmed)
    found = missing_for_start(setup, [STUDENT, TEACHER])

    blocking = [f.code for f in found if PROBLEMS[f.code].severity == "error"]
    assert blocking == ([] if confirmed else ["few_students_found"])
    assert ("few_employees_found", "") in [(f.code, f.field) for f in found]
    assert missing_for_start(replace(READY, reach={STUDENT: Reach(100, 50)}), [STUDENT]) == []


def test_C19_every_problem_says_what_and_how_and_who() -> None:
    for code, problem in PROBLEMS.items():
        assert problem.code == code
        assert problem.explanation.endswith(".")
        assert problem.fix.endswith(".")
        problem.explanation.format(field="Level", value="TK", school="Maple")
