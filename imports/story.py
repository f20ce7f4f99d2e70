"""The log of a run: what it did step by step, and when (A61, B54)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clever_sync.models import Pull
from clever_sync.reasons import WHY
from core.vocabulary import EventKind, PullKind, RunState, Trigger
from imports import words
from imports.lease import ATTEMPTS
from imports.models import Run, RunEvent
from imports.words import Word

# Events that the steps themselves do not tell already.
TOLD = {
    EventKind.NEEDS_DECISION: Word("Waiting for your decision", "wait", "hand"),
    EventKind.HELD: Word("Changes were held", "wait", "hand"),
    EventKind.ALERTS: Word("Alerts were raised", "wait", "users"),
    EventKind.NEEDS_ATTENTION: Word("The connection needs attention", "bad", "triangle-alert"),
}
LATE = timedelta(minutes=15)
DONE = Word("Done", "good", "check")


@dataclass(frozen=True)
class Moment:
    """One line of the log. `seconds` is the work it took, without the rests between."""

    label: str
    tone: str
    at: datetime | None = None
    note: str = ""
    seconds: float | None = None


def story(run: Run) -> list[Moment]:
    """The steps of a run that have begun, in their order."""
    return [*_begun(run), *_validated(run), *_waited(run), *_ended(run)]


def _begun(run: Run) -> Iterator[Moment]:
    by = f"by {run.requested_by or words.SCHEDULE}{_late(run)}"
    yield Moment(words.STATES[RunState.QUEUED].label, "info", run.created_at, by)
    if run.now is not None:
        yield Moment(words.STATES[RunState.VALIDATING].label, "info", run.now)


def _late(run: Run) -> str:
    """By how much a run came later than its timetable says: nobody worked, or another was on."""
    if run.due_slot is None or run.created_at - run.due_slot < LATE:
        return ""
    minutes = round((run.created_at - run.due_slot).total_seconds() / 60)
    hours = round(minutes / 60)
    return f", late by {hours} h" if hours else f", late by {minutes} min"


def _validated(run: Run) -> Iterator[Moment]:
    pull, took = run.pull, run.seconds
    if pull is not None:
        earlier = pull.started_at < run.created_at
        note = f"{_how(pull)}; {pull.requests:,} requests to Clever"
        if earlier:
            note += "; an earlier run had begun to read, and this one went on"
        yield Moment(words.STEPS["pulling"], "info", pull.started_at, note, took.get("pull"))
    if "plan" in took:
        begun = pull.finished_at if pull is not None else None
        yield Moment(words.STEPS["planning"], "info", begun, "", took["plan"])
    if "check" in took:
        rows = sum(sum(of_type.values()) for of_type in run.counts.values())
        note = f"{rows:,} people were compared" if rows else ""
        yield Moment(words.STEPS["checking"], "info", None, note, took["check"])


def _how(pull: Pull) -> str:
    """Whether only what Clever told was asked for, or everything, and why (C25)."""
    if pull.kind == PullKind.EVENTS:
        return "By events: only what Clever told of since the last sync was asked for"
    return f"Full pull, because {WHY[pull.why_full]}" if pull.why_full else "Full pull"


def _waited(run: Run) -> Iterator[Moment]:
    if run.rests:
        times = "once" if run.rests == 1 else f"{run.rests} times"
        yield Moment("Rested", "wait", None, f"{times}, for 15 minutes each")
    if run.attempts > 1 and run.finished_at is None:
        yield Moment("Started again", "wait", None, f"attempt {run.attempts} of {ATTEMPTS}")
    for event in RunEvent.objects.filter(run=run, kind__in=list(TOLD)).order_by("pk"):
        word = TOLD[EventKind(event.kind)]
        numbers = [f"{n:,}" for n in event.details.values() if isinstance(n, int)]
        yield Moment(word.label, word.tone, event.at, ", ".join(numbers))


def _ended(run: Run) -> Iterator[Moment]:
    if "apply" in run.seconds:
        step = "undoing" if run.trigger == Trigger.UNDO else "importing"
        yield Moment(words.STEPS[step], "info", None, "", run.seconds["apply"])
    word = words.STATES[run.state]
    if run.finished_at is not None:
        yield Moment(word.label, word.tone, run.finished_at, run.message)
    elif run.next_attempt_at > run.created_at and run.lease_until is None and run.rests:
        yield Moment("Goes on by itself", "info", run.next_attempt_at, run.message)
