"""An undo is a run: killed anywhere it is done whole by the next attempt, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connections

from core.problems import ConsoleError
from core.vocabulary import RunState, Trigger
from imports.models import Run
from imports.undoing import inverse
from imports.undoing.actions import start_undo
from tests.faults.killed import kill_worker, lease_is_over
from tests.imports_undo.conftest import night
from tests.imports_undo.test_exact import created, left, moved, updated
from tests.world import ADMIN, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
POINTS = [
    *("run.claimed", "plan.begins", "plan.batch_written", "plan.built", "plan.checked"),
    *("apply.begins", "apply.people_written", "apply.settled", "apply.before_commit"),
]


def a_night(here: World) -> Run:
    for happens in (left, updated, moved, created):
        happens(here)
    return night(here)


def test_C10_F04_F05_an_undo_that_is_killed_anywhere_is_done_by_the_next_attempt(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back and forth: at each point the undo of what the last one did."""
    monkeypatch.setattr(inverse, "BATCH", 3)
    states = [maple.digest()]
    run = a_night(maple)
    states.append(maple.digest())
    for number, point in enumerate(POINTS):
        was, shall = states[(number + 1) % 2], states[number % 2]
        undo = start_undo(run=run, by=ADMIN)
        assert kill_worker(undo, point) == -9, f"{point} was never reached"
        assert maple.digest() == was, f"{point}: a reader sees something in between"
        lease_is_over(undo)
        run = maple.drive(undo)
        assert (run.state, run.attempts, run.fence) == (RunState.COMPLETED, 0, 2), run.message
        assert maple.digest() == shall, point


def test_C10_F06_killed_after_the_commit_it_is_done_and_not_done_again(maple: World) -> None:
    before = maple.digest()
    undo = start_undo(run=a_night(maple), by=ADMIN)
    assert kill_worker(undo, "apply.committed") == -9
    undo.refresh_from_db()
    assert undo.state == RunState.COMPLETED
    assert maple.digest() == before
    lease_is_over(undo)
    assert maple.drive(undo).fence == undo.fence


def test_C10_of_two_who_press_undo_at_once_one_is_told_of_the_other(maple: World) -> None:
    run = a_night(maple)

    def press(_: int) -> str:
        try:
            return str(start_undo(run=run, by=ADMIN).pk)
        except ConsoleError as refused:
            return refused.code
        finally:
            with suppress(Exception):
                connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, range(2)), reverse=True)
    undos = Run.objects.filter(trigger=Trigger.UNDO)
    assert answers == ["run_is_on", str(undos.get().pk)]
    maple.drive(undos.get())
