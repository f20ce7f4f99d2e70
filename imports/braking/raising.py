"""Raising brakes for one run: what the newest plan would need, the form, and the start (C24)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from core.vocabulary import DataType, RunMode, RunState
from imports import catalogue, words
from imports.actions import Raised
from imports.brake_terms import DEFAULTS, OF_A_SCHOOL, Figures, Tripped
from imports.brake_trial import ToPass, to_pass
from imports.brake_words import held_when
from imports.brakes import Limits
from imports.holding.forms import password_field
from imports.limits import all_limits
from imports.models import PlanFigures, Run
from imports.queries import IMPORTED
from schools.models import District

NOTHING = "Nothing was started."
NUMBER = "write a whole number of people, 1 or more."
MOST_PEOPLE = 10_000_000


@dataclass(frozen=True)
class Needed:
    """What the newest plan of a district needs so that nothing of it is held, per data type."""

    run: Run | None
    limits: Mapping[DataType, Limits]
    of: Mapping[DataType, ToPass]

    @property
    def raised(self) -> dict[str, int]:
        """{"student-many_transfers": people}, as the form names them."""
        return {
            f"{t}-{name}": n for t, found in self.of.items() for name, n in found.raised.items()
        }

    @property
    def never(self) -> list[tuple[str, Tripped, str]]:
        """The trips that no number can raise: data type, trip, title."""
        return [
            (words.DATA_TYPES[t], trip, catalogue.said(trip.cause).title)
            for t, found in self.of.items()
            for trip in found.never
        ]


def needed(district: District, run: Run | None = None) -> Needed:
    """What this plan would need, or the newest test or import that had one."""
    found = run or newest(district)
    kept = PlanFigures.objects.filter(run=found).order_by("pk") if found else []
    limits = all_limits(district)
    plans = {DataType(one.data_type): Figures.read(one.figures) for one in kept}
    return Needed(found, limits, {t: to_pass(plan, limits[t]) for t, plan in plans.items()})


def newest(district: District) -> Run | None:
    """The newest finished test, or import, whose plan the brakes have looked at."""
    done = (RunState.TESTED, *IMPORTED)
    runs = Run.objects.filter(district=district, state__in=done).exclude(mode=RunMode.WHAT_IF)
    return runs.filter(plan_figures__isnull=False).order_by("-pk").first()


class RaiseForm(forms.Form):
    """A number for each brake that is raised, a reason, the run to start, the password again."""

    start = forms.ChoiceField(
        choices=[(word, word) for word in ("test", "import", "sync")],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), f"Choose what to start. {NOTHING}"
        ),
    )
    because = forms.CharField(
        label="Reason",
        help_text="Such as: new school year. It stands on the page of the run.",
        max_length=200,
        error_messages={
            "required": f"Reason: write why the brakes are raised. {NOTHING}",
            "max_length": f"Reason: write 200 characters at most. {NOTHING}",
        },
    )
    password = password_field(NOTHING)

    def __init__(
        self,
        *args: Any,
        limits: Mapping[DataType, Limits],
        prove: Callable[[str], str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.prove = prove
        self.limits = limits
        for data_type, of in limits.items():
            for name in DEFAULTS:
                if of.get(name) is not None:
                    self.fields[f"{data_type}-{name}"] = number(data_type, name, of)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not self.brakes:
            self.add_error(None, f"Write a number of people for at least one brake. {NOTHING}")
        elif refused := self.prove(cleaned["password"]):
            self.add_error("password", f"{refused} {NOTHING}")
        return cleaned

    @property
    def brakes(self) -> dict[str, dict[str, int]]:
        """{type: {brake: people}} of those with a number."""
        found: dict[str, dict[str, int]] = {}
        for data_type in self.limits:
            for name in DEFAULTS:
                people = self.cleaned_data.get(f"{data_type}-{name}")
                if people:
                    found.setdefault(str(data_type), {})[name] = people
        return found

    def raised(self, types: Sequence[DataType]) -> Raised:
        """What is raised for a run of these types."""
        of = {t: brakes for t, brakes in self.brakes.items() if DataType(t) in types}
        return Raised(of, self.cleaned_data["because"])

    def bound(self, names: Sequence[str]) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]


def number(data_type: DataType, name: str, limits: Limits) -> forms.IntegerField:
    label = f"{words.DATA_TYPES[data_type]}: {words.inside(catalogue.said(name).title)}"
    wrong = f"{label}: {NUMBER} {NOTHING}"
    of_each = " of each school" if name in OF_A_SCHOOL else ""
    return forms.IntegerField(
        label=label,
        help_text=f"Let pass up to so many people{of_each}. "
        f"Otherwise held when there are {held_when(name, limits.get(name))}.",
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )


@dataclass(frozen=True)
class ShownRaise:
    """One brake that a run raises, in words."""

    label: str
    title: str
    people: int
    each: bool


def raised_by(run: Run) -> list[ShownRaise]:
    """What a run lets pass that other runs would hold."""
    return [
        ShownRaise(words.DATA_TYPES[t], catalogue.said(name).title, people, name in OF_A_SCHOOL)
        for t, brakes in run.raised_brakes.items()
        for name, people in brakes.items()
    ]
