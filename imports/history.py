"""What happened to one person: every change by an import with its run, rule and actor, and every
edit by hand or from a file between them (engine.md 9)."""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.vocabulary import Action, RunMode
from imports.changes import Reader, Value, why
from imports.models import PlannedChange
from imports.queries import IMPORTED
from imports.words import ACTIONS, BY_ITSELF, EDITS, SCHEDULE, Word
from mappings.models import FieldRule
from schools.models import LocalEdit, Person
from schools.queries import edits_of

PAGE = 30


class Place(NamedTuple):
    """Where a page of the history begins: older than this change, and than this edit."""

    change: int | None = None
    edit: int | None = None


NEWEST = Place()


@dataclass(frozen=True)
class Event:
    """One change of the person: `row` by an import, or `edit` by hand or from a file."""

    at: datetime
    word: Word
    values: list[Value]
    actor: str
    why: str = ""
    row: PlannedChange | None = None
    edit: LocalEdit | None = None


@dataclass(frozen=True)
class Page:
    """Events, newest first; `next` begins the page of older ones, None where there are none."""

    events: list[Event]
    next: Place | None


def history(person: Person, reader: Reader, place: Place = NEWEST) -> Page:
    """A page of what was really written, newest first."""
    imported, edited = imports_of(person, reader, place), edits_by(person, reader, place)
    found = list(heapq.merge(imported, edited, key=lambda event: event.at, reverse=True))
    shown = found[:PAGE]
    return Page(shown, behind(shown, place) if len(found) > PAGE else None)


def behind(shown: Sequence[Event], place: Place) -> Place:
    """The place after these events."""
    change = min((event.row.pk for event in shown if event.row), default=place.change)
    edit = min((event.edit.pk for event in shown if event.edit), default=place.edit)
    return Place(change, edit)


def edits_by(person: Person, reader: Reader, place: Place) -> list[Event]:
    """The newest edits by hand or from a file, one more than a page shows."""
    rows = edits_of(person).filter(**({"pk__lt": place.edit} if place.edit else {}))
    return [
        Event(
            at=row.at,
            word=EDITS.get(row.cause, EDITS["hand"]),
            values=list(reader.differences(row.before, row.after)),
            actor=row.edited_by or BY_ITSELF,
            edit=row,
        )
        for row in rows[: PAGE + 1]
    ]


def imports_of(person: Person, reader: Reader, place: Place) -> list[Event]:
    """The newest changes by imports, one more than a page shows."""
    rows = (
        PlannedChange.objects.filter(
            person=person.pk,
            run__mode=RunMode.LIVE,
            run__state__in=IMPORTED,
            exception__isnull=True,
        )
        .exclude(action__in=[Action.CONFLICT, Action.REJECT])
        .select_related("run")
        .order_by("-pk")
    )
    if place.change:
        rows = rows.filter(pk__lt=place.change)
    found = list(rows[: PAGE + 1])
    rules = rules_of(found)
    return [
        Event(
            at=row.run.finished_at or row.run.created_at,
            word=ACTIONS[row.action],
            values=list(reader.values(row, rules.get(row.run_id, {}))),
            actor=row.run.requested_by or SCHEDULE,
            why=why(row, reader.label),
            row=row,
        )
        for row in found
    ]


def rules_of(rows: Sequence[PlannedChange]) -> dict[int, dict[tuple[str, str], tuple[str, str]]]:
    """{run: {(data type, field): (source, policy)}}, of the versions that each run names."""
    fields = {key for row in rows for key in (*row.after, *row.before)}
    return rules_of_runs({row.run_id: row.run.settings for row in rows}, fields)


def rules_of_runs(
    runs: Mapping[int, Mapping[str, int]], fields: Collection[str] | None = None
) -> dict[int, dict[tuple[str, str], tuple[str, str]]]:
    """The same for runs with their settings; of these fields only, if they are given."""
    rulesets = {ruleset for settings in runs.values() for ruleset in settings.values()}
    rules = FieldRule.objects.filter(ruleset__in=rulesets)
    if fields is not None:
        rules = rules.filter(field__in=fields)
    of_ruleset: dict[int, list[tuple[str, str, str]]] = {}
    for ruleset, field, source, policy in rules.values_list(
        "ruleset_id", "field", "source", "policy"
    ):
        of_ruleset.setdefault(ruleset, []).append((field, source, policy))
    return {
        run: {
            (data_type, field): (source, policy)
            for data_type, ruleset in settings.items()
            for field, source, policy in of_ruleset.get(ruleset, [])
        }
        for run, settings in runs.items()
    }
