"""The catalogue of what can be read from Clever: one declared line per field (fields.md).

A source key is Clever's path without "roles.". A mirror's payload is flat: source key -> text, or
a list of texts for the keys in LISTS; what is blank or missing is not in it. Under UNREADABLE it
may name keys whose value came but could not be used, so that they are not taken for blank.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.vocabulary import CleverRole

Payload = dict[str, str | list[str]]

UNREADABLE = "unreadable"
EXTENSION = ".ext."
_EXTENSION_KEY = re.compile(r"(student|teacher|staff)\.ext\.[^\x00-\x1f.]{1,80}")


@dataclass(frozen=True)
class Source:
    """A field that Clever may send. `role` is the role it belongs to, "" for all of them."""

    key: str
    label: str
    role: str


def _of(role: str, **labels: str) -> list[Source]:
    prefix = f"{role}." if role else ""
    return [Source(prefix + name.replace("__", "."), text, role) for name, text in labels.items()]


_ALL = [
    *_of(
        "",
        name__first="First name",
        name__middle="Middle name",
        name__last="Last name",
        email="Email",
    ),
    *_of(
        CleverRole.STUDENT,
        sis_id="Student SIS ID",
        student_number="Student number",
        state_id="Student state ID",
        school="Student's primary school",
        schools="Student's schools",
        grade="Grade",
        graduation_year="Graduation year",
        gender="Gender",
        dob="Birth date",
        location__address="Street address",
        location__city="City",
        location__state="State",
        location__zip="Postal code",
        credentials__district_username="Student's district username",
        legacy_id="Student's legacy ID",
        weighted_gpa="Weighted GPA",
        unweighted_gpa="Unweighted GPA",
        preferred_name__first="Preferred first name",
        home_language="Home language",
    ),
    *_of(
        CleverRole.TEACHER,
        sis_id="Teacher SIS ID",
        teacher_number="Teacher number",
        state_id="Teacher state ID",
        title="Teacher's title",
        school="Teacher's primary school",
        schools="Teacher's schools",
        credentials__district_username="Teacher's district username",
        legacy_id="Teacher's legacy ID",
    ),
    *_of(
        CleverRole.STAFF,
        staff_id="Staff ID",
        department="Department",
        title="Staff title",
        schools="Staff member's schools",
        credentials__district_username="Staff district username",
        legacy_id="Staff legacy ID",
    ),
    *_of(
        CleverRole.DISTRICT_ADMIN,
        title="District admin's title",
        legacy_id="District admin's legacy ID",
    ),
]

SOURCES: dict[str, Source] = {source.key: source for source in _ALL}
GPA_SOURCES = frozenset({"student.weighted_gpa", "student.unweighted_gpa"})
# Who somebody is and where: what the matching of people and schools, and the comparison of their
# identifiers (C04), need whatever the rules say. All else is kept only where a rule maps it (C34).
IDENTIFYING: frozenset[str] = frozenset(
    source.key
    for source in _ALL
    if source.key in ("name.first", "name.last", "email")
    or source.key.endswith(
        (".sis_id", "_number", ".state_id", ".staff_id", ".legacy_id", ".school", ".schools")
    )
)
# The only field that people of all roles share and that does not identify them: a rule of one
# role needs it of that role only. Such a need is written "name.middle@student".
SHARED = "name.middle"
OF_ROLE = "@"
LISTS = frozenset({"student.schools", "teacher.schools", "staff.schools"})
SCHOOL_SOURCES: tuple[str, ...] = (
    "name",
    "school_number",
    "sis_id",
    "state_id",
    "nces_id",
    "low_grade",
    "high_grade",
)

# The sources that may identify somebody, with the columns of the mirror that hold their keys.
KEY_COLUMNS = {
    "student.sis_id": "key_sis_id",
    "teacher.sis_id": "key_sis_id",
    "student.student_number": "key_number",
    "teacher.teacher_number": "key_number",
    "staff.staff_id": "key_staff_id",
    "student.state_id": "key_state_id",
    "teacher.state_id": "key_state_id",
    "email": "key_email",
}


def is_source(key: str) -> bool:
    """Whether a key can be read at all: one of the catalogue, or an extension field of a role."""
    if key in SOURCES or _EXTENSION_KEY.fullmatch(key) is not None:
        return True
    shared, _, role = key.partition(OF_ROLE)
    return shared == SHARED and role in set(CleverRole)


def needed_of(key: str, roles: Iterable[str]) -> list[str]:
    """The source as a rule for these roles needs it: of nobody else, where all roles share it."""
    return [f"{key}{OF_ROLE}{role}" for role in roles] if key == SHARED else [key]


def roles_for_shared(sources: Iterable[str]) -> frozenset[str]:
    """The roles of which the shared field is needed; those of everybody for its plain key."""
    found = {role for key, _, role in (s.partition(OF_ROLE) for s in sources) if key == SHARED}
    return frozenset(CleverRole) if "" in found else frozenset(found)
