"""How the words of a run are said to people: labels, with a tone and an icon for each state."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.vocabulary import (
    Action,
    AlertState,
    DataType,
    HoldState,
    LeaverRule,
    Outcome,
    Policy,
    RunMode,
    RunState,
    RunStep,
    Trigger,
    WhoFixes,
)


@dataclass(frozen=True)
class Word:
    """A label; its tone (good, info, wait, bad, quiet) and the name of its icon."""

    label: str
    tone: str = "quiet"
    icon: str = "circle"


STATES: Mapping[str, Word] = {
    RunState.QUEUED: Word("Queued", "info", "clock"),
    RunState.VALIDATING: Word("Validation in Progress", "info", "loader"),
    RunState.TESTED: Word("Test finished", "good", "circle-check"),
    RunState.READY: Word("Waiting for your decision", "wait", "hand"),
    RunState.IMPORTING: Word("Importing", "info", "loader"),
    RunState.COMPLETED: Word("Completed", "good", "circle-check"),
    RunState.COMPLETED_WITH_ERRORS: Word("Completed with errors", "wait", "triangle-alert"),
    RunState.DISCARDED: Word("Discarded", "quiet", "circle-slash"),
    RunState.SUPERSEDED: Word("Replaced by a newer run", "quiet", "history"),
    RunState.CANCELLING: Word("Cancelling", "info", "loader"),
    RunState.CANCELLED: Word("Cancelled", "quiet", "circle-slash"),
    RunState.FAILED: Word("Failed", "bad", "circle-x"),
}
WORKED_OUT = Word("Worked out", "good", "circle-check")


def of_run(state: str, held: int) -> Word:
    """A run that is done, of which some changes wait for a person, is never plain green."""
    if not held or state not in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS):
        return STATES[state]
    noun = "change" if held == 1 else "changes"
    return Word(f"{STATES[state].label}, {held:,} {noun} held", "wait", "hand")


STEPS: Mapping[str, str] = {
    RunStep.PULLING: "Reading Clever",
    RunStep.PLANNING: "Comparing records",
    RunStep.CHECKING: "Checking the plan",
    "importing": "Importing",
    "undoing": "Taking back",
}

READ_BEFORE = "As Clever was read last"
LOOKED_UP = "Looking up what was written"
UPLOADED = "Reading the file"
TAKING_BACK = Word("Taking back", "info", "loader")
KEPT_IN_CONFLICT = "In conflict, kept"

ACTIONS: Mapping[str, Word] = {
    Action.CREATE: Word("Create", "good", "user-plus"),
    Action.UPDATE: Word("Update", "info", "pencil"),
    Action.MOVE: Word("Move school", "info", "arrow-right-left"),
    Action.LINK: Word("Link", "info", "link"),
    Action.TRANSFER: Word("Mark as leaver", "wait", "log-out"),
    Action.RESTORE: Word("Restore", "good", "rotate-ccw"),
    Action.UNLINK: Word("Unlink", "info", "unlink"),
    Action.REMOVE: Word("Remove", "wait", "user-minus"),
    Action.CONFLICT: Word("To be decided", "wait", "users"),
    Action.REJECT: Word("Left out", "bad", "circle-x"),
}
COUNTED: Mapping[str, str] = {
    **{action: word.label for action, word in ACTIONS.items()},
    Outcome.HELD: "Held",
    "unchanged": "Unchanged",
}

OUTCOMES: Mapping[str, Word] = {
    Outcome.HELD: Word("Held", "wait", "hand"),
    Outcome.STALE: Word("Changed meanwhile", "wait", "history"),
    Outcome.CONFLICT: Word("In conflict", "wait", "triangle-alert"),
    Outcome.FAILED: Word("Failed", "bad", "circle-x"),
}

# What came of a line of the Student Updates Log (imports.exports.outcome).
UPDATES: Mapping[str, Word] = {
    "applied": Word("Applied", "good", "circle-check"),
    **OUTCOMES,
    "alert": Word("To be decided", "wait", "users"),
    "rejected": Word("Left out", "bad", "circle-x"),
    "waiting": Word("Waiting for your decision", "wait", "hand"),
    "tested": Word("Test only", "quiet", "flask-conical"),
    "not_applied": Word("Not applied", "quiet", "circle-slash"),
    "kept": Word("Kept here", "quiet", "lock"),
}
HOLDS: Mapping[str, Word] = {
    HoldState.OPEN: Word("Waiting for your decision", "wait", "hand"),
    HoldState.APPROVED: Word("Approved", "good", "circle-check"),
    HoldState.DISCARDED: Word("Discarded", "quiet", "circle-slash"),
    HoldState.REPLACED: Word("Replaced by a newer run", "quiet", "history"),
    HoldState.EXPIRED: Word("Expired", "quiet", "clock"),
}
ALERTS: Mapping[str, Word] = {
    AlertState.OPEN: Word("To be decided", "wait", "users"),
    AlertState.STAGED: Word("Decided, not processed yet", "info", "clock"),
    AlertState.DECIDED: Word("Decided and carried out", "good", "circle-check"),
    AlertState.CLOSED: Word("Closed: the reason is gone", "quiet", "circle-slash"),
}

DATA_TYPES: Mapping[str, str] = {
    DataType.STUDENT: "Students",
    DataType.TEACHER: "Teachers",
    DataType.STAFF: "Staff",
}

ROLES: Mapping[str, str] = {
    DataType.STUDENT: "Student",
    DataType.TEACHER: "Teacher",
    DataType.STAFF: "Staff",
}

POLICIES: Mapping[str, str] = {
    Policy.CLEVER_DECIDES: "Clever decides",
    Policy.FILL_WHEN_BLANK: "Fill when blank",
    Policy.ONLY_WHEN_CREATED: "Only when created",
    Policy.DO_NOT_IMPORT: "Do Not Import",
}
# What keeps a value here although Clever says otherwise (imports.planner).
KEPT_BY: Mapping[str, str] = {
    "lock": "locked here",
    "adds_only": "adds only, by the school calendar",
    "clever": "delivered by Clever for another role",
    **{k: v.lower() for k, v in POLICIES.items()},
}

# What the leaver rule does with somebody whose absence is confirmed.
LEAVERS: Mapping[str, str] = {
    LeaverRule.MARK_TRANSFERRED: "marked Transferred",
    LeaverRule.MARK_INACTIVE: "marked Inactive",
    LeaverRule.LEAVE_ALONE: "left as they are",
}

WHO_FIXES: Mapping[str, str] = {
    WhoFixes.SIS: "Fixed in your SIS",
    WhoFixes.CLEVER: "Fixed in Clever",
    WhoFixes.HERE: "Fixed here",
}

SCHEDULE = "the schedule"
# What changed a record beside the runs (schools.models.LocalEdit), or what a sync may do with it.
EDITS: Mapping[str, Word] = {
    "hand": Word("Edited here", "info", "pencil"),
    "bulk": Word("Edited here, with others", "info", "list-checks"),
    "file": Word("Loaded from a file", "info", "file-up"),
    "lock": Word("Locked", "wait", "lock"),
    "unlock": Word("Unlocked", "info", "lock-open"),
    "extend": Word("Lock has another end", "wait", "lock"),
    "lock_ended": Word("Lock is over", "quiet", "lock-open"),
    "protect": Word("Protected", "info", "shield"),
    "unprotect": Word("Protection taken away", "quiet", "shield-off"),
    "unlink": Word("Unlinked from Clever", "wait", "unlink"),
    "merge": Word("Two records merged", "wait", "merge"),
    "take back": Word("Taken back", "info", "undo-2"),
}
BY_ITSELF = "by itself"


# The kinds of runs as people know them: (name in addresses, label, mode, trigger).
KINDS: tuple[tuple[str, str, str, str], ...] = (
    ("test", "Test Import", RunMode.TEST, ""),
    ("click", "Clever Full Sync", RunMode.LIVE, Trigger.CLICK),
    ("schedule", "Scheduled Sync", RunMode.LIVE, Trigger.SCHEDULE),
    ("alerts", "Process All Updates", RunMode.LIVE, Trigger.ALERTS),
    ("hold", "Approved hold", RunMode.LIVE, Trigger.HOLD),
    ("follow_up", "Follow-up", RunMode.LIVE, Trigger.FOLLOW_UP),
    ("undo", "Undo", RunMode.LIVE, Trigger.UNDO),
    ("file", "Import from a file", RunMode.LIVE, Trigger.FILE),
    ("what_if", "What-if", RunMode.WHAT_IF, ""),
)


TESTS: Mapping[str, str] = {
    Trigger.UNDO: "Test of an undo",
    Trigger.FILE: "Test of a file",
}


def inside(title: str) -> str:
    """A title inside a sentence: "the student ID may be the wrong field"."""
    return title[:1].lower() + title[1:]


def kind(mode: str, trigger: str, *, first: bool = False) -> str:
    """What a run is called; `first` for a LIVE run that names the test it follows."""
    if mode == RunMode.WHAT_IF:
        return "What-if"
    if mode == RunMode.TEST:
        return TESTS.get(trigger, "Test Import")
    if first:
        return "Start Import"
    return next((label for _, label, _, of in KINDS if of == trigger), "Sync")


def types(data_types: list[str]) -> str:
    """ "Students and Teachers"."""
    return listed([DATA_TYPES.get(data_type, data_type) for data_type in data_types])


def listed(names: list[str]) -> str:
    """ "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
