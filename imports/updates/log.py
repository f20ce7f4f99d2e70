"""The log a page at a time: changes of all runs and edits made here, merged by time."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from core.vocabulary import Trigger
from imports import words
from imports.changes import Kept, Reader, ShownChange, Value
from imports.exports import outcome
from imports.history import rules_of
from imports.models import PlannedChange, Run
from imports.updates import found
from imports.updates.found import LOOKED_AT, Place, Wanted
from imports.words import ACTIONS, BY_ITSELF, EDITS, SCHEDULE, UPDATES, Word
from schools.models import District, LocalEdit

PAGE = 50


class Begin(NamedTuple):
    """Where a page begins: older than this change, and than this edit."""

    change: Place | None = None
    edit: int | None = None


@dataclass(frozen=True)
class Update:
    """One line of the log: who, which fields with both values, what came of it, by whom, when.

    `order` is what the log is sorted by: when the run was started, or the edit made.
    """

    order: datetime
    at: datetime
    name: str
    person_id: int | None
    data_type: str
    school: str
    word: Word
    outcome: Word
    values: list[Value]
    why: str
    by: str
    row: PlannedChange | None = None
    edit: LocalEdit | None = None
    kept: list[Kept] = field(default_factory=list)


Where = TypeVar("Where", Place, int)


@dataclass(frozen=True)
class Part(Generic[Where]):
    """One kind of lines. `end` is where the look at them ended, if it may go on there."""

    updates: list[Update] = field(default_factory=list)
    end: tuple[datetime, Where] | None = None


@dataclass(frozen=True)
class Page:
    """`next` begins the page of older lines. With `looked`, there may be more behind it."""

    updates: list[Update]
    next: Begin | None
    looked: bool = False


def log(district: District, wanted: Wanted, begin: Begin, reader: Reader) -> tuple[Page, bool]:
    """A page of the log, newest first, and whether more people were meant than are looked for."""
    whom = found.people(district, wanted.q)
    changed, edited = Part[Place](), Part[int]()
    if wanted.of_runs:
        changed = of_runs(district, wanted, whom, begin.change, reader)
    if wanted.of_edits:
        edited = of_edits(district, wanted, whom, begin.edit, reader)
    return merged(changed, edited, begin), whom.more


def merged(changed: Part[Place], edited: Part[int], begin: Begin) -> Page:
    """The newest lines of both parts, as far as both were looked at."""
    lines = list(
        heapq.merge(changed.updates, edited.updates, key=lambda line: line.order, reverse=True)
    )
    ends = [part.end[0] for part in (changed, edited) if part.end]
    sure = [line for line in lines if not ends or line.order >= max(ends)]
    shown = sure[:PAGE]
    last = behind(shown, begin)
    if len(sure) > PAGE:
        return Page(shown, last)
    if not ends:
        return Page(shown, None)
    change, edit = last
    if changed.end and set(map(id, changed.updates)) <= set(map(id, shown)):
        change = changed.end[1]
    if edited.end and set(map(id, edited.updates)) <= set(map(id, shown)):
        edit = edited.end[1]
    return Page(shown, Begin(change, edit), looked=True)


def behind(shown: Sequence[Update], begin: Begin) -> Begin:
    """The place after these lines."""
    changed = [line.row for line in shown if line.row]
    edited = [line.edit.pk for line in shown if line.edit]
    last = changed[-1] if changed else None
    change = Place(last.run_id, last.action, last.pk) if last else begin.change
    return Begin(change, edited[-1] if edited else begin.edit)


def of_runs(
    district: District, wanted: Wanted, whom: found.People, place: Place | None, reader: Reader
) -> Part[Place]:
    """The changes of runs behind a place, among the next ones that are looked at."""
    runs = found.runs(district, wanted)
    numbers = list(runs.values_list("pk", flat=True))
    if place:
        numbers = [number for number in numbers if number <= place.run]
    rows = found.rows(numbers, wanted, whom)
    if place:
        rows = rows.filter(found.older(place))
    ends = rows.values_list("run_id", "action", "pk", "run__created_at")
    end = next(iter(ends[LOOKED_AT - 1 : LOOKED_AT]), None)
    if end:
        rows = rows.filter(found.older(Place(*end[:3]), sign=">="))
    found_rows = found.asked(rows, wanted, whom).select_related("run", "person")[: PAGE + 1]
    lines = list(changes_shown(list(found_rows), reader))
    return Part(lines, (end[3], Place(*end[:3])) if end and len(lines) <= PAGE else None)


def of_edits(
    district: District, wanted: Wanted, whom: found.People, place: int | None, reader: Reader
) -> Part[int]:
    """The edits made here behind a place, among the next ones that are looked at."""
    rows = found.edits(district, wanted, whom)
    if place:
        rows = rows.filter(pk__lt=place)
    end = next(iter(rows.values_list("pk", "at")[LOOKED_AT - 1 : LOOKED_AT]), None)
    if end:
        rows = rows.filter(pk__gte=end[0])
    lines = [edit_shown(row, reader) for row in found.asked_edits(rows, wanted)[: PAGE + 1]]
    return Part(lines, (end[1], end[0]) if end and len(lines) <= PAGE else None)


def changes_shown(rows: Sequence[PlannedChange], reader: Reader) -> Iterable[Update]:
    """Rows of several runs in words, each by the rules of its run."""
    rules = rules_of(rows)
    for shown in reader.shown(rows, {}):
        row = shown.row
        values = list(reader.values(row, rules.get(row.run_id, {})))
        yield change_shown(replace(shown, values=values), row.run)


def change_shown(shown: ShownChange, run: Run) -> Update:
    row = shown.row
    return Update(
        order=run.created_at,
        at=run.finished_at or run.created_at,
        name=shown.name,
        person_id=shown.person_id,
        data_type=row.data_type,
        school=shown.school,
        word=ACTIONS[row.action],
        outcome=UPDATES[outcome(run, row)],
        values=shown.values,
        why=shown.why,
        by=run.requested_by or SCHEDULE,
        row=row,
        kept=shown.kept,
    )


def edit_shown(row: LocalEdit, reader: Reader) -> Update:
    person = row.person
    return Update(
        order=row.at,
        at=row.at,
        name=reader.full_name(person.first_name, person.last_name),
        person_id=None if person.archived_at else person.pk,
        data_type=person.roles[0],
        school=reader.schools.get(person.school_id or 0, ""),
        word=EDITS.get(row.cause, EDITS["hand"]),
        outcome=UPDATES[found.APPLIED],
        values=list(reader.differences(row.before, row.after)),
        why="",
        by=row.edited_by or BY_ITSELF,
        edit=row,
    )


def kind_of(update: Update) -> str:
    """What wrote a line: "Scheduled Sync #12", or "Edited here"."""
    if update.row is None:
        return update.word.label
    run = update.row.run
    first = run.trigger == Trigger.CLICK and run.tested_run_id is not None
    return f"{words.kind(run.mode, run.trigger, first=first)} #{run.pk}"
