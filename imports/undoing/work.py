"""The steps of an undo: plan the inverse, look at it as a whole, write it in one transaction."""

import time

from django.db import connection as database
from django.db import transaction

from core.fault_points import fault_point
from core.vocabulary import RunMode, RunState, RunStep
from imports import check, outbox, rows
from imports.acting import getting_on, move, timed
from imports.apply import WRITABLE, WRITTEN, Applied, complete, lock, set_aside, write_changes
from imports.lease import Claim, Heart, database_now
from imports.models import PlannedChange, Run
from imports.undoing import inverse, telling
from imports.undoing.aftermath import leave_for_the_next_sync
from imports.undoing.owned import keep_what_others_have
from imports.undoing.scope import Figures, Scope
from schools import bulk

MANY = 1000
THIS_ONE = 1
# Of a status that an undo takes back, the one before it is kept as a leaver's is (schools.bulk).
_CHANGES = f"""
    SELECT person_id, clever_id, person_revision, before, after,
        CASE WHEN 'transfer' = ANY(effects) THEN 'transfer' ELSE action END AS action
    FROM imports_plannedchange WHERE {WRITABLE}
"""


def plan(run: Run, ours: Claim, heart: Heart) -> bool:
    """Makes the plan of an undo and decides: a test ends, an undo goes on, or a person is asked."""
    undone = run.undoes
    assert undone is not None and run.now is not None
    with timed(run, ours, "plan"):
        _make(run, undone, ours, heart)
    fault_point("plan.built")
    heart.alive()
    with timed(run, ours, "check"):
        _check(run, undone, ours, heart)
    fault_point("plan.checked")
    with transaction.atomic():
        return _decide(run, ours)


def _make(run: Run, undone: Run, ours: Claim, heart: Heart) -> None:
    say = getting_on(ours, heart)
    total = inverse.count(undone)
    assert run.now is not None
    with transaction.atomic():
        say(step=RunStep.PLANNING)
        rows.clear(run)
    done = 0
    for one in inverse.slices(undone, Scope.of(run)):
        with transaction.atomic():
            with database.cursor() as cursor:
                # As in every plan: what a crash of the server loses here is made anew.
                cursor.execute("SET LOCAL synchronous_commit = off")
            done = min(total, done + inverse.BATCH)
            say(progress={"step": RunStep.PLANNING, "done": done, "total": total})
            inverse.write(undone, Scope.of(run), one, now=run.now, run=run.pk)
            fault_point("plan.batch_written")


def _check(run: Run, undone: Run, ours: Claim, heart: Heart) -> None:
    if PlannedChange.objects.filter(run=run)[MANY:].exists():
        rows.analyse("imports_plannedchange")
    with transaction.atomic():
        getting_on(ours, heart)(step=RunStep.CHECKING)
        keep_what_others_have(run, undone)
        run.counts = check.counts(run.pk)
        Run.objects.filter(pk=run.pk).update(counts=run.counts)


def _decide(run: Run, ours: Claim) -> bool:
    planned = Figures.of(run)
    if run.mode == RunMode.TEST:
        move(
            run, ours, RunState.TESTED, finished_at=database_now(), lease_until=None, step="",
            message=telling.tested(planned),
        )  # fmt: skip
        outbox.write(run, "tested")
        return False
    seen = Figures.seen(run)
    if seen is not None and seen != planned and not run.approved:
        move(
            run, ours, RunState.READY, finished_at=database_now(), lease_until=None, step="",
            message=telling.differs(seen, planned),
        )  # fmt: skip
        outbox.write(run, "needs_decision", rows=planned.back)
        return False
    move(run, ours, RunState.IMPORTING, step="", attempts=THIS_ONE, message="")
    return True


def apply(run: Run, fence: int) -> Applied:
    """Writes the plan of an undo and completes it, in one transaction, as imports.apply does.

    Raises Busy, Overtaken or FenceLost when nothing was written because of somebody else.
    """
    began = time.monotonic()
    with transaction.atomic():
        lock(run)
        stale = set_aside(run)
        written = write_changes(run.pk, _CHANGES, unsettled=True)
        if written:
            bulk.replace_sites(WRITTEN, [run.pk])
        fault_point("apply.people_written")
        leave_for_the_next_sync(run)
        fault_point("apply.settled")
        done = Applied(written, stale, time.monotonic() - began)
        counts = check.counts(run.pk)
        message = telling.undone(counts, done)
        complete(run, fence, done, counts=counts, message=message, verb="undone")
        fault_point("apply.before_commit")
    fault_point("apply.committed")
    return done
