"""Trouble with PostgreSQL in the middle of a run (F18 to F23, F25)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.utils import timezone

from core.vocabulary import RunState, Trigger
from imports import due, lease, rows
from imports.lease import claim, database_clock, database_now, due_runs
from imports.models import PlannedChange, Run
from schools.models import Person
from tests.faults.conftest import SIZE, At, lose_the_connection, sqlstate
from tests.faults.killed import twin_digest
from tests.faults.test_killed_workers import disturb, first_import, queued
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
QUARTER = 15 * 60
Edit = Callable[[], None]


@pytest.fixture
def second(fresh: World) -> World:
    """An imported district with a change, a leaver and a newcomer waiting."""
    fresh.sync()
    disturb(fresh)
    fresh.slept.clear()
    return fresh


def rests_of(here: World) -> list[int]:
    """The rests that a run took, in minutes."""
    return [round(seconds / 60) for seconds in here.slept if seconds > 1]


@pytest.mark.parametrize("point", ["pull.walks_done", "plan.batch_written"])
def test_F18_a_connection_lost_on_the_way_is_replaced(second: World, at: At, point: str) -> None:
    at(point, lose_the_connection, times=2)
    run = second.sync()
    assert (run.state, run.rests, run.fence) == (RunState.COMPLETED, 0, 1)
    assert second.slept == []
    assert second.digest() == twin_digest(second, first_import, **SIZE)


def test_F18_a_connection_lost_again_and_again_rests(second: World, at: At) -> None:
    before = second.digest()
    at("pull.page_fetched", lose_the_connection, times=100)
    run = second.sync()
    assert (run.state, run.failure, run.rests) == (RunState.FAILED, "database_busy", 3)
    assert run.events.filter(kind="failed").count() == 1
    assert second.digest() == before
    at("pull.page_fetched", lambda: None)
    assert second.sync().state == RunState.COMPLETED


def test_F18_the_loop_outlives_a_database_that_is_away(
    fresh: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(fresh)
    answers = iter([OperationalError("away"), OperationalError("away")])

    def away() -> list[int]:
        for error in answers:
            raise error
        return due_runs()

    pauses: list[float] = []
    monkeypatch.setattr(due, "due_runs", away)
    due.work(loop=True, sleep=pauses.append, stop=lambda: len(pauses) > 2)
    run.refresh_from_db()
    assert (len(pauses), run.state) == (3, RunState.COMPLETED)


def test_F18_the_heart_beats_on_after_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """What extends the lease beside a long statement has a connection of its own to lose."""
    beats: list[int] = []

    def extend(ours: lease.Claim) -> None:
        beats.append(ours.run_id)
        if len(beats) == 1:
            raise OperationalError("away")
        raise lease.Interrupted

    monkeypatch.setattr(lease, "BEAT", 0.01)
    monkeypatch.setattr(lease, "extend", extend)
    with lease.Heart(lease.Claim(7, 1, 1)) as heart:
        heart._thread.join(10)
    assert beats == [7, 7]


@pytest.mark.parametrize("point", ["apply.people_written", "apply.before_commit"])
def test_F19_a_connection_lost_while_applying_writes_all_or_nothing(
    second: World, at: At, point: str
) -> None:
    before, seen = second.digest(), []
    at(point, lose_the_connection)
    at("apply.begins", lambda: seen.append(second.digest()), times=2)
    run = second.sync()
    assert (run.state, run.rests) == (RunState.COMPLETED, 0)
    assert seen == [before, before], "the first try has left nothing"
    assert second.digest() == twin_digest(second, first_import, **SIZE)


def no_answer() -> None:
    raise OperationalError("server closed the connection unexpectedly")


def test_F20_a_commit_without_an_answer_is_looked_up_and_not_done_again(
    second: World, at: At
) -> None:
    at("apply.committed", no_answer)
    run = second.sync()
    assert (run.state, run.rests, run.fence) == (RunState.COMPLETED, 0, 1)
    assert "written" in run.message, "nothing is said of trouble that there was not"
    assert second.slept == []
    assert second.digest() == twin_digest(second, first_import, **SIZE)


def test_F20_a_commit_that_did_not_come_through_is_done_again(second: World, at: At) -> None:
    def lose() -> None:
        lose_the_connection()
        no_answer()

    at("apply.before_commit", lose)
    run = second.sync()
    assert (run.state, run.rests) == (RunState.COMPLETED, 0)
    assert second.digest() == twin_digest(second, first_import, **SIZE)


def test_F06_F20_what_was_stale_is_looked_at_again_even_so(second: World, at: At) -> None:
    """The follow-up stands in the same transaction as the import that needs it."""
    run = queued(second)
    stale = Person.objects.filter(clever_id=second.students()[0])
    at("plan.checked", lambda: stale.update(title="Edited", revision=99, unsettled=True))
    at("apply.committed", no_answer)
    run = second.drive(run)
    assert run.state == RunState.COMPLETED_WITH_ERRORS
    follow = Run.objects.get(district=second.district, trigger=Trigger.FOLLOW_UP)
    assert second.drive(follow).state == RunState.COMPLETED
    assert stale.get().first_name == "Marigold"


@pytest.mark.parametrize("codes", ["55P03 40P01", "40001 57014", "23505"])
def test_F21_F23_a_lock_a_deadlock_or_a_time_out_is_tried_again(
    second: World, at: At, codes: str
) -> None:
    waiting = codes.split()
    at("apply.people_written", lambda: sqlstate(waiting.pop())(), times=len(waiting))
    run = second.sync()
    assert (run.state, run.rests, waiting) == (RunState.COMPLETED, 0, [])
    assert second.digest() == twin_digest(second, first_import, **SIZE)


def test_F21_an_admin_who_is_editing_wins(second: World) -> None:
    """The edit is open on a second connection for as long as the run tries and rests."""
    who = second.students()[0]
    with editing(who) as finish:
        run = queued(second)
        run.refresh_from_db()
        one_attempt(run)
        run.refresh_from_db()
        assert (run.state, run.rests, run.lease_until) == (RunState.IMPORTING, 1, None)
        assert "records were being edited" in run.message
        assert 14 * 60 < (run.next_attempt_at - database_now()).total_seconds() <= QUARTER
        finish()
    second.skip(0)
    run = second.drive(run)
    assert run.state == RunState.COMPLETED_WITH_ERRORS
    assert second.person(who).title == "Edited here"
    (row,) = PlannedChange.objects.filter(run=run, clever_id=who)
    assert row.exception == "stale"
    assert "1 changed here meanwhile" in run.message
    follow = Run.objects.get(district=second.district, trigger=Trigger.FOLLOW_UP)
    assert second.drive(follow).state == RunState.COMPLETED
    after = second.person(who)
    assert (after.title, after.first_name) == ("Edited here", "Marigold")


def one_attempt(run: Run) -> None:
    from imports.driver import advance_run

    advance_run(run.pk)


class editing:  # noqa: N801 - it reads as a verb
    """An admin's edit of a person: its row lock is held until `finish` commits it."""

    def __init__(self, clever_id: str) -> None:
        self.clever_id = clever_id
        self.other = database.copy()

    def __enter__(self) -> Edit:
        self.other.set_autocommit(False)
        with self.other.cursor() as cursor:
            cursor.execute(
                "UPDATE schools_person SET title = 'Edited here', revision = revision + 1,"
                " unsettled = true WHERE clever_id = %s",
                [self.clever_id],
            )
        return self.other.commit

    def __exit__(self, *_: object) -> None:
        self.other.close()


def test_F21_F23_after_three_rests_it_fails_once(second: World, at: At) -> None:
    before = second.digest()
    at("apply.people_written", sqlstate("57014"), times=100)
    run = second.sync()
    assert (run.state, run.failure, run.rests) == (RunState.FAILED, "database_busy", 3)
    assert rests_of(second) == [1, 1, 1], "a drive sleeps for a minute at most; see next_attempt_at"
    assert list(run.events.order_by("pk").values_list("kind", flat=True)) == ["started", "failed"]
    assert second.digest() == before


def test_F23_a_statement_that_takes_too_long(second: World, at: At) -> None:
    def slow() -> None:
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1ms'")
            cursor.execute("SELECT pg_sleep(1)")

    at("apply.settled", slow)
    run = second.sync()
    assert (run.state, run.rests) == (RunState.COMPLETED, 0)
    assert second.digest() == twin_digest(second, first_import, **SIZE)


@pytest.mark.parametrize("point", ["pull.page_fetched", "apply.settled"])
def test_F22_a_full_disk_fails_the_run_and_makes_room(second: World, at: At, point: str) -> None:
    before = second.digest()
    at(point, sqlstate("53100"))
    run = second.sync()
    assert (run.state, run.failure, run.retryable) == (RunState.FAILED, "storage", True)
    assert "no room left" in run.message
    assert "Nothing was imported" in run.message
    assert [(e.kind, e.details) for e in run.events.exclude(kind="started")] == [
        ("failed", {"code": "storage"})
    ]
    assert second.rows(run) == [], "its plan is of no use to anybody"
    assert second.digest() == before
    assert second.sync().state == RunState.COMPLETED
    assert second.digest() == twin_digest(second, first_import, **SIZE)


def test_F22_a_disk_so_full_that_not_even_room_can_be_made(
    second: World, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "clear", lambda _: sqlstate("53100")())
    at("apply.settled", sqlstate("53100"))
    run = second.sync()
    assert (run.state, run.failure) == (RunState.FAILED, "storage")


@pytest.mark.parametrize("hours", [-1, 1])
def test_F25_a_worker_whose_clock_is_wrong_neither_steals_nor_waits(
    fresh: World, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    run = queued(fresh)
    ours = claim(run.pk)
    assert ours is not None
    the_clock_jumps(monkeypatch, timedelta(hours=hours))
    assert claim(run.pk) is None, "somebody has it"
    assert due_runs() == []
    run.refresh_from_db()
    assert abs((run.lease_until - database_now()).total_seconds() - lease.LEASE) < 5  # type: ignore[operator]
    assert abs((database_clock()() - database_now()).total_seconds()) < 5
    lease.hand_back(ours)
    ended = fresh.drive(run)
    assert ended.state == RunState.COMPLETED
    assert abs((ended.finished_at - database_now()).total_seconds()) < 60  # type: ignore[operator]


def the_clock_jumps(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + by  # type: ignore[arg-type]

    monkeypatch.setattr(lease, "datetime", Wrong)
    monkeypatch.setattr("clever_sync.client.datetime", Wrong)
    monkeypatch.setattr(timezone, "now", lambda: Wrong.now(timezone.get_current_timezone()))
