"""An import from a file is a run: killed anywhere it is done whole by the next attempt."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connections

from core.vocabulary import RunState, Trigger
from imports.actions import cancel_run
from imports.from_file import actions, lines
from imports.models import Run
from tests.faults.killed import kill_worker, lease_is_over
from tests.imports_file.conftest import chosen, languages, of, students, uploaded
from tests.world import ADMIN, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
POINTS = [
    *("run.claimed", "plan.begins", "plan.batch_written", "plan.built", "plan.checked"),
    *("apply.begins", "apply.people_written", "apply.settled", "apply.before_commit"),
]


def started(here: World, value: str) -> Run:
    file = uploaded(here, languages(students(here)[:9], value))
    return actions.start_untested(file=file, choice=chosen(file), by=ADMIN, approved=True).run


def test_C27_F04_F05_a_file_that_is_killed_anywhere_is_imported_by_the_next_attempt(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BATCH", 2)
    for number, point in enumerate(POINTS):
        before, value = maple.digest(), f"Language {number}"
        run = started(maple, value)
        assert kill_worker(run, point) == -9, f"{point} was never reached"
        assert maple.digest() == before, f"{point}: a reader sees something in between"
        lease_is_over(run)
        run = maple.drive(run)
        assert (run.state, run.attempts, run.fence) == (RunState.COMPLETED, 0, 2), run.message
        assert {of(p).home_language for p in students(maple)[:9]} == {value}, point
        assert run.counts["student"]["update"] == 9


def test_C27_F06_killed_after_the_commit_it_is_done_and_not_done_again(maple: World) -> None:
    run = started(maple, "Somali")
    assert kill_worker(run, "apply.committed") == -9
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    after = maple.digest()
    lease_is_over(run)
    assert maple.drive(run).fence == run.fence
    assert maple.digest() == after


def test_C27_a_run_that_is_cancelled_writes_nothing(maple: World) -> None:
    before, run = maple.digest(), started(maple, "Somali")
    assert kill_worker(run, "plan.built") == -9
    assert cancel_run(run=run, by=ADMIN)
    lease_is_over(run)
    assert maple.drive(run).state == RunState.CANCELLED
    assert maple.digest() == before


def test_C27_of_two_who_press_at_once_one_run_is_started(maple: World) -> None:
    file = uploaded(maple, languages(students(maple)[:2]))

    def press(_: int) -> int:
        try:
            return actions.start_test(file=file, choice=chosen(file), by=ADMIN).run.pk
        finally:
            with suppress(Exception):
                connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(press, range(2)))
    assert answers == {Run.objects.get(trigger=Trigger.FILE).pk}
    maple.drive(Run.objects.get(trigger=Trigger.FILE))
