"""Runs over the API: what there were, what each planned and wrote, and starting or ending one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router, Schema, Status
from pydantic import ConfigDict, Field, model_validator

from core.problems import ConsoleError
from core.vocabulary import Action, DataType, Outcome, RunState
from imports import actions, changes, purging, queries
from imports.exports import Documents
from imports.models import Run
from imports.ordering import IMPORT, TEST, Order, order_run
from imports.shown import Shown, cancelling
from integration_console.api import shapes
from integration_console.api.caller import ApiRequest, Caller
from integration_console.api.paging import (
    HIGHEST,
    Cursor,
    Limit,
    Number,
    number,
    page,
    parted,
    wrong,
)
from integration_console.api.plan import plan_row
from integration_console.api.refusals import Refusal

router = Router(tags=["Runs"])
Kind = Literal[
    "test", "click", "schedule", "alerts", "hold", "follow_up", "undo", "file", "what_if"
]
PLAIN = "^[!-~]+$"
KEY = "A text of your own for this request; sent again with the same one, it starts nothing more."
ENDED = "Run {} has ended already, so there is nothing to cancel. Look at its state and changes."


class StartRun(Schema):
    """What to start. `test` plans and writes nothing; `import` writes what a test has shown;
    `sync` is Sync Now, of all that had its first import."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["test", "import", "sync"]
    data_types: list[DataType] = Field(
        [], description="For a test: what it is for.", examples=[["student", "teacher"]]
    )
    test: int | None = Field(
        None, ge=1, le=HIGHEST, description="For an import: the number of the test."
    )

    @model_validator(mode="after")
    def fits(self) -> "StartRun":
        """What belongs to the kind is there, and nothing else."""
        if (self.kind == TEST) != bool(self.data_types):
            raise ValueError("data_types belongs to a test, which needs at least one")
        if (self.kind == IMPORT) != (self.test is not None):
            raise ValueError("test belongs to an import, which needs the number of its test")
        return self


@router.get("/runs", response=shapes.Runs, summary="List runs")
def runs(
    request: ApiRequest,
    kind: Annotated[
        Kind | None,
        Query(description="As on the page Operations; click is a sync that somebody started."),
    ] = None,
    state: Annotated[
        RunState | Literal["active"] | None, Query(description="active: those that are going on.")
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Any:
    """Newest first."""
    found = queries.runs(request.auth.district, queries.Filter(kind=kind or "", state=state or ""))
    if place := number(cursor):
        found = found.filter(pk__lt=place)
    read = list(queries.with_open_holds(found)[: limit + 1])
    return page(read, limit, told, lambda run: run.pk)


def told(run: Run) -> dict[str, Any]:
    """A run as the API tells it."""
    shown = Shown(run, run.created_at)
    return {
        "id": run.pk,
        "kind": shown.name,
        "mode": run.mode,
        "trigger": run.trigger,
        "state": run.state,
        "active": shown.active,
        "data_types": run.data_types,
        "requested_by": run.requested_by or None,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "tested_run": run.tested_run_id,
        "undoes": run.undoes_id,
        "counts": run.counts,
        "problems": run.problems,
        "held": queries.still_held(run),
        "failure": run.failure or None,
        "message": run.message or None,
    }


@router.get("/runs/{int:run}", response=shapes.Run, summary="Get a run")
def one_run(request: ApiRequest, run: Number) -> Any:
    """One run, with its figures. While it is active, ask again every ten seconds or so."""
    return told(queries.run_of(request.auth.district, run))


@router.get("/runs/{int:run}/changes", response=shapes.PlanRows, summary="List a run's changes")
def run_changes(
    request: ApiRequest,
    run: Number,
    action: Annotated[Action | None, Query()] = None,
    type: Annotated[DataType | None, Query()] = None,
    outcome: Annotated[
        Outcome | Literal["any"] | None,
        Query(description="Only what was not applied as planned, for this reason or any."),
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Any:
    """The plan of the run, row by row. What it planned is what it wrote, or the row says not.

    Rows are kept for some time; afterwards the answer is 410, and the figures of the run remain.
    """
    caller = request.auth
    found = queries.run_of(caller.district, run)
    if found.purged_at:
        raise Refusal(410, purging.gone(found), "purged")
    caller.sees_people("changes")
    wanted = changes.Wanted(action=action or "", data_type=type or "", outcome=outcome or "")
    rows = changes.after(changes.changes(found, wanted), place_of(cursor), limit)
    read = Documents(found)
    return page(
        rows,
        limit,
        lambda row: plan_row(read, row, caller.access.sees),
        lambda row: f"{row.action}.{row.pk}",
    )


def place_of(cursor: str) -> tuple[str, int] | None:
    """Behind which row a page begins."""
    if not (parts := parted(cursor)):
        return None
    action, row = parts[0], number(parts[1])
    if action not in set(Action) or row is None:
        raise wrong()
    return action, row


@router.post(
    "/runs", response={200: shapes.Run, 201: shapes.Run}, summary="Start a test, import or sync"
)
def start_run(
    request: ApiRequest,
    response: HttpResponse,
    wanted: StartRun,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key", min_length=8, max_length=100, pattern=PLAIN, description=KEY
        ),
    ],
) -> Any:
    """201 with the run that began; 200 with the same run for a key that has started one.

    Refused for the same reasons as the buttons of the console, with 409 and a sentence. The first
    import of a data type is started by people, who look at its test. What the brakes hold stays
    held, and an import whose plan is not the tested one any more waits, until a person has looked.
    """
    caller = request.auth
    caller.must_act()
    begun = ordered(caller, wanted, idempotency_key, timezone.now())
    response.headers["Location"] = f"/api/v1/runs/{begun.run.pk}"
    return Status(201 if begun.created else 200, told(begun.run))


def ordered(caller: Caller, wanted: StartRun, key: str, now: datetime) -> actions.Started:
    order = Order(wanted.kind, wanted.data_types, wanted.test)
    return order_run(
        district=caller.district, order=order, asker=caller.token.prefix, key=key,
        by=caller.name, now=now,
    )  # fmt: skip


@router.post("/runs/{int:run}/cancel", response=shapes.Run, summary="Cancel a run")
def cancel_run(request: ApiRequest, run: Number) -> Any:
    """The run stops at its next safe place; what was not written stays unwritten."""
    caller = request.auth
    caller.must_act()
    found = queries.run_of(caller.district, run)
    caller.access.must(cancelling(found))
    if not actions.cancel_run(run=found, by=caller.name) and not stopping(found):
        raise ConsoleError(ENDED.format(found.pk), code="run_has_ended")
    return told(queries.run_of(caller.district, run))


def stopping(run: Run) -> bool:
    """Whether it was asked to stop before."""
    states = (RunState.CANCELLING, RunState.CANCELLED)
    return Run.objects.filter(pk=run.pk, state__in=states).exists()
