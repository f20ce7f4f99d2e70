"""The one door through which a state machine moves (house.md, "State").

A machine is a table of legal moves. A move is a guarded UPDATE: it happens for the caller whose
UPDATE found the row still in one of the allowed states, and for nobody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet


class IllegalMove(Exception):
    """The table of the machine has no such move: a mistake in our code, never in the data."""


@dataclass(frozen=True)
class Machine:
    """The legal moves of one kind of row: from each state, the states it may go to."""

    name: str
    moves: Mapping[str, frozenset[str]]

    def sources(self, target: str) -> list[str]:
        """The states from which `target` may be reached. Raises IllegalMove if there are none."""
        found = [str(state) for state, targets in self.moves.items() if target in targets]
        if not found:
            raise IllegalMove(f"{self.name}: nothing may move to {target}")
        return found

    def move(
        self,
        rows: QuerySet[Any],
        target: str,
        *,
        only_from: str | None = None,
        **changes: object,
    ) -> int:
        """Moves those of `rows` that may go to `target`; returns how many did.

        For one row: 1 means the move was ours, 0 means that someone else was first.
        """
        allowed = self.sources(target)
        if only_from is not None:
            if only_from not in allowed:
                raise IllegalMove(f"{self.name}: {only_from} may not move to {target}")
            allowed = [only_from]
        moved: int = rows.filter(state__in=allowed).update(state=target, **changes)
        return moved


def one(model: type[Model], pk: int) -> QuerySet[Any]:
    """The row `pk` of `model` as a queryset, to be handed to `Machine.move`."""
    return model._default_manager.filter(pk=pk)
