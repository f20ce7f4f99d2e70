"""The protected people: never in Clever, or never to be marked as leavers by it (C12)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access import Access
from clever_sync.models import MirrorObject
from imports.changes import Reader
from integration_console.people.rows import Row, row_of
from schools import pages
from schools.models import Person, Protection


@dataclass(frozen=True)
class Line:
    """A protected person. `gone`: Clever shared them once and does not any more; they are kept."""

    row: Row
    reason: str
    by: str
    at: datetime | None
    gone: bool


def protected(access: Access) -> QuerySet[Person]:
    """The protected people of the district, by name."""
    everybody = pages.everybody(access.district, access.schools)
    return everybody.filter(protected=True).order_by(*pages.SORTS["name"])


def shown(access: Access, after: int | None) -> dict[str, Any]:
    """A page of protected people, with how many there are and how many Clever does not share."""
    people = protected(access)
    missing = MirrorObject.objects.filter(
        Q(gone_in__isnull=False) | Q(absent_in__isnull=False),
        connection__district=access.district, type="user", clever_id=OuterRef("clever_id"),
    )  # fmt: skip
    found = people.annotate(gone=Exists(missing)).select_related("school", "protection")
    last = pages.place_of(people, after) if after else None
    if last is not None:
        found = found.filter(pages.behind_name(last))
    rows, reader = list(found[: pages.PAGE + 1]), Reader(access.district, access.sees)
    shown_rows = rows[: pages.PAGE]
    return {
        "lines": [line(person, reader) for person in shown_rows],
        "next": shown_rows[-1].pk if len(rows) > pages.PAGE else None,
        "total": people.order_by().count(),
        "kept": people.filter(Exists(missing)).order_by().count(),
    }


def line(person: Any, reader: Reader) -> Line:
    why = protection_of(person)
    return Line(
        row=row_of(person, reader),
        reason=reader.text("reason", why.reason) if why else "",
        by=why.protected_by if why else "",
        at=why.protected_at if why else None,
        gone=person.gone,
    )


def protection_of(person: Person) -> Protection | None:
    """Why a person is protected; None for one whom nobody gave a reason."""
    return getattr(person, "protection", None)
