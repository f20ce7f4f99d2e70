"""What the page of problems reads. The district always comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from imports import catalogue
from imports.models import Run, StandingProblem
from imports.words import DATA_TYPES
from schools.models import District

A_PAGE = 50
CLOSED_SHOWN = timedelta(days=30)
ORDERS: Mapping[str, tuple[str, str]] = {
    "people": ("Most people", "-people"),
    "newest": ("Newest first", "-first_seen"),
    "oldest": ("Oldest first", "first_seen"),
    "runs": ("Seen most often", "-runs"),
}
# Where a problem is dealt with: the name of the address, and what the link says. Define Codes is a
# page of each data type.
WAYS: Mapping[str, tuple[str, str]] = {
    "code_unknown": ("define_codes", "Define Codes"),
    "school_unmatched": ("match_schools", "Match schools"),
    "school_no_longer_shared": ("match_schools", "Match schools"),
    "school_not_synced": ("match_schools", "Match schools"),
    "extension_field_new": ("settings", "Settings"),
    "fill_collapsed": ("settings", "Settings"),
    "clever_token_refused": ("setup_clever", "Clever Data Integration Setup"),
    "clever_disconnected": ("setup_clever", "Clever Data Integration Setup"),
    "wrong_district": ("setup_clever", "Clever Data Integration Setup"),
    "kept_by_lock": ("locks", "Locks"),
}
ALERTS = ("alerts", "Resolve Alerts")


@dataclass(frozen=True)
class Wanted:
    """What is asked for; `closed` are those of the last 30 days that are gone again."""

    who: str = ""
    data_type: str = ""
    code: str = ""
    closed: bool = False
    order: str = "people"
    page: int = 1


@dataclass(frozen=True)
class Standing:
    """A problem that stands, in words, with its history and the way to its remedy."""

    row: StandingProblem
    said: catalogue.ShownProblem
    data_type: str
    address: str
    way: str

    @property
    def once(self) -> bool:
        return self.row.runs == 1


def standing(district: District, wanted: Wanted, now: datetime) -> QuerySet[StandingProblem]:
    """The district's problems that fit, in the order asked for."""
    found = StandingProblem.objects.filter(district=district)
    if wanted.closed:
        found = found.filter(closed_at__gte=now - CLOSED_SHOWN)
    else:
        found = found.filter(closed_at=None)
    if wanted.data_type:
        found = found.filter(Q(data_type=wanted.data_type) | Q(data_type=""))
    if wanted.code:
        found = found.filter(code=wanted.code)
    if wanted.who:
        codes = [code for code, known in catalogue.problems().items() if known.who == wanted.who]
        found = found.filter(code__in=codes)
    return found.order_by(ORDERS[wanted.order][1], "code", "pk")


def in_words(
    district: District, rows: list[StandingProblem], labels: Mapping[str, str]
) -> list[Standing]:
    """The problems as the page shows them; `labels` are the district's own names of fields."""
    return [
        Standing(
            row=row,
            said=catalogue.said(
                row.code,
                field=labels.get(row.field, row.field),
                value=row.value,
                people=row.people,
            ),
            data_type=DATA_TYPES[row.data_type] if row.data_type else "",
            address=_address(district, row, way),
            way=way[1],
        )
        for row in rows
        for way in [WAYS.get(row.code) or (ALERTS if catalogue.is_alert(row.code) else ("", ""))]
    ]


def _address(district: District, row: StandingProblem, way: tuple[str, str]) -> str:
    """Where a problem is dealt with; "" where no page here helps."""
    of_type = [row.data_type] if way[0] == "define_codes" else []
    if not way[0] or of_type == [""]:
        return ""
    return reverse(way[0], args=[district.slug, *of_type])


def figures(district: District) -> tuple[int, int]:
    """How many problems stand, and how many of them were met for the first time by their last
    run."""
    rows = StandingProblem.objects.filter(district=district, closed_at=None)
    return rows.count(), rows.filter(first_run=F("last_run")).count()


def codes_of(district: District) -> list[tuple[str, str]]:
    """The codes that stand or stood, each with its title, for the filter."""
    rows = StandingProblem.objects.filter(district=district).values_list("code", flat=True)
    return sorted(
        ((code, catalogue.said(code, field="A field").title) for code in set(rows.distinct())),
        key=lambda pair: pair[1],
    )


def new_in(run: Run) -> set[tuple[str, str, str, str]]:
    """The problems that this run met for the first time, by type, code, field and value."""
    rows = StandingProblem.objects.filter(district=run.district_id, first_run=run)
    return set(rows.values_list("data_type", "code", "field", "value"))
