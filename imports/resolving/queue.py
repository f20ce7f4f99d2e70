"""Which alerts wait: filtered, sorted, a page at a time, and what stands before and behind one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Collate, Concat, Lower
from django.http import Http404

from clever_sync.models import MirrorObject
from core.text import clean
from core.vocabulary import DataType, Decision
from imports.alert_rows import WAITING
from imports.models import Alert, AlertCandidate, MatchDecision, Schedule
from mappings.models import SchoolMatch
from schools.models import District

PAGE = 25
WORDS = 5
# The value that an alert is sorted by, beside its number; and whether the highest comes first.
SORTS: Mapping[str, tuple[str, bool]] = {
    "oldest": ("zero", False),
    "newest": ("zero", True),
    "score": ("best", True),
    "name": ("by_name", False),
}


@dataclass(frozen=True)
class Wanted:
    """Which alerts are asked for, and in which order; "" and None ask for all."""

    state: str = ""
    data_type: str = ""
    reason: str = ""
    school: int | None = None
    q: str = ""
    sort: str = "oldest"

    @property
    def filtered(self) -> bool:
        return any((self.state, self.data_type, self.reason, self.school, self.q))


def waiting(district: District) -> QuerySet[Alert]:
    return Alert.objects.filter(district=district, state__in=WAITING)


def asked(district: District, wanted: Wanted) -> QuerySet[Alert]:
    """The waiting alerts that a filter asks for, in its order."""
    found = waiting(district)
    for name in ("state", "data_type", "reason"):
        if value := getattr(wanted, name):
            found = found.filter(**{name: value})
    if wanted.school:
        matched = SchoolMatch.objects.filter(district=district, school=wanted.school)
        ids = list(matched.values_list("clever_school_id", flat=True))
        found = found.filter(Exists(mirrored(district).filter(school__in=ids)))
    for word in clean(wanted.q).split()[:WORDS]:
        found = found.filter(about(district, word))
    value, down = SORTS[wanted.sort]
    sign = "-" if down else ""
    return sortable(district, found).order_by(f"{sign}{value}", f"{sign}pk")


def mirrored(district: District) -> QuerySet[MirrorObject]:
    """The person of Clever whom an alert is about."""
    return MirrorObject.objects.filter(
        connection__district=district, type="user", clever_id=OuterRef("clever_id")
    )


def about(district: District, word: str) -> Q:
    """Alerts about whom a word tells: by name or identifier in Clever, by name here, by number."""
    in_clever = mirrored(district).annotate(
        last=KeyTextTransform("name.last", "payload"),
        first=KeyTextTransform("name.first", "payload"),
    )
    by_name = Q(last__icontains=word) | Q(first__icontains=word)
    by_id = Q(clever_id=word.lower()) | Q(key_sis_id=word.lower())
    here = AlertCandidate.objects.filter(alert=OuterRef("pk")).filter(
        Q(person__last_name__icontains=word) | Q(person__first_name__icontains=word)
    )
    told = Q(Exists(in_clever.filter(by_name | by_id))) | Q(Exists(here))
    return told | Q(pk=int(word)) if word.isdecimal() and len(word) < 19 else told


def sortable(district: District, found: QuerySet[Alert]) -> QuerySet[Alert]:
    """With the values that SORTS names."""
    best = AlertCandidate.objects.filter(alert=OuterRef("pk")).order_by("-score")
    last, first = (
        Coalesce(KeyTextTransform(key, "payload"), Value(""), output_field=TextField())
        for key in ("name.last", "name.first")
    )
    name = Concat(last, Value(" "), first, output_field=TextField())
    named = mirrored(district).annotate(whole=Collate(Lower(name), "C")).values("whole")
    return found.annotate(
        zero=Value(0, output_field=IntegerField()),
        best=Coalesce(Subquery(best.values("score")[:1]), -1),
        by_name=Coalesce(Subquery(named[:1]), Value(""), output_field=TextField()),
    )


def beyond(
    district: District, wanted: Wanted, number: int, *, backwards: bool = False
) -> QuerySet[Alert]:
    """The alerts behind this one in the order asked for, or before it, the nearest first.

    The one itself need not wait any more: whoever has decided it goes on from there.
    """
    value, down = SORTS[wanted.sort]
    found = asked(district, wanted)
    here = sortable(district, Alert.objects.filter(district=district, pk=number))
    place = here.values_list(value, flat=True).first()
    if place is None:
        return found if not backwards else found.none()
    way = "lt" if down != backwards else "gt"
    found = found.filter(
        Q(**{f"{value}__{way}": place}) | Q(**{value: place, f"pk__{way}": number})
    )
    return found.reverse() if backwards else found


def page(district: District, wanted: Wanted, after: int | None = None) -> list[Alert]:
    """A page of alerts, and one more."""
    found = beyond(district, wanted, after) if after else asked(district, wanted)
    return list(found.prefetch_related("candidates__person")[: PAGE + 1])


@dataclass(frozen=True)
class Neighbours:
    """What stands around an alert in the list: None at its ends. `place` counts from 1."""

    before: int | None
    behind: int | None
    place: int
    total: int


def neighbours(district: District, wanted: Wanted, number: int) -> Neighbours:
    """Around this alert, which need not wait itself."""
    earlier = beyond(district, wanted, number, backwards=True)
    first = earlier.values_list("pk", flat=True).first()
    return Neighbours(
        before=first,
        behind=beyond(district, wanted, number).values_list("pk", flat=True).first(),
        place=earlier.count() + 1 if first else 1,
        total=asked(district, wanted).count(),
    )


def alert_of(district: District, number: int) -> Alert:
    """The district's alert; Http404 for another district's and for none."""
    found = Alert.objects.filter(district=district, pk=number)
    alert = found.prefetch_related("candidates__person").first()
    if alert is None:
        raise Http404
    return alert


def reasons(district: District) -> list[str]:
    """The reasons of all that waits."""
    return sorted(waiting(district).order_by().values_list("reason", flat=True).distinct())


@dataclass(frozen=True)
class Staged:
    """What Process All Updates would carry out now, and what waits for a first import."""

    matches: int
    creates: int
    others: int
    later: int

    @property
    def now(self) -> int:
        return self.matches + self.creates + self.others


def imported(district: District) -> set[str]:
    """The data types whose first import is done: their decisions can be processed."""
    found = Schedule.objects.filter(district=district, first_import_at__isnull=False)
    return set(found.values_list("data_type", flat=True))


def staged(district: District, types: set[str]) -> Staged:
    """The staged decisions in figures. Those of a type that was never imported come later."""
    decided = MatchDecision.objects.filter(district=district, staged=True, done_in__isnull=True)
    counts = {str(decision): 0 for decision in Decision}
    later = 0
    for data_type in DataType:
        of_type = waiting(district).filter(data_type=data_type).values("clever_id")
        rows = decided.filter(clever_id__in=of_type).order_by().values("decision")
        for row in rows.annotate(count=Count("pk")):
            if data_type in types:
                counts[row["decision"]] += row["count"]
            else:
                later += row["count"]
    return Staged(counts["match"], counts["create"], counts["never"], later)


def filter_of(cleaned: Mapping[str, Any]) -> Wanted:
    """What a valid form asks for."""
    school = cleaned.get("school")
    return Wanted(
        state=cleaned.get("state") or "",
        data_type=cleaned.get("data_type") or "",
        reason=cleaned.get("reason") or "",
        school=school.pk if school else None,
        q=cleaned.get("q") or "",
        sort=cleaned.get("sort") or "oldest",
    )
