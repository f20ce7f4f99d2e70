"""What an undo did, or would do, in a few plain sentences."""

from imports.apply import Applied
from imports.check import Counts
from imports.undoing.scope import Figures


def people(number: int) -> str:
    """ "1 person", "310 people"."""
    return "1 person" if number == 1 else f"{number:,} people"


def tested(planned: Figures) -> str:
    """What a test of an undo found."""
    would = f"An undo would take back the changes of {people(planned.back)}."
    return " ".join(["Test finished. No record was changed.", would, *_kept(planned.conflicts)])


def undone(counts: Counts, done: Applied) -> str:
    """What an undo did."""
    if done.written:
        parts = [f"The changes of {people(done.written)} were taken back."]
    else:
        parts = ["Nothing was taken back."]
    if done.stale:
        parts.append(
            f"{people(done.stale).capitalize()} changed here just meanwhile and stayed as they"
            " are. Undo again to look at them."
        )
    return " ".join([*parts, *_kept(Figures.counted(counts).conflicts)])


def differs(seen: Figures, planned: Figures) -> str:
    """Why an undo waits: what was approved is not what would be done now."""
    return (
        "Nothing was undone yet. Your decision is needed: something changed since you looked."
        f" You saw {people(seen.back)}, with {seen.conflicts:,} in conflict; now it would be"
        f" {people(planned.back)}, with {planned.conflicts:,} in conflict."
    )


def _kept(conflicts: int) -> list[str]:
    if not conflicts:
        return []
    were = "was" if conflicts == 1 else "were"
    return [f"{people(conflicts).capitalize()} {were} changed since and kept what is there now."]
