"""How the events that may be told by mail are said to people (engine.md 10)."""

from collections.abc import Iterable, Mapping

from core.vocabulary import EventKind
from notifications.models import TOLD_BY_DEFAULT

EVENTS: Mapping[EventKind, str] = {
    EventKind.STARTED: "An import or a sync has started",
    EventKind.TESTED: "A Test Import has finished",
    EventKind.FINISHED: "An import or a sync has finished",
    EventKind.FINISHED_WITH_ERRORS: "It has finished, but some people were left out",
    EventKind.NEEDS_DECISION: "An import waits for a decision",
    EventKind.HELD: "Changes are held, because they look like an accident",
    EventKind.ALERTS: "Possible duplicates wait under Resolve Alerts",
    EventKind.FAILED: "An import or a sync has failed",
    EventKind.APPROVED: "Clever has approved the connection",
    EventKind.NEEDS_ATTENTION: "The connection to Clever needs attention",
    EventKind.OVERDUE: "There was no good sync for a day (26 hours)",
}
GROUPS: tuple[tuple[str, tuple[EventKind, ...]], ...] = (
    (
        "Status",
        (
            EventKind.STARTED,
            EventKind.TESTED,
            EventKind.FINISHED,
            EventKind.FINISHED_WITH_ERRORS,
        ),
    ),
    ("Somebody must decide", (EventKind.NEEDS_DECISION, EventKind.HELD, EventKind.ALERTS)),
    (
        "Something is wrong",
        (EventKind.FAILED, EventKind.NEEDS_ATTENTION, EventKind.OVERDUE),
    ),
    ("Good to know", (EventKind.APPROVED,)),
)
KINDS = tuple(kind for _, kinds in GROUPS for kind in kinds)


def summary(events: Iterable[str]) -> str:
    """What somebody is told of, in a few words."""
    chosen = set(events)
    if chosen >= set(KINDS):
        return "Everything"
    if chosen == set(TOLD_BY_DEFAULT):
        return "Failures, holds, decisions and alerts"
    first, *others = [EVENTS[kind] for kind in KINDS if kind in chosen] or ["Nothing"]
    return "; ".join([first, *(other[0].lower() + other[1:] for other in others)])
