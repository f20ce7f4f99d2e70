"""Starting an undo, and what it is refused for, in plain words."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.audit import record
from core.problems import ConsoleError
from core.vocabulary import DataType, RunMode, RunState, Trigger
from imports import bell, purging, schedules
from imports.actions import give_way, supersede
from imports.lease import database_now
from imports.models import Run
from imports.queries import IMPORTED, active_run
from imports.rows import FORMAT
from imports.states import ACTIVE
from imports.undoing import inverse
from imports.undoing.scope import THE_WHOLE_RUN, Figures, Scope, kept


def start_undo(
    *,
    run: Run,
    by: str,
    mode: RunMode = RunMode.LIVE,
    scope: Scope = THE_WHOLE_RUN,
    seen: Figures | None = None,
    pause: timedelta | None = None,
) -> Run:
    """Queues the undo of a run, or the test of it (C10). Clever is not needed for it.

    `seen` are the figures that whoever approves it has seen: where the plan comes to others, the
    undo waits for a decision. `pause` stops the timetable of the run's types for so long (H11).
    Raises ConsoleError with what it is refused for; nothing is changed then.
    """
    refuse(run)
    try:
        with transaction.atomic():
            give_way(run.district)
            supersede(run.district)
            undo = Run.objects.create(
                district=run.district,
                mode=mode,
                trigger=Trigger.UNDO,
                data_types=run.data_types,
                requested_by=by,
                undoes=run,
                scope=kept(scope, seen),
            )
            verb = "undo started" if mode is RunMode.LIVE else "test of an undo started"
            record(district=run.district, actor=by, verb=verb, subject=f"run {undo.pk}", of=run.pk)
            if pause is not None and mode is RunMode.LIVE:
                types = [DataType(t) for t in run.data_types]
                until = database_now() + pause
                why = f"Run #{run.pk} is undone"
                schedules.pause(district=run.district, types=types, until=until, by=by, why=why)
            bell.ring(undo.pk)
    except IntegrityError:
        on = active_run(run.district)
        if on is None:
            raise
        raise _is_on(on) from None
    return undo


def refuse(run: Run) -> None:
    """Raises ConsoleError if this run cannot be undone, or not now."""
    if run.state in ACTIVE:
        raise ConsoleError(
            f"Run #{run.pk} is still on. Undo it when it has finished.", code="run_is_on"
        )
    if run.mode != RunMode.LIVE:
        raise ConsoleError(
            f"Run #{run.pk} was a test: it changed no record, so there is nothing to undo.",
            code="nothing_to_undo",
        )
    if run.state not in IMPORTED:
        raise ConsoleError(
            f"Run #{run.pk} wrote nothing, so there is nothing to undo.", code="nothing_to_undo"
        )
    # From this age on its rows go piece by piece; who began in time keeps them (imports.purging).
    if run.purged_at is not None or undoable_until(run) <= database_now():
        raise ConsoleError(purging.gone(run), code="details_purged")
    if run.plan_format != FORMAT:
        raise ConsoleError(
            f"Run #{run.pk} was written by another version of the console, whose details this one "
            "cannot read for sure. It stands as it is; change single records by hand.",
            code="plan_of_another_format",
        )
    before = undone_by(run)
    if before is not None and not Figures.of(before).conflicts:
        raise ConsoleError(
            f"Run #{run.pk} was undone already, by run #{before.pk}. To have its changes back, "
            f"undo run #{before.pk}.",
            code="already_undone",
        )
    if not inverse.count(run):
        raise ConsoleError(
            f"Run #{run.pk} changed nobody, so there is nothing to undo.", code="nothing_to_undo"
        )
    on = active_run(run.district)
    if on is not None:
        raise _is_on(on)


def _is_on(on: Run) -> ConsoleError:
    return ConsoleError(
        f"Run #{on.pk} is going on. Undo when it has finished, so that both know what they write.",
        code="run_is_on",
    )


def undone_by(run: Run) -> Run | None:
    """The undo of the whole run that is in effect; None while the run's changes stand.

    One that found rows changed meanwhile left something to be undone; one that was undone itself
    is not in effect. What one left because of conflicts may be tried again.
    """
    undos = run.undone_by.filter(mode=RunMode.LIVE, state=RunState.COMPLETED).order_by("-pk")
    for undo in undos:
        if Scope.of(undo).whole and undone_by(undo) is None:
            return undo
    return None


def undoable_until(run: Run) -> datetime:
    """When the details of a run will be purged, and with them the way back."""
    return run.created_at + timedelta(days=settings.CHANGES_KEPT_DAYS)
