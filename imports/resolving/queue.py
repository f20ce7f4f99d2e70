"""Which alerts wait, a page at a time, and how many decisions wait for Process All Updates."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.http import Http404

from core.vocabulary import DataType, Decision
from imports.alert_rows import WAITING
from imports.models import Alert, MatchDecision, Schedule
from schools.models import District

PAGE = 10


@dataclass(frozen=True)
class Wanted:
    """Which alerts are asked for; "" asks for all."""

    state: str = ""
    data_type: str = ""
    reason: str = ""


def queue(district: District, wanted: Wanted, after: int | None = None) -> list[Alert]:
    """A page of waiting alerts, those that have waited longest first, and one more."""
    found = waiting(district)
    for name, value in vars(wanted).items():
        if value:
            found = found.filter(**{name: value})
    if after:
        found = found.filter(pk__gt=after)
    return list(found.prefetch_related("candidates__person").order_by("pk")[: PAGE + 1])


def waiting(district: District) -> QuerySet[Alert]:
    return Alert.objects.filter(district=district, state__in=WAITING)


def alert_of(district: District, number: int) -> Alert:
    """The district's alert; Http404 for another district's and for none."""
    found = Alert.objects.filter(district=district, pk=number).first()
    if found is None:
        raise Http404
    return found


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


def staged(district: District) -> Staged:
    """The staged decisions in figures. Those of a type that was never imported come later."""
    imported = Schedule.objects.filter(district=district, first_import_at__isnull=False)
    types = set(imported.values_list("data_type", flat=True))
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
