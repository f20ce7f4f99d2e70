"""Charts as SVG: numbers in, places out. No style is written by hand (our CSP forbids it)."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 10, 24


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
    """Stacked bars with lines for the scale. All places are text, so that no page groups them."""

    bars: list[Rect]
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
        for factor in (1, 2, 3, 5):
            if size * factor >= highest:
                return size * factor
        size *= 10


def stacked(labels: Sequence[str], columns: Sequence[Sequence[int]]) -> Chart:
    """One column per label, one bar per number of the column, from the bottom up."""
    top = ceiling(max((sum(column) for column in columns), default=0))
    room, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    wide = step * 0.68
    bars: list[Rect] = []
    for n, column in enumerate(columns):
        x, y = LEFT + step * n + (step - wide) / 2, float(HEIGHT - BOTTOM)
        for series, value in enumerate(column, start=1):
            # A day with one change must not look like a day without any.
            tall = max(room * value / top, 1.5) if value else 0.0
            y -= tall
            if tall:
                bars.append(Rect(series, f"{x:.1f}", f"{y:.1f}", f"{wide:.1f}", f"{tall:.1f}"))
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
    return Chart(bars, lines, shown)
