"""Held changes and alerts over the API: to be read. Deciding about them is for people."""

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Query, Router

from core.vocabulary import AlertState, DataType, HoldState
from imports import catalogue, models, purging
from imports.exports import Documents
from imports.holding import queue
from integration_console.api import shapes
from integration_console.api.caller import ApiRequest
from integration_console.api.paging import Cursor, Limit, Number, number, page
from integration_console.api.plan import plan_row
from integration_console.api.refusals import Refusal
from schools.queries import site_codes

router = Router(tags=["Holds and alerts"])
WAITING = (AlertState.OPEN, AlertState.STAGED)


@router.get("/holds", response=shapes.Holds, summary="List held changes")
def holds(
    request: ApiRequest,
    state: Annotated[HoldState | Literal["all"], Query()] = HoldState.OPEN,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Any:
    """Those that wait for a decision, newest first; others with `state`.

    Nobody approves or discards them here: a person looks at them in the console.
    """
    found = models.Hold.objects.filter(district=request.auth.district).order_by("-pk")
    if state != "all":
        found = found.filter(state=state)
    if place := number(cursor):
        found = found.filter(pk__lt=place)
    sites = site_codes(request.auth.district)
    return page(
        list(found[: limit + 1]), limit, lambda hold: told_hold(hold, sites), lambda hold: hold.pk
    )


def told_hold(hold: models.Hold, sites: dict[int, str]) -> dict[str, Any]:
    """A hold as the API tells it."""
    said = catalogue.said(hold.cause)
    return {
        "id": hold.pk,
        "run": hold.run_id,
        "state": hold.state,
        "cause": hold.cause,
        "title": said.title,
        "what_to_do": said.fix,
        "data_type": hold.data_type,
        "action": hold.action,
        "count": hold.count,
        "population": hold.population,
        "schools": [
            {"site": sites.get(at["school"] or 0), "count": at["count"], "of": at["of"]}
            for at in hold.schools
        ],
        "opened_at": hold.opened_at,
        "expires_at": hold.expires_at,
        "decided_at": hold.decided_at,
        "decided_by": hold.decided_by or None,
    }


@router.get(
    "/holds/{int:hold}/changes", response=shapes.PlanRows, summary="List the changes of a hold"
)
def hold_changes(request: ApiRequest, hold: Number, limit: Limit = 100, cursor: Cursor = "") -> Any:
    """The rows of the plan that this hold keeps from being written."""
    caller = request.auth
    found = queue.hold_of(caller.district, hold)
    if found.run.purged_at:
        found.run.district = found.district
        raise Refusal(410, purging.gone(found.run), "purged")
    caller.sees_people("held changes")
    rows = queue.page_of(queue.rows(found), number(cursor), limit)
    read = Documents(found.run)
    return page(
        rows, limit, lambda row: plan_row(read, row, caller.access.sees), lambda row: row.pk
    )


@router.get("/alerts", response=shapes.Alerts, summary="List alerts")
def alerts(
    request: ApiRequest,
    state: Annotated[
        AlertState | Literal["waiting", "all"],
        Query(description="waiting: not decided, or decided and not carried out yet."),
    ] = "waiting",
    type: Annotated[DataType | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Any:
    """People of Clever whom only a person can place, oldest first. People decide them, too."""
    request.auth.sees_people("alerts")
    found = models.Alert.objects.filter(district=request.auth.district)
    if type:
        found = found.filter(data_type=type)
    rows = of_state(found, state).filter(pk__gt=number(cursor) or 0).order_by("pk")
    read = rows[: limit + 1].prefetch_related("candidates")
    return page(list(read), limit, told_alert, lambda alert: alert.pk)


def of_state(found: QuerySet[models.Alert], state: str) -> QuerySet[models.Alert]:
    if state == "all":
        return found
    return found.filter(state__in=WAITING if state == "waiting" else [state])


def told_alert(alert: models.Alert) -> dict[str, Any]:
    """An alert as the API tells it."""
    said = catalogue.said(alert.reason)
    candidates = sorted(alert.candidates.all(), key=lambda one: (-one.score, one.pk))
    return {
        "id": alert.pk,
        "state": alert.state,
        "data_type": alert.data_type,
        "clever_id": alert.clever_id,
        "reason": alert.reason,
        "title": said.title,
        "what_to_do": said.fix,
        "candidates": [
            {"record": one.person_id, "score": one.score, "reasons": one.reasons}
            for one in candidates
        ],
        "opened_at": alert.opened_at,
        "closed_at": alert.closed_at,
        "last_run": alert.last_run_id,
    }
