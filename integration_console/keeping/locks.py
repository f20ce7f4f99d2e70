"""The list of all locks: which are asked for, a page of them, the same as a file (C11)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.access import Ability, Access
from imports.changes import Reader
from imports.download import of_one_moment
from imports.updates.found import people
from integration_console.keeping.forms import LocksForm
from integration_console.people.facts import value_of
from integration_console.people.forms import PickForm
from schools import pages
from schools.keeping import LOCKABLE
from schools.models import FieldLock, PersonSite
from schools.queries import labels
from schools.targets import TARGETS

AT_ONCE = 500
SOON = timedelta(days=14)
SORTS: Mapping[str, tuple[Any, ...]] = {
    "newest": (F("locked_at").desc(), F("pk").desc()),
    "oldest": (F("locked_at").asc(), F("pk").asc()),
    "ending": (F("until").asc(nulls_last=True), F("pk").asc()),
}


@dataclass(frozen=True)
class Line:
    """A lock in words. `clever` is what it keeps out, "" where Clever says the same."""

    lock: FieldLock
    name: str
    field: str
    here: str
    clever: str
    reason: str
    over: bool


def lockable(access: Access) -> dict[str, str]:
    """The fields that can be locked, with the district's names, in the order of the table."""
    named = labels(access.district)
    return {key: named[key] for key in TARGETS if key in LOCKABLE and access.sees(key)}


def form_of(data: QueryDict, access: Access) -> LocksForm:
    """The filter of the address."""
    who = FieldLock.objects.filter(district=access.district).order_by("locked_by")
    return LocksForm(
        data,
        district=access.district,
        fields=lockable(access),
        people=list(who.values_list("locked_by", flat=True).distinct()),
        searchable=access.may(Ability.SEE_PERSONAL_DATA),
    )


def locks(access: Access, form: LocksForm) -> QuerySet[FieldLock]:
    """The locks that a filter asks for, in its order; of a filter that is not valid, what is."""
    form.is_valid()
    read, now = form.cleaned_data, timezone.now()
    found = FieldLock.objects.filter(district=access.district, person__archived_at=None)
    if text := read.get("q"):
        found = found.filter(person__in=people(access.district, text).numbers or [])
    if field := read.get("field"):
        found = found.filter(field=field)
    if school := read.get("school"):
        found = found.filter(at_school(school.pk))
    if by := read.get("by"):
        found = found.filter(locked_by=by)
    if state := read.get("state"):
        found = found.filter(in_state(now)[state])
    order = SORTS[read.get("sort") or "newest"]
    return found.select_related("person", "person__school").order_by(*order)


def at_school(school: int) -> Q:
    """Whose person is at a school, or has it beside the own one."""
    further = pages.further([school]).values("person")
    return Q(person__school=school) | Q(person__in=further)


def in_state(now: datetime) -> dict[str, Q]:
    """The conditions of forms.STATES."""
    lasting = Q(until=None) | Q(until__gt=now)
    return {
        "on": lasting,
        "differs": lasting & Q(kept_from__isnull=False),
        "ending": Q(until__gt=now, until__lte=now + SOON),
        "for_good": Q(until=None),
        "over": Q(until__lte=now),
    }


def behind(found: QuerySet[FieldLock], sort: str, number: int | None) -> list[FieldLock]:
    """A page of locks behind the lock of this number, and one more. No such lock: the first."""
    last = found.filter(pk=number).first() if number else None
    if last is not None:
        found = found.filter(BEHIND[sort](last))
    return list(found[: pages.PAGE + 1])


def behind_end(last: FieldLock) -> Q:
    """Later to end; those without an end come last."""
    if last.until is None:
        return Q(until=None, pk__gt=last.pk)
    same = Q(until=last.until, pk__gt=last.pk)
    return Q(until__gt=last.until) | same | Q(until=None)


BEHIND: Mapping[str, Callable[[FieldLock], Q]] = {
    "newest": lambda last: (
        Q(locked_at__lt=last.locked_at) | Q(locked_at=last.locked_at, pk__lt=last.pk)
    ),
    "oldest": lambda last: (
        Q(locked_at__gt=last.locked_at) | Q(locked_at=last.locked_at, pk__gt=last.pk)
    ),
    "ending": behind_end,
}


def shown(access: Access, form: LocksForm, after: int | None) -> dict[str, Any]:
    """A page of locks in words, with how many there are."""
    found = locks(access, form)
    rows = behind(found, form.cleaned_data.get("sort") or "newest", after)
    shown_rows = rows[: pages.PAGE]
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    return {
        "lines": list(lines(shown_rows, reader)),
        "next": shown_rows[-1].pk if len(rows) > pages.PAGE else None,
        "total": found.order_by().count(),
    }


def lines(rows: Sequence[FieldLock], reader: Reader) -> Iterator[Line]:
    """Locks in words, in two queries at most."""
    sites: dict[int, list[int]] = {}
    wanted = [row.person_id for row in rows if row.field == "additional_sites"]
    further = PersonSite.objects.filter(person__in=wanted) if wanted else ()
    for site in further:
        sites.setdefault(site.person_id, []).append(site.school_id)
    now = timezone.now()
    for row in rows:
        person = row.person
        yield Line(
            lock=row,
            name=reader.full_name(person.first_name, person.last_name),
            field=reader.label(row.field),
            here=reader.text(row.field, value_of(person, row.field, sites.get(person.pk, []))),
            clever=reader.text(row.field, row.kept_from),
            reason=reader.text("reason", row.reason),
            over=row.until is not None and row.until <= now,
        )


HEADER = (
    *("lock", "person", "type", "name", "site", "field", "here", "clever_says", "reason", "by"),
    *("since", "until", "over"),
)


def csv_rows(access: Access, form: LocksForm) -> Iterator[Sequence[object]]:
    """One line per lock."""
    reader = Reader(access.district, access.sees)
    reader.know_schools()
    rows = of_one_moment(locks(access, form))
    while batch := list(islice(rows, AT_ONCE)):
        for line in lines(batch, reader):
            yield csv_row(line, reader)


def csv_row(line: Line, reader: Reader) -> Sequence[object]:
    lock = line.lock
    return (
        *(lock.pk, lock.person_id, lock.person.roles, line.name),
        *(reader.sites.get(lock.person.school_id or 0, ""), lock.field, line.here),
        *(line.clever, line.reason, lock.locked_by, lock.locked_at.isoformat()),
        *(lock.until.isoformat() if lock.until else "", "yes" if line.over else ""),
    )


def chosen(access: Access, picks: PickForm, form: LocksForm) -> QuerySet[FieldLock]:
    """The locks that an action is for: all of the filtered list, or those ticked."""
    if picks.cleaned_data["scope"] == "all":
        return locks(access, form).order_by()
    here = FieldLock.objects.filter(district=access.district, person__archived_at=None)
    return here.filter(pk__in=picks.cleaned_data["pick"])
