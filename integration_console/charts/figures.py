"""Figures per day, week or month, from what runs have counted; no row of a plan is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.vocabulary import RunMode
from imports.models import Run, SchoolFigures
from imports.queries import IMPORTED, SERIES, start_of, total_of
from schools.models import District, School

# How many days a chart reaches back, and how many of them one bar is for.
SPANS = {14: 1, 90: 7, 365: 30}


@dataclass(frozen=True)
class Bar:
    """One bar: its first and last day; imports, people who joined, changed, left."""

    first: date
    last: date
    imports: int = 0
    joined: int = 0
    changed: int = 0
    left: int = 0

    @property
    def label(self) -> str:
        return f"{self.first:%b} {self.first.day}"

    @property
    def name(self) -> str:
        """ "Nov 3 to Nov 9, 2026"; one day alone is named alone."""
        end = f"{self.last:%b} {self.last.day}, {self.last.year}"
        return end if self.first == self.last else f"{self.label} to {end}"


def bars(district: District, school: School | None, days: int, now: datetime) -> list[Bar]:
    """The last `days` days of the district, oldest first; of one school if it is named."""
    zone = ZoneInfo(district.time_zone)
    today, wide = now.astimezone(zone).date(), SPANS[days]
    number = -(-days // wide)
    begin = today - timedelta(days=number * wide - 1)
    # The first bar is for fewer days, where the days are no whole number of bars.
    first = today - timedelta(days=days - 1)
    sums = [[0, 0, 0, 0] for _ in range(number)]
    since = start_of(district, first)
    for at, figures in told(district, school, since):
        assert at  # It has ended.
        bar = (at.astimezone(zone).date() - begin).days // wide
        if 0 <= bar < number:
            sums[bar] = [a + b for a, b in zip(sums[bar], (1, *figures), strict=True)]
    return [
        Bar(
            max(first, begin + timedelta(days=n * wide)),
            begin + timedelta(days=(n + 1) * wide - 1),
            *found,
        )
        for n, found in enumerate(sums)
    ]


def told(
    district: District, school: School | None, since: datetime
) -> Iterator[tuple[datetime | None, tuple[int, int, int]]]:
    """When each import ended, with who joined, changed and left."""
    done = {"mode": RunMode.LIVE, "state__in": IMPORTED, "finished_at__gte": since}
    if school is None:
        runs = Run.objects.filter(district=district, **done)
        for at, counts in runs.values_list("finished_at", "counts"):
            created, updated, left = (
                total_of(counts, SERIES[name]) for name in ("created", "updated", "left")
            )
            yield at, (created, updated, left)
        return
    found = SchoolFigures.objects.filter(
        school=school.pk, run__district=district, **{f"run__{k}": v for k, v in done.items()}
    )
    for at, joined, changed, left in found.values_list(
        "run__finished_at", "joined", "changed", "left"
    ):
        yield at, (joined, changed, left)
