"""What a mail says: what happened, is anything lost, what to do, and where (engine.md 10). Pure.

Names of schools, counts and codes; never a name, a number or an address of a person (I11).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.vocabulary import EventKind
from notifications.news import DESTROYS, SUPPORT_SEES, WEBHOOK_OFF, WORKS_AGAIN
from notifications.render import of_destruction, of_districts, of_runs
from notifications.render.facts import MOST_ROWS, Fact, Part

# What a mail begins with, and takes its subject from, when it tells of several things.
ORDER = (
    DESTROYS,
    SUPPORT_SEES,
    EventKind.NEEDS_ATTENTION,
    EventKind.FAILED,
    EventKind.OVERDUE,
    WEBHOOK_OFF,
    EventKind.NEEDS_DECISION,
    EventKind.HELD,
    WORKS_AGAIN,
    EventKind.APPROVED,
    EventKind.FINISHED_WITH_ERRORS,
    EventKind.ALERTS,
    EventKind.FINISHED,
    EventKind.TESTED,
    EventKind.STARTED,
)
_PARTS: Mapping[str, Callable[[Fact], Part]] = {
    EventKind.STARTED: of_runs.started,
    EventKind.TESTED: of_runs.tested,
    EventKind.FINISHED: of_runs.finished,
    EventKind.FINISHED_WITH_ERRORS: of_runs.finished_with_errors,
    EventKind.NEEDS_DECISION: of_runs.needs_decision,
    EventKind.HELD: of_runs.held,
    EventKind.ALERTS: of_runs.alerts,
    EventKind.FAILED: of_runs.failed,
    EventKind.NEEDS_ATTENTION: of_districts.needs_attention,
    EventKind.OVERDUE: of_districts.overdue,
    EventKind.APPROVED: of_districts.approved,
    WORKS_AGAIN: of_districts.works_again,
    SUPPORT_SEES: of_districts.support_sees,
    WEBHOOK_OFF: of_districts.webhook_off,
    DESTROYS: of_destruction.told,
}


@dataclass(frozen=True)
class Written:
    """A mail in words."""

    subject: str
    parts: Sequence[Part]
    earlier: Sequence[str] = ()


def write(district: str, facts: Sequence[Fact]) -> Written:
    """The words of a letter: the most urgent part first, and a subject that names the district.

    Of several news of one kind the newest is told in full. The others, and what was no news when
    it happened, stand in one line each.
    """
    news = [fact for fact in facts if fact.news] or list(facts)
    told = {fact.kind: fact for fact in news}
    parts = [
        _PARTS[fact.kind](fact) for fact in sorted(told.values(), key=lambda f: ORDER.index(f.kind))
    ]
    rest = [fact for fact in facts if fact is not told.get(fact.kind)]
    more = f" (and {len(parts) - 1} more)" if len(parts) > 1 else ""
    return Written(f"{district}: {parts[0].title}{more}", parts, _in_short(rest))


def _in_short(facts: Sequence[Fact]) -> list[str]:
    """A line for each, the newest first, and no more than a mail should have (F77)."""
    lines = [f"{fact.at}: {_PARTS[fact.kind](fact).title}" for fact in reversed(facts)]
    left = len(lines) - MOST_ROWS
    return lines[:MOST_ROWS] + ([f"and {left:,} more before"] if left > 0 else [])


def moment(at: datetime, zone: str) -> str:
    """A time as the district's people know it, with the zone named: "Tue, Nov 24, 05:00 MST"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a, %b} {local.day}, {local:%H:%M %Z}"
