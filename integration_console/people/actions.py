"""What people do to records by hand. Each action owns its transaction and is audited."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.access import Access
from core.problems import ConsoleError
from core.vocabulary import KIND_OF_TYPE, DataType, PersonKind
from imports.identity import parted
from integration_console.keeping.actions import lock
from integration_console.people.lookalikes import Lookalikes, lookalikes
from schools import writer
from schools.keeping import LOCKABLE
from schools.models import District, Person, PersonSite, School
from schools.retention import restorable
from schools.targets import STATUSES

PLACES = ("site", "additional_sites")
# A change of one of these may make the record somebody else's double.
TELLING = frozenset({
    "sis_id", "student_number", "teacher_number", "staff_id", "state_id", "barcode", "community_id",
    "username", "first_name", "last_name", "birth_date",
})  # fmt: skip


class Overtaken(ConsoleError):
    """Somebody wrote the record since it was shown; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed this record while you were editing it. Nothing was saved."
            " What you typed is still here: look at the changes below, then save again.",
            code="overtaken",
        )


@dataclass(frozen=True)
class Typed:
    """What was typed: the changed fields with their texts; places by the ids of schools.

    With a `keep_reason` they are locked in the same step, so that Clever does not set them back.
    """

    values: Mapping[str, Any]
    confirmed: bool = False
    keep_reason: str = ""

    @property
    def facts(self) -> dict[str, str]:
        return {name: text for name, text in self.values.items() if name not in PLACES}


@transaction.atomic
def create(*, access: Access, data_type: DataType, typed: Typed) -> Person:
    """A record made by hand (B13). Raises Lookalikes until it is confirmed that it is new."""
    district, by = access.district, access.user.email
    # One at a time, so that two clicks do not make two records.
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    if not typed.confirmed:
        refuse_lookalikes(access, KIND_OF_TYPE[data_type], typed.values)
    person = writer.create_person(
        district=district,
        data_type=data_type,
        values=typed.facts,
        school=school_of(access, typed.values.get("site")),
        by=by,
    )
    if typed.values.get("additional_sites"):
        move(access, person, typed.values)
    audit.record(district, by, "person.created", f"person:{person.pk}", data_type=str(data_type))
    return person


@transaction.atomic
def save(*, access: Access, number: int, revision: int, typed: Typed) -> list[str]:
    """Writes what was changed on a form; returns the changed fields.

    Raises Overtaken when the record is not the shown one any more, and Lookalikes as `create`.
    """
    people = Person.objects.select_for_update(no_key=True).filter(district=access.district)
    person = people.filter(pk=number, archived_at=None).first()
    if person is None:
        raise ConsoleError("This person is no longer here; look for them in the list again.")
    if person.revision != revision:
        raise Overtaken
    changed = typed.values.keys()
    if changed & TELLING and not typed.confirmed:
        names = {name: getattr(person, name) for name in ("first_name", "last_name", "birth_date")}
        about_name = names if changed & names.keys() else {}
        told = {**about_name, **typed.values}
        refuse_lookalikes(access, PersonKind(person.kind), told, besides=person.pk)
    written = writer.edit_person(person_id=number, changes=typed.facts, by=access.user.email)
    if changed & set(PLACES) and move(access, person, typed.values):
        written += sorted(changed & set(PLACES))
    if written:
        audit.record(
            access.district, access.user.email, "person.edited", f"person:{number}", fields=written
        )
    if typed.keep_reason and (locks := LOCKABLE.intersection(written)):
        lock(access=access, people=[number], fields=locks, reason=typed.keep_reason, until=None)
    return written


def refuse_lookalikes(
    access: Access, kind: PersonKind, values: Mapping[str, Any], besides: int | None = None
) -> None:
    found = lookalikes(access.district, kind, values, within=access.schools, besides=besides)
    if found:
        raise Lookalikes(found)


def move(access: Access, person: Person, values: Mapping[str, Any]) -> bool:
    """Sets the places that were changed; those that a Librarian does not see stay."""
    site = values.get("site", person.school_id)
    held = set(PersonSite.objects.filter(person=person).values_list("school_id", flat=True))
    others = held
    if "additional_sites" in values:
        unseen = set() if access.schools is None else held - access.schools
        others = {int(pk) for pk in values["additional_sites"]} | unseen
    stays = site == person.school_id
    school = person.school if stays else school_of(access, site)
    rest = School.objects.filter(district=access.district, pk__in=others)
    return writer.move_person(
        person_id=person.pk, school=school, others=list(rest), by=access.user.email
    )


def school_of(access: Access, number: Any) -> School | None:
    """The chosen school. Raises ConsoleError for one at which this user may not place anybody."""
    if not number:
        return None
    allowed = access.schools is None or int(number) in access.schools
    found = School.objects.filter(district=access.district, pk=number).first() if allowed else None
    if found is None:
        raise ConsoleError("This school is not among yours; choose one of the list.")
    return found


@transaction.atomic
def set_status(*, access: Access, people: Collection[int], status: int) -> str:
    """Gives many another status; returns a sentence with the count (B33)."""
    count = writer.set_status(
        district=access.district, person_ids=people, status=status, by=access.user.email
    )
    audited(access, "people.status", count, status=status)
    return f"{records(count)} now {'has' if count == 1 else 'have'} the status {STATUSES[status]}."


@transaction.atomic
def change_site(*, access: Access, people: Collection[int], site: int) -> str:
    """Moves many to a school; returns a sentence with the count (B33)."""
    school = school_of(access, site)
    assert school is not None
    count = writer.move_people(
        district=access.district, person_ids=people, school=school, by=access.user.email
    )
    audited(access, "people.site", count, school=school.pk)
    stay = len(people) - count
    already = f" {records(stay)} {'was' if stay == 1 else 'were'} there already." if stay else ""
    return f"{records(count)} moved to {school.name}.{already}"


@transaction.atomic
def delete(*, access: Access, people: Collection[int]) -> str:
    """Takes many out of every list; returns a sentence with the count (B33)."""
    count = writer.archive_people(district=access.district, person_ids=people, by=access.user.email)
    audited(access, "people.deleted", count)
    return f"{records(count)} deleted. For 30 days they can be restored under Deleted people."


@transaction.atomic
def restore(*, access: Access, people: Collection[int]) -> str:
    """Brings deleted records back; returns a sentence with the count (B33).

    Whoever was unlinked from Clever by hand before comes back unlinked (C15).
    """
    wanted = Person.objects.filter(restorable(), district=access.district, pk__in=people)
    count = writer.restore_people(
        district=access.district,
        person_ids=list(wanted.values_list("pk", flat=True)),
        by=access.user.email,
        unlinked=list(wanted.filter(parted()).values_list("pk", flat=True)),
    )
    audited(access, "people.restored", count)
    return f"{records(count)} restored, as {'it was' if count == 1 else 'they were'}."


def audited(access: Access, verb: str, count: int, **more: int) -> None:
    audit.record(access.district, access.user.email, verb, f"{count} people", count=count, **more)


def records(count: int) -> str:
    return f"{count:,} record" if count == 1 else f"{count:,} records"
