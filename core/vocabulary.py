"""The words that every floor shares. StrEnums, so that pure rooms need no Django."""

from enum import IntEnum, StrEnum


class DataType(StrEnum):
    """What a ruleset is about; several may share one run."""

    STUDENT = "student"
    TEACHER = "teacher"
    STAFF = "staff"


class CleverRole(StrEnum):
    """The roles of Clever that we pull. Contacts are never asked for."""

    STUDENT = "student"
    TEACHER = "teacher"
    STAFF = "staff"
    DISTRICT_ADMIN = "district_admin"


ROLES_OF_TYPE: dict[DataType, tuple[CleverRole, ...]] = {
    DataType.STUDENT: (CleverRole.STUDENT,),
    DataType.TEACHER: (CleverRole.TEACHER,),
    DataType.STAFF: (CleverRole.STAFF, CleverRole.DISTRICT_ADMIN),
}


class PersonKind(StrEnum):
    """Clever never combines a student with anything else, so neither do we."""

    STUDENT = "student"
    EMPLOYEE = "employee"


KIND_OF_TYPE: dict[DataType, PersonKind] = {
    DataType.STUDENT: PersonKind.STUDENT,
    DataType.TEACHER: PersonKind.EMPLOYEE,
    DataType.STAFF: PersonKind.EMPLOYEE,
}


class Status(IntEnum):
    """Field 1026. A sync writes only ACTIVE and the status of the leaver rule."""

    ACTIVE = 1
    CARD_LOST = 2
    SUSPENDED = 3
    TRANSFERRED = 4
    INACTIVE = 5
    OTHER = 6


class Policy(StrEnum):
    """Who may write a field (engine.md 3)."""

    CLEVER_DECIDES = "clever_decides"
    FILL_WHEN_BLANK = "fill_when_blank"
    ONLY_WHEN_CREATED = "only_when_created"
    DO_NOT_IMPORT = "do_not_import"


class BlankPolicy(StrEnum):
    """What a blank value from Clever does."""

    KEEP = "keep"
    CLEAR = "clear"


class ImportRule(StrEnum):
    ADD_AND_UPDATE = "add_and_update"
    UPDATE_ONLY = "update_only"
    ADD_ONLY = "add_only"


class LeaverRule(StrEnum):
    MARK_TRANSFERRED = "mark_transferred"
    MARK_INACTIVE = "mark_inactive"
    LEAVE_ALONE = "leave_alone"


class RulesetState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class ConnectionState(StrEnum):
    """NEW: an id is stored. WAITING: Clever gives no token yet. READY: data can be read."""

    NEW = "new"
    WAITING = "waiting"
    READY = "ready"
    NEEDS_ATTENTION = "needs_attention"
    DISCONNECTED = "disconnected"


class PullState(StrEnum):
    OPEN = "open"
    DONE = "done"
    ABANDONED = "abandoned"


class PullKind(StrEnum):
    FULL = "full"
    EVENTS = "events"


class RunMode(StrEnum):
    """TEST plans only. WHAT_IF plans only, too: with a draft, and without asking Clever (C03)."""

    TEST = "test"
    LIVE = "live"
    WHAT_IF = "what_if"


class Trigger(StrEnum):
    CLICK = "click"
    SCHEDULE = "schedule"
    ALERTS = "alerts"
    HOLD = "hold"
    UNDO = "undo"
    FOLLOW_UP = "follow_up"
    FILE = "file"


# Runs whose plan does not come from Clever: they say nothing of how syncs are.
NOT_OF_CLEVER = (Trigger.UNDO, Trigger.FILE)


class RunState(StrEnum):
    QUEUED = "queued"
    VALIDATING = "validating"
    TESTED = "tested"
    READY = "ready"
    IMPORTING = "importing"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"


ACTIVE_RUN_STATES = (
    RunState.QUEUED,
    RunState.VALIDATING,
    RunState.IMPORTING,
    RunState.CANCELLING,
)


class RunStep(StrEnum):
    """The steps of VALIDATING."""

    PULLING = "pulling"
    PLANNING = "planning"
    CHECKING = "checking"


class Action(StrEnum):
    """The leading action of a planned change, in order of precedence (engine.md 5).

    Only an undo removes (archives what a run created) and unlinks.
    """

    REMOVE = "remove"
    UNLINK = "unlink"
    LINK = "link"
    CREATE = "create"
    RESTORE = "restore"
    MOVE = "move"
    TRANSFER = "transfer"
    UPDATE = "update"
    CONFLICT = "conflict"
    REJECT = "reject"


class Outcome(StrEnum):
    """What became of a planned change that was not applied as planned."""

    HELD = "held"
    STALE = "stale"
    CONFLICT = "conflict"
    FAILED = "failed"


class AlertState(StrEnum):
    OPEN = "open"
    STAGED = "staged"
    DECIDED = "decided"
    CLOSED = "closed"


class Decision(StrEnum):
    MATCH = "match"
    CREATE = "create"
    SKIP = "skip"
    NEVER = "never"


class HoldState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DISCARDED = "discarded"
    REPLACED = "replaced"
    EXPIRED = "expired"


class DestructionKind(StrEnum):
    """What made values go (C34)."""

    NIGHT = "night"  # they were too old
    DISTRICT = "district"  # all that a district imported, as its owner ordered
    PERSON = "person"  # one person asked for it


class DestructionState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class CalendarKind(StrEnum):
    """What some days of the school calendar are for (C24)."""

    BLACKOUT = "blackout"  # nothing starts by itself
    ADDS_ONLY = "adds_only"  # runs add and update, nobody is removed or moved away


class SourceSystem(StrEnum):
    """How records arrive beside Clever, or arrived before it (A11, A46, B47).

    NONE is the answer "not at all". FILES coexist with Clever; the others are exclusive.
    """

    NONE = "none"
    POWERSCHOOL = "powerschool"
    SIF = "sif"
    LEGACY_CLEVER = "legacy_clever"
    FILES = "files"


EXCLUSIVE_SOURCES = (SourceSystem.POWERSCHOOL, SourceSystem.SIF, SourceSystem.LEGACY_CLEVER)


class SourceState(StrEnum):
    """ON: it still delivers. OFF: it was switched off, or it never delivered (NONE)."""

    ON = "on"
    OFF = "off"


class EventKind(StrEnum):
    """What happens and may be told by mail (engine.md 10)."""

    APPROVED = "connection_approved"
    STARTED = "started"
    TESTED = "tested"
    FINISHED = "finished"
    FINISHED_WITH_ERRORS = "finished_with_errors"
    NEEDS_DECISION = "needs_decision"
    HELD = "held"
    ALERTS = "alerts"
    FAILED = "failed"
    NEEDS_ATTENTION = "connection_needs_attention"
    OVERDUE = "no_good_sync"


class LetterState(StrEnum):
    """What became of a mail. WITHDRAWN: the address was taken out of the lists before it left."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"


class WebhookState(StrEnum):
    """PAUSED by a person. DISABLED by itself, because nothing reached it for days."""

    ON = "on"
    PAUSED = "paused"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """What became of a message to a webhook."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class MemberRole(StrEnum):
    OWNER = "owner"
    IMPORT_ADMIN = "import_admin"
    OPERATOR = "operator"
    VIEWER = "viewer"
    LIBRARIAN = "librarian"


class TokenScope(StrEnum):
    """What a program may do with a token of the API (C28)."""

    READ = "read"
    ACT = "read_and_act"


class WhoFixes(StrEnum):
    SIS = "sis"
    CLEVER = "clever"
    HERE = "here"
