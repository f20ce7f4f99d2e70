"""The three districts, as they are before the first night."""

from collections.abc import Mapping

from clever_sync.actions import connect
from clever_sync.admission import ask_support
from core.vocabulary import DataType, SourceSystem
from imports.models import Schedule
from integration_console.configure.answering import answer
from integration_console.demonstration import office, residents
from integration_console.demonstration.calendar import ZONE
from integration_console.demonstration.cast import HARBOR
from integration_console.demonstration.logins import IMPORT_ADMIN, SUPPORT
from integration_console.demonstration.sizes import Sizes
from integration_console.demonstration.stage import Stage
from integration_console.opening import open_district
from integration_console.switches import switch_clever_on
from mappings.matching import match_many
from schools.arrival import Arrival
from schools.models import District, ExternalIdentity, School

MAPLE_RIDGE, HARBOR_POINT, CEDAR_FALLS = "maple-ridge", "harbor-point", "cedar-falls"
OURS = (MAPLE_RIDGE, HARBOR_POINT, CEDAR_FALLS)
ADMIN = IMPORT_ADMIN.email
# What somebody noted of the Matching Fields page of the old integration (A15).
OLD_MAPPING = """Matching Fields, PowerSchool SIS:
Student ID -> SIS ID
First name, Middle name, Last name -> the same
Date of birth -> Birth date
Grade level -> Level
School -> Site"""
CEDAR_FALLS_SCHOOLS = (
    ("201", "Cedar Falls Elementary School"),
    ("202", "Mill Pond Middle School"),
    ("203", "Cedar Falls High School"),
)


def make_maple_ridge(stage: Stage, sizes: Sizes) -> District:
    """A district with its people, connected to Clever, its schools matched."""
    district = _district(MAPLE_RIDGE, "Maple Ridge Unified")
    schools = stage.control.schools()
    codes = residents.site_codes(schools)
    residents.load_sites(district, schools, codes)
    students = residents.students(stage.people("student"), codes, sizes.new_students)
    residents.load(district, DataType.STUDENT, students, ADMIN)
    teachers = residents.teachers(stage.people("teacher"), codes)
    residents.load(district, DataType.TEACHER, teachers, ADMIN)
    staff = residents.staff(stage.people("staff"), codes)
    residents.load(district, DataType.STAFF, staff, ADMIN)
    connect(district=district, text=str(stage.control.describe()["id"]), by=ADMIN)
    _match(district, codes)
    answer(district=district, arrival=Arrival(SourceSystem.NONE), by=ADMIN)
    switch_clever_on(district=district, by=ADMIN)
    office.settle(district, residents.OLD_STREET)
    # Staff are not synced unless somebody ticks them.
    Schedule.objects.filter(district=district).update(automatic=True)
    return district


def _match(district: District, codes: Mapping[str, str]) -> None:
    local = {school.site_code: school for school in School.objects.filter(district=district)}
    answers = {clever_id: local[code] for clever_id, code in codes.items()}
    match_many(district=district, answers=answers, by=ADMIN)


def make_harbor_point(stage: Stage, sizes: Sizes) -> District:
    """A district with people whose identifiers are shifted; it is not connected yet."""
    district = _district(HARBOR_POINT, "Harbor Point Schools")
    schools = stage.control.schools(district=HARBOR)
    codes = residents.site_codes(schools)
    residents.load_sites(district, schools, codes)
    people = stage.people("student", HARBOR)
    rows = residents.shifted_students(people, codes, sizes.harbor_unknown)
    residents.load(district, DataType.STUDENT, rows, ADMIN)
    _bring_by_powerschool(district)
    return district


def _bring_by_powerschool(district: District) -> None:
    """PowerSchool SIS still delivers, and has given everybody an identifier of its own."""
    powerschool = Arrival(SourceSystem.POWERSCHOOL, "sis_id", OLD_MAPPING)
    answer(district=district, arrival=powerschool, by=ADMIN)
    ExternalIdentity.objects.bulk_create(
        ExternalIdentity(
            district=district,
            person_id=person,
            system=SourceSystem.POWERSCHOOL,
            external_id=f"DCID-{40_000 + place}",
        )
        for place, person in enumerate(district.people.order_by("pk").values_list("pk", flat=True))
    )


def make_cedar_falls() -> District:
    """A district that has asked Support for the integration and waits."""
    district = _district(CEDAR_FALLS, "Cedar Falls Community Schools", clever_enabled=False)
    School.objects.bulk_create(
        School(district=district, site_code=code, name=name) for code, name in CEDAR_FALLS_SCHOOLS
    )
    ask_support(district=district, by=ADMIN)
    return district


def _district(slug: str, name: str, *, clever_enabled: bool = True) -> District:
    return open_district(
        slug=slug,
        name=name,
        time_zone=ZONE.key,
        clever_enabled=clever_enabled,
        owner="",
        by=SUPPORT.email,
    ).district
