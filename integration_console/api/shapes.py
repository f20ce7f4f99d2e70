"""What the API tells, and in which form. The names of fields are those of schools.targets."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field, create_model

from core.vocabulary import Action, AlertState, DataType, HoldState, RunMode, RunState, Trigger
from integration_console.api.paging import Page
from schools.targets import STATUSES, TARGETS, Target

KINDS: dict[str, Any] = {"date": date | None, "integer": int | None}
SPECIAL: dict[str, Any] = {"status": int, "additional_sites": list[str]}
MEANINGS = {
    "status": ", ".join(f"{number} {name}" for number, name in STATUSES.items()),
    "site": "The site code of the school.",
    "additional_sites": "The site codes of further schools.",
}


def _field(target: Target) -> tuple[Any, Any]:
    kind = SPECIAL.get(target.key) or KINDS.get(target.kind, str | None)
    said = f"{target.label}. {MEANINGS.get(target.key, '')}".strip()
    return kind, Field(None, description=said)


VALUES: dict[str, Any] = {target.key: _field(target) for target in TARGETS.values()}
# A field that does not belong to the types of a record is not there, an empty one is null.
FieldValues = create_model("FieldValues", __base__=Schema, **VALUES)


class Record(Schema):
    """A student, teacher or member of staff, as the console keeps them."""

    id: int
    types: list[DataType] = Field(description="The data types under which the record stands.")
    fields: FieldValues  # type: ignore[valid-type]  # made above, of the table of fields
    locked: list[str] = Field(description="Fields that no sync may write.")
    protected: bool = Field(description="Whether no sync may write any field.")
    revision: int = Field(description="Rises with every change of the record.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="With deleted=true; its fields are left out.")
    merged_into: int | None = Field(description="The record that goes on for this one.")


class Records(Page):
    data: list[Record]


class Origin(Schema):
    """Who decides about a field, and who wrote it last."""

    owner: str = Field(description="clever, here or locked.", examples=["clever"])
    policy: str | None = Field(description="The policy of the rule that feeds it.")
    written_at: datetime | None
    written_by: str | None
    run: int | None = Field(description="The run that wrote it, if it was one.")


class Change(Schema):
    """One field: its value before and after, and by which rule."""

    field: str
    before: Any = None
    after: Any = None
    rule: str | None = None


class Event(Schema):
    """One change of a record: by a run, or here by hand or from a file."""

    at: datetime
    what: str = Field(description="The action of the run, or the kind of edit.")
    by: str
    run: int | None
    why: str
    changes: list[Change]


class History(Page):
    """Where the values of a record come from: its fields as they stand, and every change."""

    origins: dict[str, Origin]
    data: list[Event]


class Run(Schema):
    """A test, an import, a sync or an undo. What it planned and wrote is in its changes."""

    id: int
    kind: str = Field(description="What people call it.", examples=["Test Import"])
    mode: RunMode
    trigger: Trigger
    state: RunState
    active: bool = Field(description="Whether it is still going on.")
    data_types: list[DataType]
    requested_by: str | None = Field(description="null: the schedule.")
    created_at: datetime
    finished_at: datetime | None
    tested_run: int | None = Field(description="The test that this import has followed.")
    undoes: int | None = Field(description="The run that this undo takes back.")
    counts: dict[str, dict[str, int]] = Field(
        description="How many people per data type and action.",
        examples=[{"student": {"update": 41, "transfer": 2}}],
    )
    problems: dict[str, int] = Field(description="How many people per code of a problem.")
    held: int = Field(description="How many of its changes wait for a person's decision now.")
    failure: str | None = Field(description="The code of what it failed by.")
    message: str | None


class Runs(Page):
    data: list[Run]


class PlanRow(Schema):
    """What a run does to one person. A plan is written as it was shown, or this row says not."""

    id: int
    type: DataType
    action: Action
    effects: list[str]
    record: int | None = Field(description="null where a test would create the record.")
    clever_id: str | None
    site: str | None
    before: dict[str, Any] = Field(description="The changed fields, as they were.")
    after: dict[str, Any] = Field(description="The changed fields, as planned and as written.")
    rules: dict[str, str] = Field(description="The policy and the source of each field.")
    why: dict[str, Any]
    outcome: str = Field(
        description=(
            "applied, tested, waiting, held, stale, conflict, failed, alert, rejected or"
            " not_applied."
        )
    )


class PlanRows(Page):
    data: list[PlanRow]


class HeldAt(Schema):
    """The held changes of one school."""

    site: str | None
    count: int
    of: int


class Hold(Schema):
    """Changes that look like an accident and wait until a person has looked."""

    id: int
    run: int
    state: HoldState
    cause: str = Field(description="The code of the problem.", examples=["many_transfers"])
    title: str
    what_to_do: str
    data_type: DataType
    action: str
    count: int
    population: int
    schools: list[HeldAt]
    opened_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str | None


class Holds(Page):
    data: list[Hold]


class Candidate(Schema):
    """A record that the person of an alert might be."""

    record: int
    score: int
    reasons: list[str]


class Alert(Schema):
    """Somebody of Clever whom only a person can place."""

    id: int
    state: AlertState
    data_type: DataType
    clever_id: str
    reason: str = Field(description="The code of the problem.")
    title: str
    what_to_do: str
    candidates: list[Candidate]
    opened_at: datetime
    closed_at: datetime | None
    last_run: int | None


class Alerts(Page):
    data: list[Alert]


class School(Schema):
    """A school here. Records name it by its site code."""

    id: int
    site_code: str
    name: str
    number: str | None
    nces_id: str | None
    is_district_office: bool


class Schools(Page):
    data: list[School]


class District(Schema):
    slug: str
    name: str
    time_zone: str


class Waiting(Schema):
    """What waits for a person."""

    alerts: int
    decided_not_processed: int
    held_changes: int


class Pause(Schema):
    data_types: list[DataType]
    until: datetime


class Headline(Schema):
    """What the imports of the last days did."""

    days: int
    removals_stopped: int
    changes_written: int
    changes_undone: int
    people_lost: int


class Status(Schema):
    """How the integration stands."""

    district: District
    enabled: bool = Field(description="Whether Clever is switched on.")
    connection: str | None = Field(
        description="new, waiting, ready, needs_attention or disconnected; null: never connected."
    )
    trouble: str | None = Field(description="The code of what needs attention at the connection.")
    background: bool = Field(description="Whether somebody works in the background at all.")
    running: Run | None
    last_import: Run | None
    last_test: Run | None
    automatic: list[DataType] = Field(description="What is synced by itself.")
    imported: list[DataType] = Field(description="What had its first import.")
    next_run_at: datetime | None
    paused: list[Pause]
    waiting: Waiting
    headline: Headline | None = Field(description="null before the first import.")
