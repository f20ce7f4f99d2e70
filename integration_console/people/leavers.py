"""The Transferred list and the deleted people: who, since when, by which run (B32, B33)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import Access
from clever_sync.models import MirrorObject
from core.vocabulary import Action, ImportRule, RulesetState, RunMode, Status
from imports.changes import Reader
from imports.download import AT_ONCE, of_one_moment
from imports.models import PlannedChange
from imports.ownership import Written
from imports.queries import IMPORTED
from imports.words import SCHEDULE
from integration_console.people.forms import LeaversForm, PickForm
from integration_console.people.reading import record_of
from integration_console.people.rows import Row, row_of
from mappings.models import Ruleset
from schools import pages
from schools.models import LocalEdit, Person
from schools.retention import restorable, restorable_until
from schools.targets import Target

ALL_LEAVERS = pages.Wanted(data_type="", status=Status.TRANSFERRED)


@dataclass(frozen=True)
class Line:
    """A person of one of these lists, with who put them there and until when that can be undone."""

    row: Row
    written: Written | None
    until: datetime | None = None


def wanted_leavers(form: LeaversForm, access: Access) -> pages.Wanted:
    """Which leavers a filter asks for."""
    form.is_valid()
    read = form.cleaned_data
    school = read.get("school")
    return pages.Wanted(
        data_type=read.get("type") or "",
        q=read.get("q") or "",
        school=school.pk if school else None,
        status=Status.TRANSFERRED,
        sort=read.get("sort") or "name",
        within=access.schools,
    )


def leavers(access: Access, wanted: pages.Wanted, after: int | None) -> dict[str, Any]:
    """A page of leavers with how many there are."""
    found = pages.behind(access.district, wanted, after)
    shown, reader = found[: pages.PAGE], Reader(access.district, access.sees)
    since = marked([person.pk for person in shown])
    return {
        "lines": [Line(row_of(person, reader), since.get(person.pk)) for person in shown],
        "next": shown[-1].pk if len(found) > pages.PAGE else None,
        "total": pages.people(access.district, wanted).order_by().count(),
    }


def leavers_rows(
    access: Access, wanted: pages.Wanted, targets: Sequence[Target]
) -> Iterator[Sequence[object]]:
    """One line per leaver for a file: the record, since when, by whom, by which run."""
    people = of_one_moment(pages.people(access.district, wanted))
    while some := list(islice(people, AT_ONCE)):
        since = marked([person.pk for person in some])
        for person in some:
            written = since.get(person.pk)
            at = written.at.isoformat() if written and written.at else ""
            by = (written.by, written.run) if written else ("", "")
            yield (*record_of(person, targets), at, *by)


def marked(people: Collection[int]) -> dict[int, Written]:
    """When and by whom each of these became Transferred."""
    changes = PlannedChange.objects.filter(
        person__in=people,
        action=Action.TRANSFER,
        run__mode=RunMode.LIVE,
        run__state__in=IMPORTED,
        exception__isnull=True,
    )
    edits = LocalEdit.objects.filter(person__in=people, after__status=int(Status.TRANSFERRED))
    return _newer(newest_rows(changes), newest_edits(edits))


def newest_rows(changes: QuerySet[PlannedChange]) -> dict[int, Written]:
    """The newest of these changes of each person."""
    newest = changes.order_by("person_id", "-pk").distinct("person_id").select_related("run")
    return {
        row.person_id: Written(row.run.finished_at, row.run.requested_by or SCHEDULE, row.run_id)
        for row in newest
        if row.person_id is not None
    }


def _newer(found: dict[int, Written], edits: dict[int, Written]) -> dict[int, Written]:
    for person, written in edits.items():
        imported = found.get(person)
        if imported is None or imported.at is None or imported.at < (written.at or imported.at):
            found[person] = written
    return found


def removed(people: Collection[int]) -> dict[int, Written]:
    """When each of these was deleted: by somebody here, or by the undo that took it back."""
    undos = PlannedChange.objects.filter(
        person__in=people, action=Action.REMOVE, run__mode=RunMode.LIVE, run__state__in=IMPORTED,
        exception__isnull=True,
    )  # fmt: skip
    edits = LocalEdit.objects.filter(person__in=people, after__has_key="deleted")
    return _newer(newest_rows(undos), newest_edits(edits))


def newest_edits(edits: QuerySet[LocalEdit]) -> dict[int, Written]:
    """The newest of these edits of each person."""
    newest = edits.order_by("person_id", "-pk").distinct("person_id")
    return {edit.person_id: Written(edit.at, edit.edited_by) for edit in newest}


def chosen(access: Access, form: PickForm, wanted: pages.Wanted) -> list[int]:
    """The leavers for whom an action is meant: all of the filtered list, or those ticked."""
    if form.cleaned_data["scope"] == "all":
        people = pages.people(access.district, wanted)
    else:
        everyone = pages.in_order(access.district, ALL_LEAVERS)
        people = within(access, everyone.filter(pk__in=form.cleaned_data["pick"]))
    return list(people.order_by("pk").values_list("pk", flat=True))


def within(access: Access, people: QuerySet[Person]) -> QuerySet[Person]:
    """Those of them whom this user may see."""
    return people if access.schools is None else people.filter(pages.at_schools(access.schools))


def still_shared(access: Access, people: Sequence[int]) -> int:
    """How many of these Clever shares at present, under rules that bring a record back."""
    adding = Ruleset.objects.filter(district=access.district, state=RulesetState.ACTIVE).exclude(
        import_rule=ImportRule.UPDATE_ONLY
    )
    types = list(adding.values_list("data_type", flat=True))
    linked = Person.objects.filter(pk__in=people, roles__overlap=types)
    shared = MirrorObject.objects.filter(
        connection__district=access.district,
        type="user",
        gone_in=None,
        absent_in=None,
        clever_id__in=linked.values("clever_id"),
    )
    return shared.count()


def deleted(access: Access, after: int | None) -> dict[str, Any]:
    """A page of the records that can still be restored, the newest first."""
    people = restorable_people(access).select_related("school").order_by("-archived_at", "-pk")
    last = Person.objects.filter(district=access.district, pk=after).first() if after else None
    if last is not None and last.archived_at is not None:
        earlier = Q(archived_at__lt=last.archived_at)
        people = people.filter(earlier | Q(archived_at=last.archived_at, pk__lt=last.pk))
    found = list(people[: pages.PAGE + 1])
    shown, reader = found[: pages.PAGE], Reader(access.district, access.sees)
    by = removed([person.pk for person in shown])
    return {
        "lines": [
            Line(row_of(person, reader), by.get(person.pk), restorable_until(person.archived_at))
            for person in shown
            if person.archived_at
        ],
        "next": shown[-1].pk if len(found) > pages.PAGE else None,
        "too_late": too_late(access),
    }


def restorable_people(access: Access) -> QuerySet[Person]:
    """The deleted records that this user can bring back."""
    return within(access, Person.objects.filter(restorable(), district=access.district))


def too_late(access: Access) -> int:
    """How many were deleted so long ago that they cannot be restored by hand any more."""
    gone = Person.objects.filter(district=access.district, archived_at__lte=timezone.now())
    # One that was merged into another is no deleted one.
    return within(access, gone.filter(merged_into=None).exclude(restorable())).count()
