"""SIGKILL of a worker process at each fault point: the next attempt ends in the twin's digest."""

from collections.abc import Iterator

import pytest

from core.vocabulary import DataType, RunMode, RunState
from imports.actions import start_run
from imports.models import Run
from tests.faults.killed import kill_worker, lease_is_over, twin_digest
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SIZE = {"students": 40, "teachers": 4, "schools": 2, "seed": 5}
PULL = [
    "pull.before_first_request",
    "pull.page_fetched",
    "pull.page_committed",
    "pull.walks_done",
    "pull.absences_confirmed",
    "pull.finished",
]
PLAN = ["plan.begins", "plan.batch_written", "plan.built", "plan.checked"]
APPLY = ["apply.begins", "apply.people_written", "apply.settled", "apply.before_commit"]


@pytest.fixture
def maple(settings: object) -> Iterator[World]:
    settings.CLEVER_PAGE_SIZE = 15  # type: ignore[attr-defined]
    with world(**SIZE) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


def first_import(here: World) -> None:
    """A first import, then a second one with a change, a move away and a newcomer."""
    here.sync()
    disturb(here)
    here.sync()


def disturb(here: World) -> None:
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
    assert kill_worker(here, run, point) != 0, f"{point} was never reached"
    assert here.digest() == before, "a reader sees something between before and after (I3)"
    lease_is_over(run)
    return here.drive(run)


def twins_digest() -> str:
    return twin_digest(first_import, **SIZE)


def test_F01_killed_after_the_claim_before_the_first_request(maple: World) -> None:
    check_killed_at(maple, "run.claimed")


@pytest.mark.parametrize("point", ["pull.before_first_request", "pull.page_fetched"])
def test_F02_killed_between_a_page_and_its_commit(maple: World, point: str) -> None:
    check_killed_at(maple, point)


@pytest.mark.parametrize("point", PULL[2:])
def test_F03_killed_after_a_page_was_committed(maple: World, point: str) -> None:
    check_killed_at(maple, point)


@pytest.mark.parametrize("point", PLAN)
def test_F04_killed_while_planning(maple: World, point: str) -> None:
    maple.sync()
    disturb(maple)
    run = queued(maple)
    assert kill_worker(maple, run, point) != 0
    lease_is_over(run)
    maple.clever.control.clear_requests()
    ended = maple.drive(run)
    assert ended.state == RunState.COMPLETED
    assert [r for r in maple.clever.requests if "users" in r.path] == [], "planned without refetch"
    assert len(maple.rows(ended)) == 3, "the plan was replaced, not doubled"


@pytest.mark.parametrize("point", APPLY)
def test_F05_killed_in_the_middle_of_apply(maple: World, point: str) -> None:
    check_killed_at(maple, point)


def test_F06_killed_after_the_commit_of_apply(maple: World) -> None:
    run = queued(maple)
    assert kill_worker(maple, run, "apply.committed") != 0
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    digest = maple.digest()
    lease_is_over(run)
    assert maple.drive(run).fence == run.fence, "a finished run is not touched again"
    assert maple.digest() == digest
    assert run.events.count() == 1, "what is to be told stands in the outbox, once"


def check_killed_at(here: World, point: str) -> None:
    """A first import killed at a point, then a second one, killed there too: the twin's digest."""
    first = die_and_go_on(here, point)
    assert first.state == RunState.COMPLETED, first.message
    disturb(here)
    second = die_and_go_on(here, point)
    assert second.state == RunState.COMPLETED, second.message
    digest = here.digest()
    twin = twin_of(here)
    assert digest == twin


def twin_of(here: World) -> str:
    """The twin takes the same steps; Clever's district is free for it once ours is let go."""
    from clever_sync.models import Connection

    Connection.objects.filter(district=here.district).delete()
    return twins_digest()


def test_F08_a_run_that_kills_every_worker_fails_and_others_go_on(maple: World) -> None:
    run = queued(maple)
    for _ in range(3):
        assert kill_worker(maple, run, "plan.begins", how="exit") == 137
        lease_is_over(run)
    ended = maple.drive(run)
    assert (ended.state, ended.failure) == (RunState.FAILED, "no_progress")
    assert ended.events.filter(kind="failed").count() == 1
    assert maple.sync([DataType.STUDENT]).state == RunState.COMPLETED
