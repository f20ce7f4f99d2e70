"""Records over the API: students, teachers and staff, and where their values come from."""

from decimal import Decimal
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from ninja import Query, Router
from pydantic import AwareDatetime

from core.text import clean
from core.vocabulary import DataType
from imports.changes import Reader
from imports.history import NEWEST, Place, history
from imports.ownership import owners
from integration_console.api import shapes
from integration_console.api.caller import ApiRequest, Caller
from integration_console.api.history import origin, told
from integration_console.api.paging import Cursor, Limit, Number, number, page, parted
from schools import pages
from schools.models import FieldLock, Person, School
from schools.targets import STATUSES, TARGETS

router = Router(tags=["Records"])
Moment = Annotated[AwareDatetime | None, Query(description="With its zone: 2026-11-22T06:00:00Z.")]


@router.get("/records", response=shapes.Records, exclude_unset=True, summary="List records")
def records(
    request: ApiRequest,
    type: Annotated[DataType | None, Query(description="Only of this data type.")] = None,
    school: Annotated[str, Query(description="Only at the school of this site code.")] = "",
    status: Annotated[
        int | None, Query(ge=min(STATUSES), le=max(STATUSES), description=shapes.MEANINGS["status"])
    ] = None,
    q: Annotated[
        str, Query(max_length=200, description="An identifier, or the beginning of a name.")
    ] = "",
    updated_since: Moment = None,
    deleted: Annotated[
        bool,
        Query(description="Those that were deleted or merged; only `updated_since` narrows them."),
    ] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Any:
    """In the order of their ids. To follow changes, ask with `updated_since` set to an hour before
    you began to ask the last time: a change is told by the time at which its run began to write.
    """
    caller = request.auth
    caller.sees_people("records")
    if deleted:
        found, since = deleted_people(caller), "archived_at__gte"
    else:
        found, since = people(caller, type, school, status, q), "changed_at__gte"
    if updated_since:
        found = found.filter(**{since: updated_since})
    rows = found.filter(pk__gt=number(cursor) or 0).order_by("pk")[: limit + 1]
    read = rows.prefetch_related("sites__school", "locks")
    return page(list(read), limit, lambda person: record(caller, person), lambda one: one.pk)


def people(
    caller: Caller, data_type: DataType | None, school: str, status: int | None, q: str
) -> QuerySet[Person]:
    """The living records that are asked for."""
    place = None
    if school:
        sites = School.objects.filter(district=caller.district, site_code=clean(school))
        # No school has this number, so nobody is found at a site that is none.
        place = sites.values_list("pk", flat=True).first() or 0
    wanted = pages.Wanted(
        data_type=data_type or "", q=q, school=place, status=status, sort="newest"
    )
    return pages.people(caller.district, wanted)


def deleted_people(caller: Caller) -> QuerySet[Person]:
    gone = Person.objects.filter(district=caller.district, archived_at__isnull=False)
    return gone.select_related("school")


@router.get(
    "/records/{int:number}", response=shapes.Record, exclude_unset=True, summary="Get a record"
)
def one_record(request: ApiRequest, number: Number) -> Any:
    """One living record."""
    request.auth.sees_people("records")
    return record(request.auth, person_of(request.auth, number))


def person_of(caller: Caller, number: int) -> Person:
    """The living record; Http404 for another district's and for none."""
    found = pages.everybody(caller.district, caller.access.schools)
    read = found.select_related("school", "district").prefetch_related("sites__school", "locks")
    person = read.filter(pk=number).first()
    if person is None:
        raise Http404
    return person


def record(caller: Caller, person: Person) -> dict[str, Any]:
    """A record as the API tells it; of one that was deleted, only that it was."""
    gone = person.archived_at is not None
    return {
        "id": person.pk,
        "types": person.roles,
        "fields": {} if gone else fields(caller, person),
        "locked": sorted(lock.field for lock in person.locks.all() if holds(lock)),
        "protected": person.protected,
        "revision": person.revision,
        "created_at": person.created_at,
        "updated_at": person.changed_at,
        "deleted_at": person.archived_at,
        "merged_into": person.merged_into_id,
    }


def holds(lock: FieldLock) -> bool:
    """Whether the lock has no end, or one that is still to come."""
    return lock.until is None or lock.until > timezone.now()


def fields(caller: Caller, person: Person) -> dict[str, Any]:
    """The fields of the record's types that the token may see."""
    held = set(person.roles)
    return {
        key: value_of(person, key)
        for key, target in TARGETS.items()
        if held & set(target.types) and caller.access.sees(key)
    }


def value_of(person: Person, key: str) -> Any:
    """The value of a field; schools by their site codes."""
    if key == "site":
        return person.school.site_code if person.school else None
    if key == "additional_sites":
        return sorted(further.school.site_code for further in person.sites.all())
    value = getattr(person, TARGETS[key].column)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


@router.get(
    "/records/{int:number}/history",
    response=shapes.History,
    summary="Get where the values of a record come from",
)
def record_history(request: ApiRequest, number: Number, cursor: Cursor = "") -> Any:
    """Who decides about each field, and every change of the record, newest first."""
    caller = request.auth
    caller.sees_people("history")
    person = person_of(caller, number)
    reader = Reader(caller.district, caller.access.sees)
    reader.know_schools()
    found = history(person, reader, place_of(cursor))
    return {
        "origins": origins(caller, person),
        "data": [told(event, reader.sites, caller.access.sees) for event in found.events],
        "next_cursor": f"{found.next.change or 0}.{found.next.edit or 0}" if found.next else None,
    }


def place_of(cursor: str) -> Place:
    """Where a page of the history begins."""
    if not cursor:
        return NEWEST
    change, edit = (number(part) or None for part in parted(cursor))
    return Place(change, edit)


def origins(caller: Caller, person: Person) -> dict[str, Any]:
    held, own = set(person.roles), owners(person)
    return {
        key: origin(own[key])
        for key, target in TARGETS.items()
        if held & set(target.types) and caller.access.sees(key)
    }
