"""The one door through which people are written by hand (house.md, "Single doors").

Its neighbours write many at once: schools/bulk.py for runs, schools/staging.py for files, and
schools/keeping.py locks and protects. Every write raises the revision, so that no plan made before
it is applied, and unsettles the person, so that the next sync looks again. What was changed is
kept as a LocalEdit.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower, Now
from django.utils import timezone

from core.problems import ConsoleError
from core.text import key
from core.vocabulary import KIND_OF_TYPE, DataType, Status
from schools.models import District, LocalEdit, Person, PersonSite, School
from schools.targets import TARGETS
from schools.values import NotAValue, read, shown

# People who share one of these may be one person, or clash: the next sync looks at all of them.
IDENTIFIERS = (
    *("legacy_id", "sis_id", "student_number", "teacher_number", "staff_id"),
    *("barcode", "community_id", "email", "username"),
)
NOT_BY_HAND = frozenset({"clever_id", "site", "additional_sites"})
Edited = tuple[Mapping[str, Any], Mapping[str, Any]]
TOUCHED: Mapping[str, Any] = {
    "revision": F("revision") + 1,
    "unsettled": True,
    "changed_at": Now(),
}


@transaction.atomic
def create_person(
    *,
    district: District,
    data_type: DataType,
    values: Mapping[str, str],
    school: School | None,
    by: str,
) -> Person:
    """A new record made by hand, from the texts of a form by the keys of fields.md.

    Raises ConsoleError with a sentence for a value that cannot be or a last name that is missing.
    """
    facts = _read_all(values)
    if not facts.get("last_name"):
        raise ConsoleError("A record needs a last name; write one.")
    _check_school(district, school)
    person = Person.objects.create(
        district=district,
        kind=KIND_OF_TYPE[data_type],
        roles=[str(data_type)],
        school=school,
        **{name: value for name, value in facts.items() if value is not None},
    )
    _keep(person, by, {}, {name: value for name, value in facts.items() if value is not None})
    _unsettle_namesakes(person)
    return person


@transaction.atomic
def edit_person(*, person_id: int, changes: Mapping[str, str], by: str) -> list[str]:
    """Writes the texts of a form; returns the fields that changed, in order.

    A status that is set here is the people's: a sync does not take it back. Raises ConsoleError
    with a sentence for a value that cannot be, and for somebody who is no longer here.
    """
    person = _locked(person_id)
    facts = _read_all(changes)
    if "last_name" in facts and not facts["last_name"]:
        raise ConsoleError("A record needs a last name; write one.")
    before = {name: _plain(getattr(person, name)) for name in facts}
    changed = {name: value for name, value in facts.items() if before[name] != value}
    if not changed:
        return []
    more: dict[str, Any] = {"status_before": None} if "status" in changed else {}
    Person.objects.filter(pk=person.pk).update(**changed, **more, **TOUCHED)
    _keep(person, by, {name: before[name] for name in changed}, changed)
    _unsettle_namesakes(person)
    person.refresh_from_db()
    _unsettle_namesakes(person)
    return sorted(changed)


@transaction.atomic
def move_person(
    *, person_id: int, school: School | None, others: Collection[School] = (), by: str
) -> bool:
    """Sets the site and the other sites; returns whether anything changed."""
    person = _locked(person_id)
    for place in (school, *others):
        _check_school(person.district, place)
    wanted = {place.pk for place in others} - {school.pk if school else None}
    sites = set(person.sites.values_list("school_id", flat=True))
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if person.school_id != (school.pk if school else None):
        before["site"], after["site"] = person.school_id, school.pk if school else None
    if sites != wanted:
        before["additional_sites"], after["additional_sites"] = sorted(sites), sorted(wanted)
        person.sites.exclude(school__in=wanted).delete()
        PersonSite.objects.bulk_create(
            PersonSite(person=person, school_id=place) for place in wanted - sites
        )
    if not after:
        return False
    Person.objects.filter(pk=person.pk).update(school=school, **TOUCHED)
    _keep(person, by, before, after)
    return True


@transaction.atomic
def set_status(*, district: District, person_ids: Collection[int], status: int, by: str) -> int:
    """Sets the status of many (B33); returns how many had another one."""
    people = _many(district, person_ids).exclude(status=Status(status))
    before = dict(people.values_list("pk", "status"))
    _keep_many(
        district, by, {pk: ({"status": was}, {"status": int(status)}) for pk, was in before.items()}
    )
    Person.objects.filter(pk__in=list(before)).update(
        status=Status(status), status_before=None, **TOUCHED
    )
    return len(before)


@transaction.atomic
def move_people(*, district: District, person_ids: Collection[int], school: School, by: str) -> int:
    """Sets the site of many (B33); returns how many had another one. Other sites stay."""
    _check_school(district, school)
    people = _many(district, person_ids).exclude(school=school)
    before = dict(people.values_list("pk", "school_id"))
    _keep_many(
        district, by, {pk: ({"site": was}, {"site": school.pk}) for pk, was in before.items()}
    )
    moved = list(before)
    PersonSite.objects.filter(person__in=moved, school=school).delete()
    Person.objects.filter(pk__in=moved).update(school=school, **TOUCHED)
    return len(moved)


@transaction.atomic
def archive_people(*, district: District, person_ids: Collection[int], by: str = "") -> int:
    """Takes records out of every list; returns how many.

    Their Clever ID is kept as the former one, so that a return restores the same record.
    """
    people = list(_many(district, person_ids).values_list("pk", flat=True))
    today = _today()
    _keep_many(district, by, {pk: ({}, {"deleted": today}) for pk in people})
    gone = Person.objects.filter(pk__in=people)
    gone.filter(clever_id__isnull=False).update(former_clever_id=F("clever_id"))
    return gone.update(archived_at=Now(), clever_id=None, **TOUCHED)


@transaction.atomic
def restore_people(
    *,
    district: District,
    person_ids: Collection[int],
    by: str = "",
    unlinked: Collection[int] = (),
) -> int:
    """Brings archived records back, with their link where nobody else has it by now.

    Those of `unlinked` come back without one. Of several that had one link, the one deleted last
    gets it. Returns how many came back. Raises ConsoleError if a sync gives the link away just now.
    """
    people = Person.objects.select_for_update(no_key=True).filter(
        district=district, pk__in=person_ids, archived_at__isnull=False
    )
    found = list(people.order_by("archived_at", "pk"))
    apart = set(unlinked)
    former = {p.former_clever_id: p.pk for p in found if p.former_clever_id and p.pk not in apart}
    linked = Person.objects.filter(district=district, clever_id__in=list(former))
    taken = set(linked.values_list("clever_id", flat=True))
    free = [pk for clever_id, pk in former.items() if clever_id not in taken]
    _keep_many(
        district, by,
        {p.pk: ({"deleted": f"{p.archived_at:%Y-%m-%d}"}, {"deleted": None}) for p in found},
    )  # fmt: skip
    back = Person.objects.filter(pk__in=[p.pk for p in found])
    back.filter(pk__in=free).update(clever_id=F("former_clever_id"), former_clever_id=None)
    count = back.update(archived_at=None, **TOUCHED)
    check_links()
    return count


@transaction.atomic
def rewrite(
    *,
    person: Person,
    columns: Mapping[str, Any],
    sites: Collection[int] | None,
    cause: str,
    by: str,
    told: Edited,
) -> None:
    """Writes columns of a locked record as they are given, and its further schools unless None.

    For whoever has worked out a whole record: imports.joining. `told` is what its history says:
    (before, after) by the keys of fields.md.
    """
    Person.objects.filter(pk=person.pk).update(**columns, **TOUCHED)
    if sites is not None:
        person.sites.exclude(school__in=sites).delete()
        PersonSite.objects.bulk_create(
            [PersonSite(person=person, school_id=place) for place in sites], ignore_conflicts=True
        )
    _keep(person, by, *told, cause=cause)


@transaction.atomic
def erase_people(*, district: District, person_ids: Collection[int]) -> int:
    """Destroys records, archived ones too, with all that hangs on them; returns how many (C34).

    Nothing brings them back. Those that were merged into them are to be named as well.
    """
    people = Person.objects.filter(district=district, pk__in=person_ids)
    gone = list(people.select_for_update().order_by("pk").values_list("pk", flat=True))
    people.filter(pk__in=gone).delete()
    return len(gone)


def check_links() -> None:
    """Looks now, and not only at the end of the transaction, whether each Clever ID has one record.

    Waits for whoever writes one of them at this moment. Raises ConsoleError if somebody has it.
    """
    try:
        with database.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS person_clever_id IMMEDIATE")
            cursor.execute("SET CONSTRAINTS person_clever_id DEFERRED")
    except IntegrityError as problem:
        raise ConsoleError(
            "A sync has given the same person of Clever another record at this very moment."
            " Nothing was changed; look once more, then try again."
        ) from problem


def forget_links(*, district: District) -> int:
    """Releases everybody from Clever; the id is kept as the former one, for a later re-link."""
    linked = Person.objects.filter(district=district, clever_id__isnull=False)
    return linked.update(former_clever_id=F("clever_id"), clever_id=None, **TOUCHED)


def restore_legacy_ids(*, district: District, kept: Mapping[int, str]) -> int:
    """Gives people back the IDs of an older integration; returns how many of them are here."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE schools_person p
            SET legacy_id = kept.legacy_id, revision = revision + 1, unsettled = true,
                changed_at = now()
            FROM unnest(%s::bigint[], %s::text[]) AS kept (person_id, legacy_id)
            WHERE p.id = kept.person_id AND p.district_id = %s
                AND p.legacy_id IS DISTINCT FROM kept.legacy_id
            """,
            [list(kept), list(kept.values()), district.pk],
        )
    return Person.objects.filter(district=district, pk__in=list(kept)).count()


def _locked(person_id: int) -> Person:
    people = Person.objects.select_for_update(of=("self",), no_key=True).select_related("district")
    person = people.filter(pk=person_id, archived_at=None).first()
    if person is None:
        raise ConsoleError("This person is no longer here; look for them in the list again.")
    return person


def _read_all(texts: Mapping[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field, text in texts.items():
        if field not in TARGETS or field in NOT_BY_HAND:
            raise ConsoleError(f"{field} is not a field that can be written by hand.")
        try:
            facts[field] = read(field, text)
        except NotAValue as problem:
            raise ConsoleError(f"{shown(field, text)} {problem}.") from problem
    return facts


def _check_school(district: District, school: School | None) -> None:
    if school is not None and school.district_id != district.pk:
        raise ConsoleError("This school belongs to another district.")


def _plain(value: Any) -> Any:
    """A column as it stands in plans and edits: text and whole numbers only."""
    if value is None or isinstance(value, (str, int)):
        return value
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _many(district: District, person_ids: Collection[int]) -> QuerySet[Person]:
    """The living ones of these, locked in one order, so that no two wait for each other."""
    people = Person.objects.select_for_update(no_key=True).order_by("pk")
    return people.filter(district=district, pk__in=person_ids, archived_at=None)


def _today() -> str:
    return f"{timezone.now():%Y-%m-%d}"


def _keep_many(district: District, by: str, edits: Mapping[int, Edited]) -> None:
    """What was changed of many, in few statements: {person: (before, after)}."""
    LocalEdit.objects.bulk_create(
        (
            LocalEdit(
                district=district, person_id=pk, cause="bulk", edited_by=by,
                before=dict(before), after=dict(after),
            )
            for pk, (before, after) in edits.items()
        ),
        batch_size=5000,
    )  # fmt: skip


def _keep(
    person: Person,
    by: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    cause: str = "hand",
) -> None:
    LocalEdit.objects.create(
        district_id=person.district_id,
        person=person,
        cause=cause,
        edited_by=by,
        before=dict(before),
        after=dict(after),
    )


def _unsettle_namesakes(person: Person) -> None:
    """Whoever shares an identifier with the person is looked at by the next sync too."""
    shared = Q()
    people = Person.objects.filter(district_id=person.district_id)
    for field in IDENTIFIERS:
        value = getattr(person, field)
        if value:
            people = people.annotate(**{f"lower_{field}": Lower(field)})
            shared |= Q(**{f"lower_{field}__in": [value.lower(), key(value)]})
    if shared:
        people.filter(shared).update(unsettled=True)
