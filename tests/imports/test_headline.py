"""The headline: what was stopped, written and lost, counted from the runs."""

from datetime import timedelta
from typing import Any

import pytest

from clever_sync.models import Connection, MirrorObject, Pull
from core.vocabulary import HoldState, RunState, Status, Trigger
from imports.headline import headline
from imports.lease import database_now
from imports.models import Hold, PlannedChange, Run
from schools.actions import create_district
from schools.models import District, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return create_district(slug="maple", name="Maple Ridge", time_zone="America/New_York")


def person_of(maple: District, **more: Any) -> Person:
    return Person.objects.create(
        district=maple, kind="student", roles=["student"], last_name="Lund", **more
    )


def run_of(maple: District, days_ago: float = 0, **more: Any) -> Run:
    settings: dict[str, Any] = {
        "mode": "live",
        "state": RunState.COMPLETED,
        "data_types": ["student"],
        "finished_at": database_now() - timedelta(days=days_ago),
    }
    return Run.objects.create(district=maple, **{**settings, **more})


def hold_removals(run: Run, *people: Person, state: HoldState = HoldState.REPLACED) -> None:
    hold = Hold.objects.create(
        district=run.district,
        run=run,
        state=state,
        cause="school_to_zero",
        slice="leave/student",
        data_type="student",
        count=len(people),
        population=len(people),
        digest=b"1",
        expires_at=database_now() + timedelta(days=7),
    )
    for person in people:
        transfer(run, person, exception="held", hold=hold)


def transfer(run: Run, person: Person, **more: Any) -> None:
    PlannedChange.objects.create(
        run=run, data_type="student", action="transfer", person=person, **more
    )


def stopped(maple: District) -> int:
    return headline(maple, database_now()).removals_stopped


def test_a_removal_that_stays_held_was_stopped_once(maple: District) -> None:
    one, two = person_of(maple), person_of(maple)
    hold_removals(run_of(maple), one)
    run_of(maple, data_types=["teacher"])
    hold_removals(run_of(maple), one, two)
    assert stopped(maple) == 2
    run_of(maple)
    hold_removals(run_of(maple), one)
    assert stopped(maple) == 3


def test_what_was_approved_tested_long_ago_or_elsewhere_was_not_stopped(maple: District) -> None:
    person = person_of(maple)
    hold_removals(run_of(maple), person, state=HoldState.APPROVED)
    hold_removals(run_of(maple, mode="test", state=RunState.TESTED), person)
    hold_removals(run_of(maple, days_ago=15), person)
    other = create_district(slug="cedar", name="Cedar Falls", time_zone="America/New_York")
    hold_removals(run_of(other), person_of(other))
    assert stopped(maple) == 0


def test_only_what_was_written_counts_as_written(maple: District) -> None:
    counts = {"create": 3, "held": 50, "conflict": 2, "reject": 1, "unchanged": 900}
    run_of(maple, counts={"student": counts, "teacher": {"update": 4, "link": 1}})
    run_of(maple, counts={"student": {"create": 7}}, state=RunState.FAILED)
    run_of(maple, counts={"student": {"create": 7}}, days_ago=15)
    assert headline(maple, database_now()).changes_written == 8


def test_what_was_undone_is_not_counted_as_written_nor_is_its_undo(maple: District) -> None:
    def undo(run: Run, **counts: int) -> Run:
        return run_of(maple, trigger=Trigger.UNDO, undoes=run, counts={"teacher": counts})

    def figures() -> tuple[int, int]:
        found = headline(maple, database_now())
        return found.changes_written, found.changes_undone

    run_of(maple, counts={"student": {"create": 5}})
    wrong = run_of(maple, counts={"teacher": {"update": 300, "link": 10}})
    assert figures() == (315, 0)
    part = undo(wrong, update=100, conflict=7)
    assert figures() == (215, 100)
    rest = undo(wrong, update=200, unlink=10)
    assert figures() == (5, 310), "neither the changes nor their undo"
    undo(rest, update=200, link=10)
    assert figures() == (215, 100), "an undo that was undone itself takes nothing back"
    Run.objects.filter(pk=part.pk).update(state=RunState.FAILED)
    assert figures() == (315, 0)
    undo(run_of(maple, days_ago=15, counts={"teacher": {"update": 9}}), update=9)
    assert figures() == (315, 0), "what is older was not counted, so nothing is taken off"


def test_lost_is_who_was_marked_as_a_leaver_and_is_shared_all_the_same(maple: District) -> None:
    connection = Connection.objects.create(district=maple, clever_district_id="5" * 24)
    pull = Pull.objects.create(connection=connection, roles=[], sources=[])
    run = run_of(maple)
    for number, gone_in in enumerate((None, pull)):
        clever_id = f"{number:024x}"
        marked = {"status": Status.TRANSFERRED, "status_before": Status.ACTIVE}
        transfer(run, person_of(maple, clever_id=clever_id, **marked))
        MirrorObject.objects.create(
            connection=connection,
            type="user",
            clever_id=clever_id,
            payload={},
            raw_hash=b"1",
            content_hash=b"1",
            changed_in=pull,
            roles=["student"],
            gone_in=gone_in,
        )
    assert headline(maple, database_now()).people_lost == 1
    Person.objects.update(status=Status.ACTIVE, status_before=None)
    assert headline(maple, database_now()).people_lost == 0
