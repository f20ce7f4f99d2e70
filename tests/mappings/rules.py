"""Short ways to say rules and payloads in tests of the mapper."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.vocabulary import DataType, PersonKind
from mappings.defaults import default_spec, normalised
from mappings.engine import Mapper, compile_rules
from mappings.spec import FieldSpec, Mapped, RulesetSpec, SchoolMap

MAPLE, BIRCH, CEDAR, OFFICE = 1, 2, 3, 9
SCHOOLS = SchoolMap(
    local={"maple": MAPLE, "birch": BIRCH, "cedar": CEDAR, "closed": None},
    office=OFFICE,
    key=b"0123456789abcdef",
)
YEAR_END = 2026

Payload = dict[str, str | list[str]]


def student(**more: str | list[str]) -> Payload:
    """A student as the mirror keeps one; `more` uses __ for a dot, "" takes a key away."""
    payload: Payload = {
        "name.first": "Ada",
        "name.middle": "M",
        "name.last": "Birch",
        "email": "ada@maple.example",
        "student.sis_id": "100",
        "student.student_number": "5100",
        "student.state_id": "CA77",
        "student.school": "maple",
        "student.schools": ["maple"],
        "student.grade": "9",
        "student.graduation_year": "2029",
        "student.gender": "F",
        "student.dob": "9/3/2011",
        "student.location.address": "1 Elm Street",
        "student.location.city": "Elmton",
        "student.location.state": "CA",
        "student.location.zip": "90001",
        "student.credentials.district_username": "ada.b",
    }
    return _changed(payload, more)


def teacher(**more: str | list[str]) -> Payload:
    """A teacher as the mirror keeps one."""
    payload: Payload = {
        "name.first": "Theo",
        "name.last": "Stone",
        "email": "theo@maple.example",
        "teacher.sis_id": "T1",
        "teacher.teacher_number": "701",
        "teacher.title": "Grade 9 English",
        "teacher.school": "maple",
        "teacher.schools": ["maple"],
        "teacher.credentials.district_username": "theo.s",
    }
    return _changed(payload, more)


def _changed(payload: Payload, more: Mapping[str, str | list[str]]) -> Payload:
    changed = {**payload, **{key.replace("__", "."): value for key, value in more.items()}}
    return {key: value for key, value in changed.items() if value}


def spec(
    data_type: DataType = DataType.STUDENT,
    *,
    rules: Sequence[FieldSpec] = (),
    codes: Mapping[str, Mapping[str, str]] | None = None,
    chosen: Sequence[int] | None = None,
    **more: object,
) -> RulesetSpec:
    """The default ruleset with some rules and code tables of its own."""
    default = default_spec(list(DataType).index(data_type) + 1, data_type)
    own = {rule.field: rule for rule in rules}
    fields = tuple(own.pop(rule.field, rule) for rule in default.fields)
    assert not own, f"not mappable: {own}"
    changes: dict[str, object] = {"fields": fields, **more}
    if codes is not None:
        changes["codes"] = {**default.codes, **normalised(codes)}
    if chosen is not None:
        changes |= {"all_schools": False, "schools": frozenset(chosen)}
    return replace(default, **changes)  # type: ignore[arg-type]


def mapper(*specs: RulesetSpec, kind: PersonKind = PersonKind.STUDENT) -> Mapper:
    """A mapper of these rulesets; without any, of the student defaults."""
    return compile_rules(
        kind=kind, specs=specs or [spec()], schools=SCHOOLS, school_year_end=YEAR_END
    )


def employees(*specs: RulesetSpec) -> Mapper:
    """A mapper of employees; without rulesets, of the teacher and staff defaults."""
    chosen = specs or (spec(DataType.TEACHER), spec(DataType.STAFF))
    return mapper(*chosen, kind=PersonKind.EMPLOYEE)


def mapped(payload: Payload, *specs: RulesetSpec) -> Mapped:
    """A student payload through the rules."""
    return mapper(*specs).map(payload, ["student"])


def findings(found: Mapped) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.field, finding.value) for finding in found.findings]
