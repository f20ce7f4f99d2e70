"""Holds: slices of a plan that look like an accident and wait for a person (C08, C09, F49).

A LIVE run opens a Hold for each trip; a TEST shows what would be held and opens none. A newer
plan replaces the holds of its data types. A slice that stays the same keeps its date of expiry;
one that was discarded is held again without a word, and asks nobody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.audit import record
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import DataType, HoldState, RunMode, Trigger
from imports import actions, outbox
from imports.brakes import Tripped
from imports.calendar.queries import adds_only_at
from imports.hold_rows import Rows
from imports.lease import database_now
from imports.models import Hold, PlannedChange, Run, RunEvent, RunProblem
from imports.states import HOLD
from schools.models import District

LASTS = timedelta(days=7)
# What makes people leave their school: not on adds-only days.
LEAVING = ("transfer", "absent", "move", "leave")


def place(run: Run, tripped: Sequence[Tripped]) -> list[Hold]:
    """Holds the rows of these trips; returns the holds that ask for a decision now.

    Within the transaction that ends the planning. Rows that were approved for this run, and are
    still what they were, are not held (H16).
    """
    live = run.mode == RunMode.LIVE
    if live:
        _replace_older(run)
    found = [_place_one(run, one_trip, live=live) for one_trip in tripped]
    opened = [hold for hold in found if hold is not None]
    if opened:
        _tell(run, opened)
    return opened


def _place_one(run: Run, tripped: Tripped, *, live: bool) -> Hold | None:
    rows = Rows(run.pk, tripped, run.approved_causes if live else [])
    count, digest = rows.digest()
    if not count:
        return None
    if not live:
        _note(run, tripped, count)
        rows.mark(None)
        return None
    last = (
        Hold.objects.filter(
            district=run.district_id, cause=tripped.cause, slice=tripped.slice, digest=digest
        )
        .exclude(run=run)
        .order_by("-pk")
        .first()
    )
    if last is not None and last.state == HoldState.DISCARDED:
        rows.mark(last)
        return None
    if last is not None and last.state == HoldState.APPROVED and tripped.action == "problem":
        return None  # Problems go on until somebody fixes them; one approval is enough for each.
    hold = _open(run, tripped, rows, count, digest)
    goes_on = last is not None and last.state == HoldState.REPLACED
    if last is not None and goes_on:
        hold.opened_at, hold.expires_at = last.opened_at, last.expires_at
        hold.save(update_fields=["opened_at", "expires_at"])
    rows.mark(hold)
    return None if goes_on else hold


def _open(run: Run, tripped: Tripped, rows: Rows, count: int, digest: bytes) -> Hold:
    of = {school: people for school, _, people in tripped.schools}
    return Hold.objects.create(
        district_id=run.district_id,
        run=run,
        cause=tripped.cause,
        slice=tripped.slice,
        data_type=tripped.data_type,
        action=tripped.action,
        count=count,
        population=tripped.population,
        schools=[
            {"school": school, "count": number, "of": of.get(school, 0)}
            for school, number in rows.by_site()
        ],
        digest=digest,
        expires_at=(run.now or timezone.now()) + LASTS,
    )


def _replace_older(run: Run) -> None:
    """A newer plan speaks for its data types: older holds are replaced, and so are those of an
    earlier attempt of this run, whose rows were forgotten with its plan."""
    rows = PlannedChange.objects.filter(run=run, hold=OuterRef("pk"), exception__isnull=False)
    older = Hold.objects.filter(district=run.district_id, data_type__in=run.data_types)
    HOLD.move(older.filter(~Q(run=run) | ~Exists(rows)), HoldState.REPLACED)


def _note(run: Run, tripped: Tripped, count: int) -> None:
    """A test names its trips among its problems."""
    RunProblem.objects.update_or_create(
        run=run,
        data_type=tripped.data_type,
        code=tripped.cause,
        field=tripped.field or "",
        value=tripped.slice,
        defaults={"people": count},
    )


def _tell(run: Run, opened: list[Hold]) -> None:
    """One event per run, whichever of its data types have holds."""
    outbox.write(run, "held", holds=[])
    event = RunEvent.objects.select_for_update().get(run=run, kind="held")
    event.details = {"holds": [*event.details.get("holds", []), *(hold.pk for hold in opened)]}
    event.save(update_fields=["details"])


def approve(
    *,
    hold_id: int,
    by: str,
    schools: Sequence[int] | None = None,
    district: District | None = None,
) -> Run:
    """Approves a hold, all of it or the rows of some schools, and starts the run that plans
    afresh and applies those rows that are still what was approved. Valid once (C09, H16).

    Raises ConsoleError if the hold is not open any more, if a school has no rows in it, or while
    another run is on; nothing is changed then.
    """
    with transaction.atomic():
        hold = _open_hold(hold_id, district)
        _check_schools(hold, schools)
        _check_calendar(hold)
        _decide(hold, HoldState.APPROVED, by)
        return _start(hold.district, [hold], [_cause(hold, schools)], by)


def approve_together(*, hold_ids: Sequence[int], by: str, district: District) -> Run:
    """Approves all of several holds at once, and starts one run for all of them (C09).

    For one cause that shows in several places, such as a new school year. Raises ConsoleError
    unless each of them is open still, or while another run is on; nothing is changed then.
    """
    if not hold_ids:
        raise ConsoleError("Nothing is held, so there is nothing to approve.", code="no_hold")
    with transaction.atomic():
        found = [_open_hold(hold_id, district) for hold_id in sorted(hold_ids)]
        for hold in found:
            _check_calendar(hold)
            _decide(hold, HoldState.APPROVED, by)
        return _start(district, found, [_cause(hold, None) for hold in found], by)


def _start(district: District, found: Sequence[Hold], causes: Sequence[object], by: str) -> Run:
    """The run that writes what is approved. Raises ConsoleError while another one is on."""
    started = actions.start_run(
        district=district,
        mode=RunMode.LIVE,
        data_types=[DataType(hold.data_type) for hold in found],
        requested_by=by,
        trigger=Trigger.HOLD,
        approved_causes=causes,
    )
    if not started.created:
        which = "the hold" if len(found) == 1 else "the holds"
        raise ConsoleError(
            f"Run {started.run} is going on. Approve {which} when it has finished.",
            code="run_is_on",
        )
    return started.run


def discard(*, hold_id: int, by: str, district: District | None = None) -> Hold:
    """Discards a hold: its rows are not applied, and the same content is not raised again.

    Raises ConsoleError if the hold is not open any more.
    """
    with transaction.atomic():
        hold = _open_hold(hold_id, district)
        _decide(hold, HoldState.DISCARDED, by)
    return hold


def expire(now: datetime) -> int:
    """Ends holds that nobody decided on in seven days; returns how many."""
    with transaction.atomic():
        rows = Hold.objects.select_for_update(skip_locked=True)
        over = list(rows.filter(expires_at__lte=now, state=HoldState.OPEN))
        if not over:
            return 0
        ended = HOLD.move(Hold.objects.filter(pk__in=[hold.pk for hold in over]), HoldState.EXPIRED)
        for hold in over:
            _tell_decided(hold, HoldState.EXPIRED)
    return ended


def waiting(district: District) -> list[Hold]:
    """The open holds of a district."""
    found = Hold.objects.filter(district=district, state=HoldState.OPEN).select_related("run")
    return list(found.order_by("pk"))


def _open_hold(hold_id: int, district: District | None) -> Hold:
    rows = Hold.objects.select_for_update(of=("self",)).select_related("district")
    if district is not None:
        rows = rows.filter(district=district)
    hold = rows.filter(pk=hold_id).first()
    if hold is None:
        raise ConsoleError(f"There is no hold {hold_id}.", code="no_hold")
    if hold.state != HoldState.OPEN:
        raise ConsoleError(_not_open(hold), code="hold_not_open")
    return hold


def _not_open(hold: Hold) -> str:
    if hold.decided_by:
        return f"Hold {hold.pk} was {hold.state} by {hold.decided_by} already."
    if hold.state == HoldState.REPLACED:
        return f"Hold {hold.pk} was replaced by a newer run. Look at the newer one."
    return f"Hold {hold.pk} is not open any more: it is {hold.state}."


def _check_schools(hold: Hold, schools: Sequence[int] | None) -> None:
    if schools is None:
        return
    known = {row["school"] for row in hold.schools}
    if not schools or not set(schools) <= known:
        raise ConsoleError(
            f"Choose from the schools of hold {hold.pk} those that you approve.", code="no_school"
        )


def _check_calendar(hold: Hold) -> None:
    """An approval is valid once, so it is not used up on a day that removes nobody (C24)."""
    until = adds_only_at(hold.district, database_now())
    if until and hold.action in LEAVING:
        raise ConsoleError(
            f"By the school calendar people are only added and updated {until}. Approve hold "
            f"{hold.pk} when these days are over, or take them out of the calendar.",
            code="adds_only",
        )


def _decide(hold: Hold, state: HoldState, by: str) -> None:
    moved = HOLD.move(one(Hold, hold.pk), state, decided_by=by, decided_at=timezone.now())
    if not moved:
        raise ConsoleError(f"Hold {hold.pk} is not open any more.", code="hold_not_open")
    hold.refresh_from_db()
    record(
        district=hold.district,
        actor=by,
        verb=f"hold {state}",
        subject=f"hold {hold.pk}",
        cause=hold.cause,
        slice=hold.slice,
        count=hold.count,
    )
    _tell_decided(hold, state)


def _tell_decided(hold: Hold, state: HoldState) -> None:
    """Tells the district's systems what became of a hold (C28)."""
    outbox.write_of_district(
        hold.district_id, outbox.HOLD_DECIDED, [hold.data_type],
        hold=hold.pk, of_run=hold.run_id, decision=str(state), count=hold.count,
    )  # fmt: skip


def _cause(hold: Hold, schools: Sequence[int] | None) -> dict[str, Any]:
    return {
        "hold": hold.pk,
        "run": hold.run_id,
        "cause": hold.cause,
        "slice": hold.slice,
        "digest": bytes(hold.digest).hex(),
        "schools": None if schools is None else sorted(schools),
    }
