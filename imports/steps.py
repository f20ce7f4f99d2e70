"""The steps of a run, one small act each: begin, pull, plan, check, import (engine.md 1)."""

import time
from collections.abc import Callable
from functools import partial

import structlog
from django.db import IntegrityError, OperationalError, transaction

from clever_sync import pull as pulling
from clever_sync.client import new_client
from core.fault_points import fault_point
from core.vocabulary import NOT_OF_CLEVER, DataType, PullState, RunMode, RunState, RunStep, Trigger
from imports import (
    alert_rows,
    check,
    drift,
    holds,
    kept,
    outbox,
    plan,
    rows,
    stopping,
    summary,
    telling,
    what_if,
    what_if_figures,
)
from imports.acting import Stopped, move, timed
from imports.apply import Applied, Busy, Overtaken, apply
from imports.calendar.queries import adds_only_at
from imports.compare import difference
from imports.figures import clever_users
from imports.frame import Frame, frame_of, walked_roles
from imports.from_file import work as from_file
from imports.lease import Claim, Heart, database_clock, database_now, keep
from imports.models import Run
from imports.pulls import basis_of, enabled_types, kept_sources, why_full
from imports.standing import noting as standing
from imports.tally import Tally
from imports.undoing import work as undoing
from schools import keeping

log = structlog.get_logger("console.imports")
SLICE = 20.0
APPLY_TRIES = 3
MANY = 1000
APPLY_PAUSE = 0.2
# After progress the count of attempts begins again, with the one that is on (F08).
THIS_ONE = 1
# What another try may not meet again: a lock, a deadlock, a statement that took too long, and a
# Clever ID that somebody else's transaction gave away between our check and our commit.
PASSING = ("55P03", "40P01", "40001", "57014", "23505")


def take(run: Run, ours: Claim, heart: Heart) -> bool:
    """Takes the next step of a run that is ours; False when there is nothing to go on with."""
    if run.state == RunState.QUEUED:
        return _begin(run, ours)
    if run.state == RunState.CANCELLING:
        return cancelled(run, ours)
    if run.state == RunState.IMPORTING:
        return _import(run, ours)
    if run.step == RunStep.PULLING:
        return _pull(run, ours, heart)
    return _plan(run, ours, heart)


def cancelled(run: Run, ours: Claim) -> bool:
    """Ends a run that somebody cancelled."""
    move(
        run,
        ours,
        RunState.CANCELLED,
        finished_at=database_now(),
        lease_until=None,
        message=f"Cancelled. Nothing was {_done_by(run)} by this run.",
    )
    return False


def _done_by(run: Run) -> str:
    return "undone" if run.trigger == Trigger.UNDO else "imported"


def _begin(run: Run, ours: Claim) -> bool:
    now = database_now()
    # What is taken back, and what a file says, stands here: Clever is not asked for it.
    asks_nobody = run.trigger in NOT_OF_CLEVER
    step = RunStep.PLANNING if asks_nobody else RunStep.PULLING
    # A what-if compares two sets of rules on any day; an undo takes back what somebody chose, and a
    # file moves and removes nobody.
    any_day = asks_nobody or run.mode == RunMode.WHAT_IF
    with transaction.atomic():
        move(
            run, ours, RunState.VALIDATING, now=now, step=step, attempts=THIS_ONE,
            progress={"step": step, "done": 0, "total": 0},
            adds_only="" if any_day else adds_only_at(run.district, now),
        )  # fmt: skip
        keeping.end_expired(district=run.district, now=now)
        if run.mode == RunMode.LIVE:
            outbox.write(run, "started")
    return True


def _pull(run: Run, ours: Claim, heart: Heart) -> bool:
    if run.pull is not None and run.pull.state == PullState.DONE:
        # Killed just after the pull was finished: nothing is asked for again (F03).
        keep(ours, attempts=THIS_ONE, step=RunStep.PLANNING)
        return True
    connection = run.district.connection
    types = enabled_types(run.district, [DataType(t) for t in run.data_types])
    with timed(run, ours, "pull"):
        opened = pulling.open_pull(
            connection,
            roles=walked_roles(types),
            sources=kept_sources(run.district, map(int, run.settings.values())),
            fence=ours.pull_fence,
            basis=basis_of(run, types),
            why_full=why_full(run),
        )
        if run.pull_id != opened.pk:
            keep(ours, pull=opened)
        assert run.now is not None
        with new_client(clock=database_clock()) as client:
            deadline = _beating(heart, time.monotonic() + SLICE)
            progress = pulling.advance(opened, client=client, deadline=deadline, now=run.now)
    shown = {"step": RunStep.PULLING, "done": progress.done, "total": progress.total}
    if not progress.finished:
        keep(ours, progress=shown, attempts=THIS_ONE)
        return True
    if opened.walks.filter(changed__gt=MANY).exists():
        rows.analyse("clever_sync_mirrorobject")
    keep(ours, progress=shown, attempts=THIS_ONE, step=RunStep.PLANNING)
    return True


def _beating(heart: Heart, end: float) -> Callable[[], bool]:
    def deadline() -> bool:
        heart.alive()
        return time.monotonic() > end or stopping.asked()

    return deadline


def _plan(run: Run, ours: Claim, heart: Heart) -> bool:
    fault_point("plan.begins")
    if run.trigger == Trigger.UNDO:
        return undoing.plan(run, ours, heart)
    if run.trigger == Trigger.FILE:
        return from_file.plan(run, ours, heart)
    if run.mode == RunMode.WHAT_IF:
        return _plan_both(run, ours, heart)
    frame = frame_of(run)
    _make_plan(frame, ours, heart)
    with transaction.atomic():
        return _decide(frame, ours)


def _plan_both(run: Run, ours: Claim, heart: Heart) -> bool:
    """A what-if plans twice: with what is published, and with the draft (C03)."""
    base = what_if.base_of(run)
    if base is None:
        move(
            run, ours, RunState.CANCELLED, finished_at=database_now(), lease_until=None, step="",
            message="The draft was changed or discarded meanwhile. Ask again.",
        )  # fmt: skip
        return False
    seen = _make_plan(frame_of(base), ours, heart)
    _make_plan(frame_of(run), ours, heart, before=seen)
    heart.alive()
    with timed(run, ours, "compare"):
        people = what_if_figures.write(run)
    move(
        run, ours, RunState.TESTED, finished_at=database_now(), lease_until=None, step="",
        message=telling.supposed(people),
    )  # fmt: skip
    return False


def _make_plan(frame: Frame, ours: Claim, heart: Heart, before: int = 0) -> int:
    """Makes and checks a plan; returns how many were looked at for it, and for another `before`."""
    run = frame.run
    total = before + sum(clever_users(frame, t) for t in frame.types)
    twice = 2 if run.pk != ours.run_id else 1

    def still_ours(done: int) -> None:
        heart.alive()
        if stopping.asked():
            raise Stopped
        seen = before + done
        progress = {"step": RunStep.PLANNING, "done": seen, "total": max(seen, total * twice)}
        keep(ours, progress=progress, step=RunStep.PLANNING)

    with timed(run, ours, "plan"):
        tally = plan.build(frame, still_ours)
    fault_point("plan.built")
    if tally.rows > MANY:
        rows.analyse("imports_plannedchange")
    heart.alive()
    with timed(run, ours, "check"):
        _check(frame, ours, tally)
    fault_point("plan.checked")
    return before + tally.looked_at


def _check(frame: Frame, ours: Claim, tally: Tally) -> None:
    run = frame.run
    with transaction.atomic():
        keep(ours, step=RunStep.CHECKING)
        if tally.rows:
            check.settle_clashes(frame, tally)
        summary.note_pull(frame, tally)
        alert_rows.finish(run)
        drift.mark(run)
        drift.mark_filed(run)
        holds.place(run, summary.tripped(frame, tally))
        kept.note(frame, tally)
        problems = summary.write_problems(frame, tally)
        standing.note(run)
        run.counts = summary.counts(frame)
        keep(ours)
        Run.objects.filter(pk=run.pk).update(counts=run.counts, problems=problems)


def _decide(frame: Frame, ours: Claim) -> bool:
    """After the checks: a test ends, an import goes on, or a person is asked."""
    run = frame.run
    if run.mode == RunMode.TEST:
        move(
            run, ours, RunState.TESTED, finished_at=database_now(), lease_until=None, step="",
            message=telling.tested(frame.pull, run.counts, run.adds_only),
        )  # fmt: skip
        outbox.write(run, "tested")
        return False
    message = ""
    if run.tested_run is not None and not run.approved:
        found = difference(run.tested_run, run, frame.connection.pk)
        if not found.harmless:
            move(
                run, ours, RunState.READY, finished_at=database_now(), lease_until=None, step="",
                message=(
                    "Nothing was imported yet. Your decision is needed: the plan differs from"
                    f" the tested one in {found.rows:,} of {found.planned:,} rows."
                ),
            )  # fmt: skip
            outbox.write(run, "needs_decision", rows=found.rows)
            return False
        if found.rows:
            message = f"Clever changed {found.rows:,} rows since the test."
    move(run, ours, RunState.IMPORTING, step="", attempts=THIS_ONE, message=message)
    return True


def _import(run: Run, ours: Claim) -> bool:
    if run.plan_format != rows.FORMAT:
        return _plan_anew(run, ours)
    write = _writer(run)
    for attempt in range(1, APPLY_TRIES + 1):
        fault_point("apply.begins")
        try:
            applied = write(ours.fence)
        except (Busy, Overtaken):
            if attempt == APPLY_TRIES:
                raise OperationalError("the district's people are being edited") from None
        except (OperationalError, IntegrityError) as error:
            if getattr(error.__cause__, "pgcode", "") not in PASSING or attempt == APPLY_TRIES:
                raise
        else:
            if applied.written > MANY:
                rows.analyse("schools_person")
            return False
        time.sleep(APPLY_PAUSE * attempt)
    return False


def _plan_anew(run: Run, ours: Claim) -> bool:
    """Planned by another version of the console, whose rows we might misread (F80)."""
    log.warning("plan_of_another_format", format=run.plan_format)
    move(
        run, ours, RunState.VALIDATING, step=RunStep.PLANNING, attempts=THIS_ONE,
        message="The console was upgraded while this run was on, so it is planned afresh.",
    )  # fmt: skip
    return True


def _writer(run: Run) -> Callable[[int], Applied]:
    if run.trigger == Trigger.UNDO:
        return partial(undoing.apply, run)
    if run.trigger == Trigger.FILE:
        return partial(from_file.apply, run)
    return partial(apply, frame_of(run))
