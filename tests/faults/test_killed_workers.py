"""SIGKILL of a worker process at each fault point: the next attempt ends in the twin's digest."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from core.vocabulary import RunMode, RunState
from imports.actions import start_run
from imports.models import Run
from tests.faults.conftest import SIZE, At
from tests.faults.killed import kill_worker, lease_is_over, twin_digest
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, speaking_to, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PULL = [
    "pull.page_committed",
    "pull.walks_done",
    "pull.absences_confirmed",
    "pull.finished",
]
PLAN = ["plan.begins", "plan.batch_written", "plan.built", "plan.checked"]
APPLY = ["apply.begins", "apply.people_written", "apply.settled", "apply.before_commit"]


def first_import(here: World) -> None:
    """A first import, then a second one with a change, a move away and a newcomer."""
    here.sync()
    disturb(here)
    here.sync()


def disturb(here: World) -> None:
    here.clever.control.advance(86_400)
    students = here.students()
    here.clever.control.edit(students[0], {"name.first": "Marigold"})
    here.clever.control.remove(students[1])
    here.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")


def queued(here: World) -> Run:
    return start_run(
        district=here.district,
        mode=RunMode.LIVE,
        data_types=list(STUDENTS_AND_TEACHERS),
        requested_by=ADMIN,
        approved=True,
    ).run


def die_and_go_on(here: World, point: str) -> Run:
    run = queued(here)
    before = here.digest()
    assert kill_worker(run, point) == -9, f"{point} was never reached"
    assert here.digest() == before, "a reader sees something between before and after (I3)"
    run.refresh_from_db()
    assert run.lease_until is not None, "a dead worker's lease runs out by itself"
    lease_is_over(run)
    return here.drive(run)


def check_killed_at(here: World, point: str) -> None:
    """Two imports, each killed at a point and taken up again: the twin's digest."""
    if point != "pull.absences_confirmed":  # nobody can be absent from a first import
        first = die_and_go_on(here, point)
        assert (first.state, first.attempts) == (RunState.COMPLETED, 0), first.message
    else:
        here.sync()
    disturb(here)
    second = die_and_go_on(here, point)
    assert second.state == RunState.COMPLETED, second.message
    assert second.fence == 2
    assert here.digest() == twin_digest(here, first_import, **SIZE)


def test_F01_killed_after_the_claim_before_the_first_request(fresh: World) -> None:
    check_killed_at(fresh, "run.claimed")


@pytest.mark.parametrize("point", ["pull.before_first_request", "pull.page_fetched"])
def test_F02_killed_between_a_page_and_its_commit(fresh: World, point: str) -> None:
    check_killed_at(fresh, point)


@pytest.mark.parametrize("point", PULL)
def test_F03_killed_after_a_page_was_committed(fresh: World, point: str) -> None:
    check_killed_at(fresh, point)


def test_F03_what_was_read_is_not_read_again(fresh: World) -> None:
    def pages(run: Run) -> int:
        return fresh.clever.requests.count("/users") + fresh.clever.requests.count("/schools")

    whole = pages(fresh.sync())
    for point, passing, repeated in (("pull.page_committed", 3, 1), ("pull.finished", 1, 0)):
        fresh.clever.control.clear_requests()
        run = queued(fresh)
        assert kill_worker(run, point, passing=passing) == -9
        lease_is_over(run)
        assert pages(fresh.drive(run)) <= whole + repeated, point


@pytest.mark.parametrize("point", PLAN)
def test_F04_killed_while_planning(fresh: World, point: str) -> None:
    fresh.sync()
    disturb(fresh)
    run = queued(fresh)
    assert kill_worker(run, point) == -9
    lease_is_over(run)
    fresh.clever.control.clear_requests()
    ended = fresh.drive(run)
    assert ended.state == RunState.COMPLETED
    assert list(fresh.clever.requests) == [], "planned without asking Clever again"
    assert len(fresh.rows(ended)) == 3, "the plan was replaced, not doubled"
    assert fresh.digest() == twin_digest(fresh, first_import, **SIZE)


@pytest.mark.parametrize("point", APPLY)
def test_F05_killed_in_the_middle_of_apply(fresh: World, point: str) -> None:
    check_killed_at(fresh, point)


def test_F05_a_reader_in_the_middle_of_apply_sees_what_was_before(fresh: World, at: At) -> None:
    """On a connection of its own, as a page has it."""
    fresh.sync()
    disturb(fresh)
    before, seen = fresh.digest(), []

    def read() -> None:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(read_and_close, fresh).result())

    at("apply.before_commit", read)
    fresh.sync()
    assert seen == [before] != [fresh.digest()]


def read_and_close(here: World) -> str:
    try:
        return here.digest()
    finally:
        connections.close_all()


def test_F06_killed_after_the_commit_of_apply(fresh: World) -> None:
    run = queued(fresh)
    assert kill_worker(run, "apply.committed") == -9
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    told, digest = run.message, fresh.digest()
    lease_is_over(run)
    again = fresh.drive(run)
    assert (again.fence, again.message) == (run.fence, told), "a finished run is not touched again"
    assert fresh.digest() == digest
    assert list(run.events.order_by("pk").values_list("kind", flat=True)) == [
        "started",
        "finished",
    ], "in the outbox, once"


@pytest.mark.parametrize("point", ["pull.page_committed", "plan.checked", "apply.settled"])
def test_F08_a_run_that_kills_every_worker_fails_and_others_go_on(fresh: World, point: str) -> None:
    run = queued(fresh)
    for _ in range(3):
        assert kill_worker(run, point, how=None) == 137
        lease_is_over(run)
    ended = fresh.drive(run)
    assert (ended.state, ended.failure) == (RunState.FAILED, "no_progress")
    assert "stopped each time at the same place" in ended.message
    assert list(ended.events.order_by("pk").values_list("kind", flat=True)) == ["started", "failed"]
    assert fresh.people() == []
    with world(slug="oak", **{**SIZE, "seed": 9}) as oak:
        oak.connect()
        assert oak.sync().state == RunState.COMPLETED, "other districts go on"
    with speaking_to(fresh.clever):
        assert fresh.sync().state == RunState.COMPLETED, "and so does this one, once it is cured"
