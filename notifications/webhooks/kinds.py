"""The events that a webhook can be told of: their names, their words, and where each comes from."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.vocabulary import EventKind, Trigger
from imports import outbox
from notifications.news import WORKS_AGAIN

TEST = "webhook.test"
UNDONE = "undo.completed"
_ENDED = (EventKind.FINISHED, EventKind.FINISHED_WITH_ERRORS)


@dataclass(frozen=True)
class Kind:
    """One event: its name in messages, its words on the page, and when it is sent.

    `of` are the kinds of the outbox that it is made from.
    """

    name: str
    label: str
    text: str
    of: tuple[str, ...]


GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (
        "Runs",
        (
            Kind(
                "run.started", "A run has started",
                "An import, a sync, a test or an undo has begun.", (EventKind.STARTED,),
            ),
            Kind(
                "run.tested", "A test has finished",
                "A test has ended; no record was changed.", (EventKind.TESTED,),
            ),
            Kind(
                "run.completed", "A run has completed",
                "An import or a sync has ended well. `with_errors` says whether people were left"
                " out.",
                _ENDED,
            ),
            Kind(
                "run.failed", "A run has failed",
                "A run has ended without having imported anything; `code` says why.",
                (EventKind.FAILED,),
            ),
            Kind(UNDONE, "An undo is done", "An import was undone.", _ENDED),
        ),
    ),
    (
        "Decisions",
        (
            Kind(
                "run.held", "A run has held something",
                "Changes look like an accident and wait for a person; `holds` names them.",
                (EventKind.HELD,),
            ),
            Kind(
                "hold.decided", "A hold was decided",
                "Held changes were approved or discarded, or expired undecided; `decision` says"
                " which.",
                (outbox.HOLD_DECIDED,),
            ),
            Kind(
                "run.needs_decision", "An import waits for a decision",
                "A plan differs from what the test had shown; nothing was imported yet.",
                (EventKind.NEEDS_DECISION,),
            ),
            Kind(
                "alerts.waiting", "Alerts are waiting",
                "A run met so many people who may exist here already; `count` says how many.",
                (EventKind.ALERTS,),
            ),
        ),
    ),
    (
        "Connection and schedule",
        (
            Kind(
                "connection.needs_attention", "The connection needs attention",
                "Clever does not let us read any more; `code` says why.",
                (EventKind.NEEDS_ATTENTION,),
            ),
            Kind(
                "connection.approved", "Clever has approved the connection",
                "The district's data can be read from now on.", (EventKind.APPROVED,),
            ),
            Kind(
                "sync.overdue", "No good sync came",
                "A sync was due, and none has ended well; `since` is the last that has.",
                (EventKind.OVERDUE,),
            ),
            Kind(
                "sync.works_again", "It works again",
                "What was wrong with syncs or with the connection is over.", (WORKS_AGAIN,),
            ),
            Kind(
                "schedule.paused", "Scheduled syncs were paused",
                "Somebody has paused the timetable of these data types `until` then.",
                (outbox.PAUSED,),
            ),
            Kind(
                "schedule.resumed", "Scheduled syncs were resumed",
                "A pause was ended before its time.", (outbox.RESUMED,),
            ),
            Kind(
                "schedule.switched", "Scheduled syncs were switched on or off",
                "These data types are synced by themselves from now on, or not any more; `on` names"
                " all that are.",
                (outbox.SWITCHED,),
            ),
        ),
    ),
)  # fmt: skip
KINDS = {kind.name: kind for _, kinds in GROUPS for kind in kinds}
# What another system will most likely act upon.
BY_DEFAULT = (
    "run.completed",
    "run.failed",
    UNDONE,
    "run.held",
    "hold.decided",
    "alerts.waiting",
    "connection.needs_attention",
    "sync.works_again",
    "schedule.paused",
    "schedule.switched",
)


def name_of(kind: str, trigger: str = "") -> str:
    """The event that something of the outbox is told as; "" for what no system is told of."""
    if trigger == Trigger.UNDO and kind in _ENDED:
        return UNDONE
    found = (one.name for one in KINDS.values() if kind in one.of and one.name != UNDONE)
    return next(found, "")


def summary(names: Iterable[str]) -> str:
    """What a webhook is told of, in a few words."""
    chosen = [name for name in KINDS if name in set(names)]
    if len(chosen) == len(KINDS):
        return "Every event"
    shown = "; ".join(KINDS[name].label for name in chosen[:2])
    more = len(chosen) - 2
    return f"{shown}; {more} more" if more > 0 else shown or "Nothing"
