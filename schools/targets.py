"""The canonical field table (fields.md): every local field, declared in one line.

Forms, the engine, exports, loading and documentation all read this table and nothing else.
The keys are a public interface: they stand in exports, plans and the API.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.vocabulary import DataType, Status

STUDENT, TEACHER, STAFF = DataType.STUDENT, DataType.TEACHER, DataType.STAFF
EVERYBODY = (STUDENT, TEACHER, STAFF)

EXTENSION = "ext.*"
CLASS_YEAR_FROM_GRADE = "grade:class_year"


@dataclass(frozen=True)
class Target:
    """One local field.

    `types` are the data types it belongs to, `required` those for which it cannot be set to Do
    Not Import. `default_source` names the source key that feeds it when nobody has touched
    anything ("" is Do Not Import); `choices` all that may feed it; one that ends in "ext.*"
    stands for every extension field of that role. A target without choices is not mapped.
    `column` is the column of Person, "" where the value lives in a table of its own.
    """

    key: str
    label: str
    number: int | None
    types: tuple[DataType, ...]
    kind: str = "text"
    max_length: int | None = 255
    warn_length: int | None = None
    required: frozenset[DataType] = frozenset()
    match_key: bool = False
    caution: bool = False
    default_source: Mapping[DataType, str] = field(default_factory=dict)
    choices: Mapping[DataType, tuple[str, ...]] = field(default_factory=dict)
    column: str = ""

    def accepts(self, data_type: DataType, source: str) -> bool:
        """True if `source` may feed this field; "" is Do Not Import."""
        if not source:
            return data_type in self.types and data_type not in self.required
        return any(
            source == choice
            or (choice.endswith(EXTENSION) and source.startswith(choice.removesuffix("*")))
            for choice in self.choices.get(data_type, ())
        )


Sources = Mapping[DataType, str | tuple[str, ...]]


def _target(
    key: str, label: str, number: int | None, sources: Sources, *, off: bool = False, **more: object
) -> Target:
    """A target whose first source is its default, unless it is `off` until somebody maps it."""
    choices = {t: (s,) if isinstance(s, str) else tuple(s) for t, s in sources.items()}
    settings: dict[str, object] = {
        "types": tuple(sources),
        "choices": choices,
        "default_source": {t: "" if off else options[0] for t, options in choices.items()},
        "column": key,
    }
    return Target(key, label, number, **{**settings, **more})  # type: ignore[arg-type]


def _all(source: str) -> Sources:
    return dict.fromkeys(EVERYBODY, source)


NUMBERS: Sources = {
    STUDENT: ("student.student_number", "student.sis_id", "student.state_id"),
    TEACHER: ("teacher.teacher_number", "teacher.sis_id", "teacher.state_id"),
}
STUDENT_NUMBERS, TEACHER_NUMBERS = NUMBERS[STUDENT], NUMBERS[TEACHER]
CARDS: Sources = {**NUMBERS, STAFF: "staff.staff_id"}

_TABLE = (
    Target(
        "clever_id", "GUID / Clever ID", 1200, EVERYBODY, kind="fixed", max_length=24,
        required=frozenset(EVERYBODY), match_key=True, column="clever_id",
    ),
    _target(
        "sis_id", "SIS ID", None, {STUDENT: "student.sis_id", TEACHER: "teacher.sis_id"},
        required=frozenset({STUDENT, TEACHER}), match_key=True,
    ),
    _target("student_number", "Student number", None, {STUDENT: STUDENT_NUMBERS}, match_key=True),
    _target("teacher_number", "Teacher number", None, {TEACHER: TEACHER_NUMBERS}, match_key=True),
    _target("staff_id", "Staff ID", None, {STAFF: "staff.staff_id"}, match_key=True),
    _target("state_id", "State ID", None, {STUDENT: "student.state_id"}, off=True),
    _target(
        "barcode", "Barcode", 1000, CARDS, off=True, max_length=15, match_key=True, caution=True
    ),
    _target("community_id", "Community ID", 1001, CARDS, off=True, match_key=True, caution=True),
    _target("first_name", "First name", 1007, _all("name.first"), warn_length=25),
    _target(
        "middle_name", "Middle name", 1008, _all("name.middle"), warn_length=25,
        default_source={STUDENT: "name.middle", TEACHER: "name.middle", STAFF: ""},
    ),
    _target(
        "last_name", "Last name", 1006, _all("name.last"), warn_length=25,
        required=frozenset(EVERYBODY),
    ),
    _target(
        "preferred_first_name", "Preferred first name", None,
        {STUDENT: "student.preferred_name.first"}, off=True,
    ),
    _target("birth_date", "Birth date", 1045, {STUDENT: "student.dob"}, kind="date"),
    _target("sex", "Sex", 1032, {STUDENT: "student.gender"}, kind="code", max_length=20),
    _target("address", "Address", 1011, {STUDENT: "student.location.address"}),
    _target("city", "City", 1012, {STUDENT: "student.location.city"}),
    _target("state", "State", 1013, {STUDENT: "student.location.state"}, kind="code"),
    _target("postal_code", "Postal code", 1014, {STUDENT: "student.location.zip"}, max_length=20),
    _target("email", "Email", 1019, _all("email"), match_key=True),
    _target("grade", "Level", 1010, {STUDENT: "student.grade"}, kind="code", max_length=50),
    _target(
        "username", "District username", 1052,
        {t: f"{t}.credentials.district_username" for t in EVERYBODY},
        default_source={
            STUDENT: "student.credentials.district_username",
            TEACHER: "teacher.credentials.district_username",
            STAFF: "",
        },
    ),
    _target(
        "site", "Site", 1050,
        {STUDENT: "student.school", TEACHER: "teacher.school", STAFF: "staff.schools"},
        kind="place", max_length=50, required=frozenset(EVERYBODY), column="school_id",
    ),
    _target(
        "additional_sites", "Other sites", None, {t: f"{t}.schools" for t in EVERYBODY},
        kind="place", max_length=None, column="",
    ),
    _target(
        "class_year", "Class year", None,
        {STUDENT: ("student.graduation_year", CLASS_YEAR_FROM_GRADE, "student.ext.*")},
        kind="integer", max_length=None,
    ),
    _target(
        "weighted_gpa", "Weighted GPA", None, {STUDENT: ("student.weighted_gpa", "student.ext.*")},
        off=True, kind="decimal", max_length=None,
    ),
    _target(
        "unweighted_gpa", "Unweighted GPA", None,
        {STUDENT: ("student.unweighted_gpa", "student.ext.*")},
        off=True, kind="decimal", max_length=None,
    ),
    _target(
        "title", "Title", None,
        {TEACHER: "teacher.title", STAFF: ("staff.title", "district_admin.title")},
        off=True, kind="code",
    ),
    _target("department", "Department", None, {STAFF: "staff.department"}, off=True),
    _target(
        "home_language", "Home language", None, {STUDENT: "student.home_language"},
        off=True, max_length=100,
    ),
    Target(
        "status", "Status", 1026, EVERYBODY, kind="fixed", max_length=None, column="status"
    ),
)  # fmt: skip

TARGETS: Mapping[str, Target] = {target.key: target for target in _TABLE}

STATUSES: Mapping[int, str] = {
    Status.ACTIVE: "Active",
    Status.CARD_LOST: "Card Lost",
    Status.SUSPENDED: "Suspended",
    Status.TRANSFERRED: "Transferred",
    Status.INACTIVE: "Inactive",
    Status.OTHER: "Other",
}
SEXES = ("Male", "Female", "Unknown")
GRADES = ("PK", "K", *(str(number) for number in range(1, 14)))
LOCAL_CODES: Mapping[str, tuple[str, ...]] = {"sex": SEXES, "grade": GRADES}

# What an older integration may have used as the student ID; offered only while migrating (A11).
SOURCES_WHILE_MIGRATING: Mapping[DataType, tuple[str, ...]] = {
    STUDENT: ("student.sis_id", "student.student_number", "student.state_id"),
    TEACHER: ("teacher.sis_id", "teacher.teacher_number", "teacher.state_id"),
}


def targets_of(data_type: DataType) -> Iterator[Target]:
    """The fields of a data type, in the order of the table."""
    return (target for target in TARGETS.values() if data_type in target.types)


def columns() -> tuple[str, ...]:
    """The columns of Person that hold fields of the table, in the order of the table."""
    return tuple(target.column for target in TARGETS.values() if target.column)
