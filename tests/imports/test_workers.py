"""Several workers, messages that come again, and one giant district among many (F11, F12, F28)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from clever_sync.models import Pull
from core.vocabulary import RunMode, RunState
from imports import driver, due, steps
from imports.actions import start_run
from imports.models import PlannedChange, Run
from imports.tasks import advance_run
from schools.models import District, Person
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here() -> Iterator[World]:
    with world(students=30, teachers=3, corners=False, sections=False) as made:
        made.connect()
        yield made
        assert_invariants(made)


def started(here: World) -> Run:
    return start_run(
        district=here.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN, approved=True,
    ).run  # fmt: skip


def at_once(number: int, act: Callable[[], object]) -> None:
    """So many threads begin to act in the same moment."""
    ready = Barrier(number)

    def run() -> None:
        try:
            ready.wait()
            act()
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def assert_done_once(here: World, run: Run) -> None:
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.COMPLETED, 0)
    assert Pull.objects.filter(connection__district=here.district).count() == 1
    people = list(Person.objects.values_list("clever_id", flat=True))
    assert len(people) == len(set(people)) == 33
    assert PlannedChange.objects.filter(run=run).count() == 33


def test_F11_of_eight_who_start_a_district_one_makes_the_run(here: World) -> None:
    made: list[int] = []
    at_once(8, lambda: made.append(started(here).pk))
    assert len(made) == 8
    assert len(set(made)) == Run.objects.count() == 1


def test_F11_of_eight_workers_one_gets_the_run(here: World) -> None:
    run = started(here)
    at_once(8, lambda: advance_run(run.pk))
    assert_done_once(here, run)
    assert run.fence == 1
    assert here.clever.requests.paths().count("/v3.1/districts") == 3  # connect, pull, and proof


def test_F12_a_message_that_comes_seven_times_is_worked_on_once(here: World) -> None:
    run = started(here)
    for _ in range(7):
        advance_run(run.pk)
    assert_done_once(here, run)
    assert run.fence == 1


def test_F12_a_message_that_comes_while_the_run_is_worked_on_changes_nothing(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, take = started(here), steps.take

    def take_and_be_told_again(*args: Any) -> bool:
        advance_run(run.pk)
        return take(*args)

    monkeypatch.setattr(steps, "take", take_and_be_told_again)
    advance_run(run.pk)
    assert_done_once(here, run)
    assert run.fence == 1


@dataclass
class Shift:
    """A worker's simulated day: what each step takes, and when each run began."""

    now: float = 0.0
    began: dict[int, float] = field(default_factory=dict)
    left: dict[int, list[float]] = field(default_factory=dict)
    on_step: Callable[[int], None] = lambda _: None

    def take(self, run: Run, *_: object) -> bool:
        self.began.setdefault(run.pk, self.now)
        self.now += self.left[run.pk].pop(0)
        self.on_step(run.pk)
        if self.left[run.pk]:
            return True
        Run.objects.filter(pk=run.pk).update(state=RunState.COMPLETED, lease_until=None)
        return False

    def queue(self, slug: str, *seconds: float) -> int:
        district = District.objects.create(slug=slug, name=slug, time_zone="UTC")
        run = Run.objects.create(district=district, mode=RunMode.LIVE, data_types=["student"])
        self.left[run.pk] = list(seconds)
        return run.pk


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Shift:
    made = Shift()
    clock = SimpleNamespace(monotonic=lambda: made.now, sleep=lambda _: None)
    monkeypatch.setattr(driver, "time", clock)
    monkeypatch.setattr(steps, "take", made.take)
    return made


def test_F28_beside_a_giant_fifty_small_districts_begin_within_two_minutes(shift: Shift) -> None:
    """One worker. The giant reads for ten minutes, in the slices that a pull is made of."""
    giant = shift.queue("giant", *[20.0] * 30)
    small = [shift.queue(f"small-{n}", 0.5, 0.5, 0.5) for n in range(50)]
    due.work(loop=False)
    assert max(shift.began[run] for run in small) <= 120
    assert not shift.left[giant], "and the giant comes to its end"
    assert Run.objects.filter(state=RunState.COMPLETED).count() == 51


def test_F28_so_do_those_who_come_while_the_giant_is_on(shift: Shift) -> None:
    giant = shift.queue("giant", *[20.0] * 30)
    late: dict[int, float] = {}

    def somebody_comes(run: int) -> None:
        if run == giant and len(shift.left[giant]) % 5 == 0 and shift.left[giant]:
            late[shift.queue(f"small-{len(late)}", 1.0)] = shift.now

    shift.on_step = somebody_comes
    due.work(loop=False)
    assert len(late) == 5
    assert max(shift.began[run] - came for run, came in late.items()) <= 30


def test_F28_a_giant_that_is_alone_is_not_interrupted(shift: Shift) -> None:
    giant = shift.queue("giant", *[20.0] * 10)
    due.work(loop=False)
    assert Run.objects.get(pk=giant).fence == 1
