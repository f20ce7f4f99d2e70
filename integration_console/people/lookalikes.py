"""Who may be the same person as a record that is being written (B13)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from core.problems import ConsoleError
from core.text import clean, key
from core.vocabulary import PersonKind
from schools.models import District, Person
from schools.pages import at_schools
from schools.queries import labels
from schools.retention import restorable

IDENTIFIERS = (
    *("sis_id", "student_number", "teacher_number", "staff_id", "state_id"),
    *("barcode", "community_id", "username"),
)
SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """A record that is like the new one. `person` is None where the reader may not see it."""

    person: Person | None
    why: str
    deleted: bool = False


class Lookalikes(ConsoleError):
    """Somebody like this is here; nothing was written."""

    def __init__(self, found: list[Alike]) -> None:
        super().__init__(
            "A record like this one is here. Look at it first; if it is another person, tick"
            " “save anyway”.",
            code="lookalikes",
        )
        self.found = found


def lookalikes(
    district: District,
    kind: PersonKind,
    values: Mapping[str, Any],
    *,
    within: Collection[int] | None,
    besides: int | None = None,
) -> list[Alike]:
    """Who has one of these identifiers, or the same name and no other birth date."""
    asked = {name: key(str(values[name])) for name in IDENTIFIERS if values.get(name)}
    same = Q()
    for name, value in asked.items():
        same |= Q(**{f"lower_{name}": value})
    if values.get("last_name"):
        same |= of_name(values)
    if not same:
        return []
    lowered = {f"lower_{name}": Lower(name) for name in (*IDENTIFIERS, "last_name", "first_name")}
    people = Person.objects.filter(district=district, kind=kind).alias(**lowered).filter(same)
    here = people.filter(Q(archived_at=None) | restorable())
    if besides is not None:
        here = here.exclude(pk=besides)
    found = list(here.select_related("school").order_by("-archived_at", "pk")[:SHOWN])
    seen = seen_by(found, within)
    names = labels(district)
    return [
        Alike(
            person=one if one.pk in seen else None,
            why=why(one, asked, names),
            deleted=one.archived_at is not None,
        )
        for one in found
    ]


def of_name(values: Mapping[str, Any]) -> Q:
    """The same first and last name, and no other birth date."""
    first = clean(str(values.get("first_name") or "")).lower()
    same = Q(lower_last_name=clean(str(values["last_name"])).lower())
    same &= Q(lower_first_name=first) if first else Q(first_name=None)
    born = values.get("birth_date")
    return same & (Q(birth_date=born) | Q(birth_date=None)) if born else same


def seen_by(found: Collection[Person], within: Collection[int] | None) -> set[int]:
    """Those among them that the reader may see."""
    pks = [one.pk for one in found]
    if within is None:
        return set(pks)
    return set(Person.objects.filter(at_schools(within), pk__in=pks).values_list("pk", flat=True))


def why(person: Person, asked: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What is the same, in words."""
    same = [
        names[name] for name, value in asked.items() if key(getattr(person, name) or "") == value
    ]
    return f"the same {' and '.join(same)}" if same else "the same name"
