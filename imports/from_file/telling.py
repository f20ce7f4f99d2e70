"""What an import from a file did, or would do, in a few plain sentences."""

from collections.abc import Sequence

from imports.apply import Applied
from imports.brakes import Tripped
from imports.catalogue import said
from imports.check import Counts
from imports.telling import total

PREFIX = "file_"
PURGED = (
    "The lines of this file are not kept any more, so nothing was imported. Upload the file again."
)


def people(number: int) -> str:
    """ "1 person", "310 people"."""
    return "1 person" if number == 1 else f"{number:,} people"


def tested(counts: Counts, trips: Sequence[Tripped]) -> str:
    """What a test of a file found."""
    would = f"An import would change {people(total(counts, 'update'))}."
    large = "It would ask once more first, because it is large." if trips else ""
    parts = ["Test finished. No record was changed.", would, *_left(counts), large]
    return " ".join(filter(None, parts))


def imported(counts: Counts, done: Applied) -> str:
    """What an import from a file did."""
    were = "was" if done.written == 1 else "were"
    parts = [f"{people(done.written)} {were} written." if done.written else "Nothing was written."]
    if done.stale:
        parts.append(
            f"{people(done.stale)} changed here just meanwhile and stayed as they are. Import the"
            " file again to look at them."
        )
    return " ".join([*parts, *_left(counts)])


def waits(trips: Sequence[Tripped], differing: int) -> str:
    """Why an import waits for a decision."""
    why = [
        f"{said(f'{PREFIX}{one.cause}', field=one.field or '').title} ({people(one.count)})."
        if one.cause != "many_problems"
        else f"{said(f'{PREFIX}{one.cause}').title} ({one.count:,} of {one.population:,} lines)."
        for one in trips
    ]
    if differing:
        rows = "1 row" if differing == 1 else f"{differing:,} rows"
        why.append(
            f"Records changed since the test: the plan differs from the tested one in {rows}."
        )
    return " ".join(["Nothing was imported yet. Your decision is needed.", *why])


def _left(counts: Counts) -> list[str]:
    left, taken = total(counts, "reject"), total(counts, "conflict")
    parts = []
    if left:
        parts.append("1 line was left out." if left == 1 else f"{left:,} lines were left out.")
    if taken:
        parts.append(
            f"{people(taken)} would get an identifier that another record has, and stayed as they"
            " are."
        )
    return parts
