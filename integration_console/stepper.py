"""The stepper: where one is on a way of several pages, what is done and what blocks."""

from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    DONE = "done"
    CURRENT = "current"
    OPEN = "open"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Step:
    """One page of the way. `note` says in a sentence what is done, missing or blocking.

    Without an `address` the step cannot be opened yet.
    """

    label: str
    state: StepState
    address: str = ""
    note: str = ""
