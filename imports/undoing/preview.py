"""What an undo would do, with figures, before anybody approves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.vocabulary import Action, Outcome
from imports import queries
from imports.changes import Wanted, changes
from imports.check import Counts
from imports.models import PlannedChange, Run
from imports.undoing import inverse
from imports.undoing.scope import Figures, Scope

# Above so many rows the figures are worked out by a test, with its progress, and not by the page.
AT_ONCE = 5_000
CONFLICTS_SHOWN = 20
# What becomes of the records, by the action of the undo: for one, for several.
SETS_BACK: Mapping[str, tuple[str, str]] = {
    Action.REMOVE: (
        "record that it created is removed; it is kept with its history, and comes back as the same"
        " record if Clever shares that person again",
        "records that it created are removed; they are kept with their history, and come back as"
        " the same records if Clever shares those people again",
    ),
    Action.UNLINK: (
        "record is not linked to Clever any more, as before",
        "records are not linked to Clever any more, as before",
    ),
    Action.LINK: (
        "record is linked to Clever as before",
        "records are linked to Clever as before",
    ),
    Action.RESTORE: (
        "person gets back the status or the record that it took away",
        "people get back the status or the record that it took away",
    ),
    Action.MOVE: (
        "person goes back to the school of before",
        "people go back to the school of before",
    ),
    Action.TRANSFER: ("person is a leaver again", "people are leavers again"),
    Action.UPDATE: ("record gets its old values back", "records get their old values back"),
}


@dataclass(frozen=True)
class Preview:
    """Figures, the first conflicts, and the test they come from (None: worked out at once)."""

    counts: Counts
    conflicts: list[PlannedChange]
    test: Run | None = None

    @property
    def figures(self) -> Figures:
        return Figures.counted(self.counts)

    @property
    def lines(self) -> list[tuple[int, str]]:
        """(310, "records get their old values back"), in the order of what weighs most."""
        sums = {action: queries.total_of(self.counts, [action]) for action in SETS_BACK}
        return [(n, SETS_BACK[action][n > 1]) for action, n in sums.items() if n]


def preview(undone: Run, scope: Scope, test: Run | None, *, now: datetime) -> Preview | None:
    """What an undo of this scope would do; None where only a test can tell, as of many rows."""
    if test is not None:
        kept = changes(test, Wanted(outcome=Outcome.CONFLICT))[:CONFLICTS_SHOWN]
        return Preview(test.counts, list(kept), test)
    if scope.person is None and inverse.count(undone) > AT_ONCE:
        return None
    counts = inverse.counts(undone, scope, now=now)
    found = Preview(counts, [])
    if not found.figures.conflicts:
        return found
    return Preview(counts, inverse.conflicts(undone, scope, now=now, most=CONFLICTS_SHOWN))
