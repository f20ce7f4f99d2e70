"""The ways in which records arrive beside Clever, or arrived before it: which of them are on.

PowerSchool SIS, SIF and an older Clever integration are exclusive: at most one of them is on, and
none while Clever is (engine.md 11). Files coexist with everything.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from core.problems import ConsoleError
from core.vocabulary import EXCLUSIVE_SOURCES, SourceState, SourceSystem
from schools.models import District, ExternalIdentity, Person, RosterSource

NAMES: Mapping[str, str] = {
    SourceSystem.NONE: "Not at all",
    SourceSystem.POWERSCHOOL: "PowerSchool SIS",
    SourceSystem.SIF: "SIF",
    SourceSystem.LEGACY_CLEVER: "older Clever integration",
    SourceSystem.FILES: "Files",
}


def name_of(system: str) -> str:
    """What people call a source; for one that is not known, its own word."""
    return NAMES.get(system, system)


def is_exclusive(system: str) -> bool:
    """Whether a source cannot be on beside Clever or another exclusive one."""
    return system in EXCLUSIVE_SOURCES


def sources_of(district: District) -> QuerySet[RosterSource]:
    """The district's answers, oldest first, without their pictures, which may be large."""
    return RosterSource.objects.filter(district=district).defer("old_picture").order_by("pk")


def exclusive_on(district: District) -> list[str]:
    """The exclusive sources that still deliver; more than one only if somebody went past us."""
    on = RosterSource.objects.filter(
        district=district, state=SourceState.ON, system__in=EXCLUSIVE_SOURCES
    )
    return list(on.order_by("system").values_list("system", flat=True))


def old_source(district: District) -> RosterSource | None:
    """The exclusive source from which the district comes; None if it never had one (A11)."""
    exclusive = RosterSource.objects.filter(district=district, system__in=EXCLUSIVE_SOURCES)
    return exclusive.defer("old_picture", "old_mapping").order_by("-pk").first()


def lock(district: District) -> None:
    """One switching at a time in a district; to be called inside a transaction."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)


@transaction.atomic
def set_source_state(*, district: District, system: str, on: bool) -> bool:
    """Switches a source on or off; returns whether it was moved.

    Raises ConsoleError for a source that the district never named, and where another exclusive
    one is on. Whoever switches an exclusive one on has made sure that Clever is off.
    """
    lock(district)
    found = RosterSource.objects.filter(district=district, system=system)
    if system == SourceSystem.NONE or not found.exists():
        raise ConsoleError(
            f"{name_of(system)} is no source of this district. Say first how records arrive today."
        )
    others = [other for other in exclusive_on(district) if other != system]
    if on and is_exclusive(system) and others:
        raise ConsoleError(
            f"{name_of(others[0])} and {name_of(system)} cannot both be on. "
            f"Switch {name_of(others[0])} off first."
        )
    state = SourceState.ON if on else SourceState.OFF
    return found.exclude(state=state).update(state=state) > 0


def identifiers_of(
    district: District, system: str
) -> QuerySet[ExternalIdentity | Person, tuple[int, str]]:
    """(person, identifier) of everybody whom a source has given one."""
    if system == SourceSystem.LEGACY_CLEVER:
        people = Person.objects.filter(district=district, legacy_id__isnull=False)
        return people.order_by("pk").values_list("pk", "legacy_id")  # type: ignore[return-value]
    known = ExternalIdentity.objects.filter(district=district, system=system)
    return known.order_by("person_id").values_list("person_id", "external_id")


def clear_identifiers(*, district: District, system: str) -> int:
    """Clears what a source has left on people, in one statement; returns how many (B48).

    The IDs of an older Clever integration are left: they are what its people are recognised by at
    the first import (engine.md 4).
    """
    if system == SourceSystem.LEGACY_CLEVER:
        return 0
    known = ExternalIdentity.objects.filter(district=district, system=system)
    return known._raw_delete(known.db)
