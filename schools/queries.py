"""What pages and commands read of districts, schools and people. The district always first."""

from collections.abc import Mapping

from django.db.models import QuerySet

from core.vocabulary import DataType
from schools.models import District, LocalEdit, Person, School
from schools.targets import TARGETS

RENAMABLE = ("community_id",)


def schools_of(district: District) -> QuerySet[School]:
    """The local schools by name, the district office last."""
    return School.objects.filter(district=district).order_by("is_district_office", "name", "pk")


def site_codes(district: District) -> dict[int, str]:
    """The site code of each local school, by its id."""
    return dict(School.objects.filter(district=district).values_list("pk", "site_code"))


def label(district: District, field: str) -> str:
    """What the district calls a field (B31)."""
    return str(district.terminology.get(field) or TARGETS[field].label)


def labels(district: District) -> Mapping[str, str]:
    """What the district calls its fields, by their keys."""
    return {field: label(district, field) for field in TARGETS}


def people_of(district: District, data_type: DataType) -> QuerySet[Person]:
    """Everybody who stands under a data type; archived people are nowhere."""
    return Person.objects.filter(
        district=district, roles__contains=[str(data_type)], archived_at=None
    )


def edits_of(person: Person) -> QuerySet[LocalEdit]:
    """What was changed here by hand or by a file, newest first."""
    return LocalEdit.objects.filter(person=person).order_by("-pk")
