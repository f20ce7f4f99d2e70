"""What the commands about single records share: finding one, and its name in their lines."""

from typing import Any

from django.core.management.base import CommandError

from accounts import audit
from core.command import operator
from imports.changes import Reader, Value
from schools.models import District, Person


def record_of(district: District, number: int) -> Person:
    """The district's record of that number; that it was looked at is kept.

    CommandError if there is none, or it is deleted.
    """
    found = Person.objects.filter(district=district, pk=number, archived_at=None).first()
    if found is None:
        raise CommandError(f"There is no record {number} in {district.slug}.")
    audit.record_look(district, operator(), "person.seen", f"person:{found.pk}")
    return found


def reader_of(district: District) -> Reader:
    """Whoever has the terminal has the database: everything is shown."""
    return Reader(district, lambda _: True)


def named(reader: Reader, person: Person) -> str:
    """ "record 12 (Ann Lee)"."""
    name = reader.full_name(person.first_name, person.last_name)
    return f"record {person.pk} ({name})" if name else f"record {person.pk}"


def plain(value: Value) -> dict[str, Any]:
    """A value that changes, for a JSON document."""
    return {"field": value.key, "old": value.old, "new": value.new}
