"""Every problem that any app can name, with its words (C19). Each app brings a problems.py."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from core.problems import Problem
from core.vocabulary import WhoFixes
from imports import words
from imports.models import RunProblem
from imports.problems import ALERTS
from schools.targets import TARGETS

TONES = {"error": "bad", "warning": "wait"}


@cache
def problems() -> Mapping[str, Problem]:
    """All problems by their code."""
    found: dict[str, Problem] = {}
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "problems"):
            found |= getattr(import_module(f"{app.name}.problems"), "PROBLEMS", {})
    return found


def problem(code: str) -> Problem:
    """The problem of a code; for a code that is not known any more, the code as its title."""
    known = problems().get(code)
    title = code.replace("_", " ").capitalize()
    return known or Problem(code, title, "", "Ask Support.", WhoFixes.HERE)


def is_alert(code: str) -> bool:
    """Whether a problem is one that is decided under Resolve Alerts."""
    return any(code == each.code for each in ALERTS)


class Told(dict[str, str]):
    """What an explanation may name; a name that is missing is left out of it."""

    def __missing__(self, name: str) -> str:
        return "–"


@dataclass(frozen=True)
class ShownProblem:
    """A problem in words, as pages show it."""

    code: str
    title: str
    explanation: str
    fix: str
    who: str
    tone: str
    people: int = 0
    new: bool = False


def said(
    code: str, *, field: str = "", value: str = "", school: str = "", people: int = 0
) -> ShownProblem:
    """The problem of a code in words."""
    known = problem(code)
    label = TARGETS[field].label if field in TARGETS else field
    told = Told({k: v for k, v in (("field", label), ("value", value), ("school", school)) if v})
    return ShownProblem(
        code=code,
        title=known.title.format_map(told),
        explanation=known.explanation.format_map(told),
        fix=known.fix.format_map(told),
        who=words.WHO_FIXES[known.who],
        tone=TONES.get(known.severity, "wait"),
        people=people,
    )


def told(
    rows: Iterable[RunProblem],
    labels: Mapping[str, str],
    new: Collection[tuple[str, str, str, str]] = (),
) -> list[ShownProblem]:
    """A run's problems in words; `labels` are the district's names of its fields (B31).

    `new` are those that no earlier run met, by type, code, field and value.
    """
    return [
        replace(
            said(r.code, field=labels.get(r.field, r.field), value=r.value, people=r.people),
            new=(r.data_type, r.code, r.field, r.value) in new,
        )
        for r in rows
    ]
