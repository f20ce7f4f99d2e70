"""The log as a file: all of it, of one moment, in the order of the page."""

import heapq
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from imports.changes import Reader, ShownChange, why
from imports.download import AT_ONCE, one_moment
from imports.history import rules_of_runs
from imports.updates import found
from imports.updates.found import Wanted
from imports.updates.log import Update, change_shown, edit_shown, kind_of
from imports.words import DATA_TYPES, UPDATES
from schools.models import District

KEPT = UPDATES[found.KEPT]
HEADER = (
    *("when", "what", "by", "type", "person", "clever_id", "name", "site", "action", "outcome"),
    *("field", "here_before", "new", "rule", "why"),
)


def lines(district: District, wanted: Wanted, reader: Reader) -> Iterator[Sequence[object]]:
    """One line per update and field; an update that changes no field has one line.

    Whoever stops reading half-way leaves no cursor open.
    """
    with one_moment():
        reader.know_schools()
        whom = found.people(district, wanted.q)
        with (
            closing(of_runs(district, wanted, whom, reader)) as changed,
            closing(of_edits(district, wanted, whom, reader)) as edited,
        ):
            for update in heapq.merge(changed, edited, key=lambda line: line.order, reverse=True):
                yield from of_update(update, reader)


def of_runs(
    district: District, wanted: Wanted, whom: found.People, reader: Reader
) -> Generator[Update, None, None]:
    """The changes of runs, newest first."""
    if not wanted.of_runs:
        return
    runs = {run.pk: run for run in found.runs(district, wanted)}
    rules = rules_of_runs({run.pk: run.settings for run in runs.values()})
    rows = found.asked(found.rows(list(runs), wanted, whom), wanted, whom)
    for row in rows.select_related("person").iterator(chunk_size=AT_ONCE):
        row.run = runs[row.run_id]
        shown = ShownChange(
            row=row,
            name=reader.name(row),
            person_id=row.person_id,
            school="",
            values=list(reader.values(row, rules.get(row.run_id, {}))),
            why=why(row, reader.label),
            kept=list(reader.kept(row)),
        )
        yield change_shown(shown, row.run)


def of_edits(
    district: District, wanted: Wanted, whom: found.People, reader: Reader
) -> Generator[Update, None, None]:
    """What was changed here beside the runs, newest first."""
    if wanted.of_edits:
        rows = found.asked_edits(found.edits(district, wanted, whom), wanted)
        for row in rows.iterator(chunk_size=AT_ONCE):
            yield edit_shown(row, reader)


def of_update(update: Update, reader: Reader) -> Iterator[Sequence[object]]:
    row, edit = update.row, update.edit
    school = (row.school or row.old_school) if row else edit.person.school_id if edit else None
    clever_id = row.clever_id if row else edit.person.clever_id if edit else ""
    fixed = (
        *(update.at.isoformat(), kind_of(update), update.by),
        *(DATA_TYPES.get(update.data_type, update.data_type), update.person_id, clever_id),
        *(update.name, reader.sites.get(school or 0, ""), update.word.label),
        update.outcome.label,
    )
    for value in update.values:
        yield (*fixed, value.label, value.old, value.new, value.rule, update.why)
    for one in update.kept:
        yield (*fixed[:-1], KEPT.label, one.label, one.here, one.clever, one.by, update.why)
    if not update.values and not update.kept:
        yield (*fixed, "", "", "", "", update.why)
