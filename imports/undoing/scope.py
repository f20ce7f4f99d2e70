"""What an undo is limited to, and the figures of it that were shown to whoever approved it."""

from dataclasses import asdict, dataclass
from typing import Any

from core.vocabulary import Outcome
from imports.check import Counts
from imports.models import Run


@dataclass(frozen=True)
class Scope:
    """A school, a person, a field (by its key of fields.md). None and "" are no limit."""

    school: int | None = None
    person: int | None = None
    field: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is the whole run."""
        return self == THE_WHOLE_RUN

    @staticmethod
    def of(run: Run) -> "Scope":
        """The limits of an undo run."""
        kept = run.scope
        return Scope(kept.get("school"), kept.get("person"), kept.get("field") or "")


THE_WHOLE_RUN = Scope()


@dataclass(frozen=True)
class Figures:
    """How many people's changes are taken back, and how many stay because of a conflict."""

    back: int
    conflicts: int

    @staticmethod
    def counted(counts: Counts) -> "Figures":
        """From counts by type and action, where what is in conflict is counted as such."""
        conflicts = sum(of.get(Outcome.CONFLICT, 0) for of in counts.values())
        return Figures(sum(sum(of.values()) for of in counts.values()) - conflicts, conflicts)

    @staticmethod
    def of(run: Run) -> "Figures":
        """The figures of an undo run that is planned."""
        return Figures.counted(run.counts)

    @staticmethod
    def seen(run: Run) -> "Figures | None":
        """The figures that were on the page when it was approved; None without a page."""
        shown = run.scope.get("seen")
        return Figures(**shown) if shown else None


def kept(scope: Scope, seen: Figures | None) -> dict[str, Any]:
    """Limits and figures as an undo run keeps them."""
    document: dict[str, Any] = {name: value for name, value in asdict(scope).items() if value}
    return document | ({"seen": asdict(seen)} if seen else {})
