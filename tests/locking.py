"""Locks of fields and protection of people, as tests make them."""

from datetime import datetime

from schools import keeping
from schools.models import FieldLock, Person


def locked(
    person: Person, *fields: str, by: str = "ada@maple.example", until: datetime | None = None
) -> list[FieldLock]:
    """Locks these fields of a person, for a reason."""
    keeping.lock(
        district=person.district, person_ids=[person.pk], fields=fields, by=by,
        reason="Agreed with the family", until=until,
    )  # fmt: skip
    return list(FieldLock.objects.filter(person=person, field__in=fields).order_by("pk"))


def protected(*people: Person, by: str = "ada@maple.example") -> None:
    """Protects these people, for a reason."""
    keeping.protect(
        district=people[0].district, person_ids=[one.pk for one in people], by=by,
        reason="A year abroad",
    )  # fmt: skip
