"""Brakes as pages show them: their values, and what they would have held of late (C08)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.vocabulary import DataType, RunMode, Trigger
from imports import catalogue, words
from imports.brake_terms import DEFAULTS, OF_A_SCHOOL, Figures, Limit
from imports.brake_trial import Measured, measured, would_hold
from imports.brake_words import ALWAYS, BRAKES, held_when
from imports.brakes import Limits
from imports.limits import own_values
from imports.models import Brake, Run
from imports.queries import IMPORTED
from schools.models import District, School

NIGHTS = 14


@dataclass(frozen=True)
class Tried:
    """A brake tried on what one import had planned. `school` names where the most were."""

    run: Run
    measured: Measured
    held: int
    school: str = ""


@dataclass(frozen=True)
class Line:
    """One brake of a data type. `tried` are the last imports that had a plan, newest first."""

    name: str
    limit: Limit | None
    brake: Brake | None
    tried: list[Tried]

    @property
    def title(self) -> str:
        return catalogue.said(self.name).title

    @property
    def looks_at(self) -> str:
        return BRAKES[self.name].looks_at

    @property
    def when(self) -> str:
        return held_when(self.name, self.limit)

    @property
    def default(self) -> str:
        return held_when(self.name, DEFAULTS[self.name])

    @property
    def reason(self) -> str:
        return self.brake.reason if self.brake else ""

    @property
    def of_a_school(self) -> bool:
        return self.name in OF_A_SCHOOL

    @property
    def last(self) -> Tried | None:
        return self.tried[0] if self.tried else None

    @property
    def nights(self) -> int:
        """How many of the last imports it would have held something of."""
        return sum(tried.held > 0 for tried in self.tried)


@dataclass(frozen=True)
class OfType:
    """The brakes of a data type."""

    data_type: DataType
    lines: list[Line]

    @property
    def label(self) -> str:
        return words.DATA_TYPES[self.data_type]

    @property
    def run(self) -> Run | None:
        """The newest import whose figures stand beside the brakes."""
        last = self.lines[0].last
        return last.run if last else None


def brakes(district: District) -> list[OfType]:
    """Every brake of every data type, with what it would have held of the last imports."""
    past, own = _past(district), own_values(district)
    stored = {(b.data_type, b.name): b for b in Brake.objects.filter(district=district)}
    names = dict(School.objects.filter(district=district).values_list("pk", "name"))
    return [
        OfType(
            data_type,
            [
                line(
                    name, Limits.of(own[data_type]), stored.get((data_type, name)),
                    past[data_type], names,
                )
                for name in DEFAULTS
            ],
        )
        for data_type in DataType
    ]  # fmt: skip


def one_brake(
    district: District, data_type: DataType, name: str, values: Limit | None = None
) -> Line:
    """One brake; with `values`, as it would be with these."""
    limits = Limits.of(own_values(district)[data_type])
    if values is not None:
        limits = Limits({**limits.values, name: values})
    brake = Brake.objects.filter(district=district, data_type=str(data_type), name=name).first()
    names = dict(School.objects.filter(district=district).values_list("pk", "name"))
    return line(name, limits, brake, _past(district)[data_type], names)


def line(
    name: str,
    limits: Limits,
    brake: Brake | None,
    past: Sequence[tuple[Run, Figures]],
    names: dict[int, str],
) -> Line:
    tried = []
    for run, figures in past:
        seen = measured(figures, name)
        held = would_hold(figures, limits).get(name, 0)
        tried.append(Tried(run, seen, held, names.get(seen.school or 0, "")))
    return Line(name, limits.get(name), brake, tried)


def always() -> list[tuple[str, str]]:
    """What is held whatever the values say: its name, and when."""
    return [(catalogue.said(code).title, when) for code, when in ALWAYS.items()]


def _past(district: District) -> dict[DataType, list[tuple[Run, Figures]]]:
    """The figures of the last imports, newest first; an import that changed nobody has none."""
    found: dict[DataType, list[tuple[Run, Figures]]] = {data_type: [] for data_type in DataType}
    runs = Run.objects.filter(district=district, mode=RunMode.LIVE, state__in=IMPORTED)
    runs = runs.exclude(trigger=Trigger.FILE)
    for run in runs.order_by("-pk").prefetch_related("plan_figures")[:NIGHTS]:
        for kept in run.plan_figures.all():
            found[DataType(kept.data_type)].append((run, Figures.read(kept.figures)))
    return found
