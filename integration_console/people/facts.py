"""The fields of one person in their groups, each with its owner (C11)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.vocabulary import DataType
from imports.changes import Reader
from imports.ownership import Owner
from schools.keeping import LOCKABLE
from schools.models import Person, PersonSite
from schools.targets import TARGETS

GROUPS = (
    ("Person", ("last_name", "first_name", "middle_name", "preferred_first_name", "birth_date",
                "sex", "home_language", "email", "address", "city", "state", "postal_code")),
    ("Identifiers", ("clever_id", "sis_id", "student_number", "teacher_number", "staff_id",
                     "state_id", "barcode", "community_id", "username")),
    ("School", ("site", "additional_sites", "status", "grade", "class_year", "weighted_gpa",
                "unweighted_gpa", "title", "department")),
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One field of a person as its reader may see it."""

    key: str
    label: str
    value: str
    owner: Owner

    @property
    def lockable(self) -> bool:
        """Whether a lock could keep this field from a sync (C11)."""
        return self.key in LOCKABLE


def keys_of(types: Iterable[DataType]) -> Iterator[tuple[str, list[str]]]:
    """The fields that belong to any of the types, in their groups."""
    held = set(types)
    for title, keys in GROUPS:
        yield title, [key for key in keys if held & set(TARGETS[key].types)]


def groups(
    person: Person, reader: Reader, owners: Mapping[str, Owner]
) -> list[tuple[str, list[Fact]]]:
    """Every field that belongs to the person's types, with its label, in three groups."""
    sites = list(PersonSite.objects.filter(person=person).values_list("school_id", flat=True))
    return [
        (
            title,
            [
                Fact(
                    key=key,
                    label=reader.label(key),
                    value=reader.text(key, value_of(person, key, sites)),
                    owner=owners[key],
                )
                for key in keys
            ],
        )
        for title, keys in keys_of(DataType(role) for role in person.roles)
    ]


def value_of(person: Person, key: str, sites: list[int]) -> object:
    """The value of a field of the table; the site as the id of the local school."""
    return sites if key == "additional_sites" else getattr(person, TARGETS[key].column)
