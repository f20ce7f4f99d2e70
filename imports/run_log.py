"""The log of a run as a text: what it did step by step, its figures, then every row (B54).

Each time stands in the district's zone, which is named, and in UTC (H17). One line per row and
field; a value is never longer than a line.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from imports import catalogue, held, words
from imports.changes import Reader, Rules, Wanted, changes, why
from imports.download import AT_ONCE, one_moment
from imports.exports import outcome
from imports.models import PlannedChange, Run
from imports.queries import alerts_of, problems_of
from imports.shown import Shown
from imports.story import story
from schools.queries import labels

ROWS_PER_PART = 200


def parts(run: Run, now: datetime, reader: Reader, rules: Rules) -> Iterator[bytes]:
    """The file in pieces, so that memory does not grow with it."""
    with one_moment():
        yield "".join(f"{one_line(line)}\n" for line in summary(run, now, reader)).encode()
        waiting: list[str] = []
        for line in of_rows(run, reader, rules):
            waiting.append(f"{one_line(line)}\n")
            if len(waiting) == ROWS_PER_PART:
                yield "".join(waiting).encode()
                waiting.clear()
        yield "".join(waiting).encode()


def one_line(text: str) -> str:
    """The text without what would begin another line."""
    return " ".join(text.splitlines()) if text else ""


def summary(run: Run, now: datetime, reader: Reader) -> Iterator[str]:
    """All but the rows."""
    shown, district = Shown(run, now), run.district
    yield f"{shown.name} #{run.pk}"
    yield f"District: {district.name}"
    yield f"Data: {shown.types}"
    yield f"State: {shown.word.label}"
    yield from (f"Message: {run.message}" for _ in [0] if run.message)
    yield f"Asked for by: {shown.asked_by}"
    yield f"Log written: {both(now, district.time_zone)}"
    yield from section("Step by step", steps(run))
    yield from section("Figures", figures(shown))
    yield from section("Held, because it looks like an accident", holds(run))
    waiting = alerts_of(run)
    yield from section("Alerts", [f"{waiting:,} wait under Resolve Alerts"] if waiting else [])
    yield from section("Problems", problems(run))
    reader.know_schools()
    yield from ("", "Person by person", "----------------")


def section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A part with its title; a part that has nothing says so."""
    yield from ("", title, "-" * len(title))
    yield from list(lines) or ["Nothing."]


def both(moment: datetime, zone: str) -> str:
    """ "2026-11-22 05:00:00 MST (12:00:00 UTC)"."""
    local, utc = moment.astimezone(ZoneInfo(zone)), moment.astimezone(UTC)
    day = "" if local.date() == utc.date() else f"{utc:%Y-%m-%d} "
    return f"{local:%Y-%m-%d %H:%M:%S %Z} ({day}{utc:%H:%M:%S} UTC)"


def steps(run: Run) -> Iterator[str]:
    for moment in story(run):
        at = f"{both(moment.at, run.district.time_zone)}  " if moment.at else ""
        took = f", took {moment.seconds:,.1f} s" if moment.seconds is not None else ""
        note = f": {moment.note}" if moment.note else ""
        yield f"{at}{moment.label}{took}{note}"


def figures(shown: Shown) -> Iterator[str]:
    for line in shown.table:
        counts = zip(shown.type_labels, line.counts, strict=True)
        yield f"{line.label}: " + ", ".join(f"{count:,} {label}" for label, count in counts)


def holds(run: Run) -> Iterator[str]:
    for one in held.held(run):
        where = f" ({one.schools})" if one.schools else ""
        yield f"{one.said.title}{where}: {one.of}. {one.said.fix}"


def problems(run: Run) -> Iterator[str]:
    for one in catalogue.told(problems_of(run), labels(run.district)):
        people = "person" if one.people == 1 else "people"
        yield f"{one.title}, {one.people:,} {people}: {one.explanation} {one.who}: {one.fix}"


def of_rows(run: Run, reader: Reader, rules: Rules) -> Iterator[str]:
    count = 0
    for row in changes(run, Wanted()).iterator(chunk_size=AT_ONCE):
        count += 1
        yield from of_row(run, row, reader, rules)
    if not count:
        yield "Nobody."


def of_row(run: Run, row: PlannedChange, reader: Reader, rules: Rules) -> Iterator[str]:
    """Who, what, what came of it and why; below it each field with both values."""
    known = reader.name(row) or reader.nameless(row)
    what = words.ACTIONS[row.action].label
    came = words.UPDATES[outcome(run, row)].label
    school = reader.schools.get(row.school or row.old_school or 0, "")
    told = [part for part in (f"{known}: {what}", school, came, why(row, reader.label)) if part]
    yield "; ".join(told)
    for value in reader.values(row, rules):
        rule = f"  [{value.rule}]" if value.rule else ""
        yield f"    {value.label}: {value.old or '(empty)'} -> {value.new or '(empty)'}{rule}"
    for one in reader.kept(row):
        said = f"{one.source}: {one.clever}  [{one.by}]"
        yield f"    {one.label}: kept {one.here or '(empty)'}; {said}"
