"""Charts as SVG: numbers in, places out. No style is written by hand (our CSP forbids it)."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 330
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 22, 26
# A bar this many times as high as the next is cut, or the others could not be seen beside it.
TOO_HIGH = 5


@dataclass(frozen=True)
class Rect:
    series: int
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Tick:
    label: str
    x: str
    y: str


@dataclass(frozen=True)
class Chart:
    """Stacked bars with lines for the scale. All places are text, so that no page groups them.

    `cuts` are the gaps in bars too high to be drawn, `tops` their true numbers.
    """

    bars: list[Rect]
    cuts: list[Rect]
    tops: list[Tick]
    lines: list[Tick]
    labels: list[Tick]
    width: str = str(WIDTH)
    height: str = str(HEIGHT)
    left: str = str(LEFT)
    right: str = str(WIDTH - RIGHT)


def ceiling(highest: int) -> int:
    """A round number at or above `highest` that four lines divide well."""
    size = 4
    while True:
        for top in (
            size,
            size * 3 // 2,
            size * 2,
            size * 3,
            size * 4,
            size * 5,
            size * 6,
            size * 8,
        ):
            if top >= highest and top % 4 == 0:
                return top
        size *= 10


def highest(sums: Sequence[int]) -> int:
    """What the scale must reach: the highest column, unless it would dwarf the others."""
    first, second = sorted((0, 0, *sums), reverse=True)[:2]
    return second * 2 if second and first > second * TOO_HIGH else first


def stacked(labels: Sequence[str], columns: Sequence[Sequence[int]]) -> Chart:
    """One column per label, one bar per number of the column, from the bottom up."""
    sums = [sum(column) for column in columns]
    top = ceiling(highest(sums))
    room, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    wide = step * 0.68
    bars: list[Rect] = []
    cuts: list[Rect] = []
    tops: list[Tick] = []
    for n, column in enumerate(columns):
        x, y = LEFT + step * n + (step - wide) / 2, float(HEIGHT - BOTTOM)
        whole = max(top, sums[n])
        for series, value in enumerate(column, start=1):
            # A day with one change must not look like a day without any.
            tall = max(room * value / whole, 1.5) if value else 0.0
            y -= tall
            if tall:
                bars.append(Rect(series, f"{x:.1f}", f"{y:.1f}", f"{wide:.1f}", f"{tall:.1f}"))
        if sums[n] > top:
            cut = f"{TOP + room / 4:.1f}"
            cuts.append(Rect(0, f"{x - 2:.1f}", cut, f"{wide + 4:.1f}", "5"))
            tops.append(Tick(f"{sums[n]:,}", f"{x + wide / 2:.1f}", str(TOP - 8)))
    lines = [
        Tick(f"{top * n // 4:,}", str(LEFT - 6), f"{HEIGHT - BOTTOM - room * n / 4:.1f}")
        for n in range(5)
    ]
    every = 2 if len(labels) > 8 else 1
    shown = [
        Tick(label, f"{LEFT + step * (n + 0.5):.1f}", str(HEIGHT - 6))
        for n, label in enumerate(labels)
        if (len(labels) - 1 - n) % every == 0
    ]
    return Chart(bars, cuts, tops, lines, shown)
