"""Sequences that would mix up, double or lose a record, and those that would hang a district."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import AlertState, DataType, Decision, RunMode, RunState, Trigger
from imports import actions, alerts
from imports.driver import advance_run
from imports.due import work
from imports.models import Alert, PlannedChange, Run
from integration_console.switches import reset_configuration
from schools.models import Person, RosterSource
from schools.writer import archive_people, create_person, forget_links
from tests.attack.conftest import At
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World

STUDENT = "roles.student"
ACTIVE = ("queued", "validating", "importing", "cancelling")


def facts(here: World) -> dict[int, tuple[str | None, str | None, str]]:
    """{record: (SIS ID, first name, last name)}."""
    return {p.pk: (p.sis_id, p.first_name, p.last_name) for p in here.people(kind="student")}


def drive_all(here: World) -> None:
    for _ in range(5):
        run = Run.objects.filter(district=here.district, state__in=ACTIVE).first()
        if run is None:
            return
        here.drive(run)
    raise AssertionError("runs without end")


def lookalike(here: World) -> str:
    """A new student of Clever who may be somebody who is here without any number."""
    create_person(
        district=here.district, data_type=DataType.STUDENT, school=None, by=ADMIN,
        values={"first_name": "Wanda", "last_name": "Lookalike", "birth_date": "2012-05-06"},
    )  # fmt: skip
    return here.clever.control.add_student(
        **{
            "name": {"first": "Wanda", "last": "Lookalike"}, f"{STUDENT}.dob": "5/6/2012",
            f"{STUDENT}.sis_id": "twin-1", f"{STUDENT}.student_number": "twin-1",
        }
    )  # fmt: skip


def test_C17_a_chain_of_new_clever_ids_is_one_record(small: World) -> None:
    student = small.students()[3]
    record = small.person(student).pk
    people = Person.objects.count()
    for _ in range(3):
        student = small.clever.control.new_clever_id(student)
        small.sync()
        drive_all(small)
        assert small.person(student).pk == record
    assert Person.objects.count() == people


def test_two_students_under_each_others_sis_id_keep_their_records(small: World) -> None:
    """The Clever ID tells who somebody is, whatever number the SIS gives them."""
    a, b = small.students()[:2]
    first, second = small.person(a), small.person(b)
    assert first.sis_id and second.sis_id
    small.clever.control.edit(a, {f"{STUDENT}.sis_id": second.sis_id})
    small.clever.control.edit(b, {f"{STUDENT}.sis_id": first.sis_id})
    small.sync()
    drive_all(small)
    for clever_id, was, now in ((a, first, second.sis_id), (b, second, first.sis_id)):
        person = small.person(clever_id)
        assert (person.pk, person.last_name, person.sis_id) == (was.pk, was.last_name, now)


def test_students_who_swap_clever_and_sis_ids_are_not_mixed_up(small: World) -> None:
    """Both are entered anew, and each gets the other's number: nobody is guessed."""
    a, b = small.students()[:2]
    before = facts(small)
    first, second = small.person(a).sis_id, small.person(b).sis_id
    a, b = small.clever.control.new_clever_id(a), small.clever.control.new_clever_id(b)
    small.clever.control.edit(a, {f"{STUDENT}.sis_id": second})
    small.clever.control.edit(b, {f"{STUDENT}.sis_id": first})
    small.sync()
    drive_all(small)
    assert facts(small) == before


def test_H05_a_decision_to_create_is_carried_out_once_and_never_again(small: World) -> None:
    """After Reset with unlinking, the record that was created is found by its numbers."""
    new = lookalike(small)
    small.sync()
    alert = Alert.objects.get(clever_id=new)
    alerts.decide(alert_id=alert.pk, decision=Decision.CREATE, by=ADMIN)
    processed = alerts.process(district=small.district, by=ADMIN)
    assert processed.run
    small.drive(processed.run)
    created = small.person(new)
    reset_configuration(district=small.district, by=ADMIN, unlink=True)
    small.connect()
    people = Person.objects.count()
    small.sync()
    drive_all(small)
    assert Person.objects.count() == people
    assert small.person(new).pk == created.pk


def test_a_decision_to_create_does_not_come_back_after_the_record_is_deleted(
    small: World,
) -> None:
    new = lookalike(small)
    small.sync()
    alerts.decide(alert_id=Alert.objects.get(clever_id=new).pk, decision=Decision.CREATE, by=ADMIN)
    processed = alerts.process(district=small.district, by=ADMIN)
    assert processed.run
    small.drive(processed.run)
    archive_people(district=small.district, person_ids=[small.person(new).pk])
    small.sync(full=True)
    drive_all(small)
    assert Person.objects.filter(sis_id="twin-1", archived_at=None).count() == 0
    assert Alert.objects.filter(clever_id=new, state=AlertState.OPEN).count() == 1


def test_H04_two_who_start_at_once_start_one_run(small: World) -> None:
    gate, started, failed = threading.Barrier(4), list[bool](), list[Exception]()

    def start() -> None:
        gate.wait()
        try:
            begun = actions.start_run(
                district=small.district, mode=RunMode.TEST,
                data_types=STUDENTS_AND_TEACHERS, requested_by=ADMIN,
            )  # fmt: skip
            started.append(begun.created)
        except Exception as error:  # noqa: BLE001 whatever it is, the test shows it
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(started) == [False, False, False, True]
    drive_all(small)


@pytest.mark.parametrize("point", ["plan.begins", "plan.checked"])
def test_H06_cancelled_anywhere_a_run_writes_nothing(new: World, at: At, point: str) -> None:
    def cancel() -> None:
        assert actions.cancel_run(run=Run.objects.latest("pk"), by=ADMIN)

    at(point, cancel)
    run = new.sync()
    assert run.state == RunState.CANCELLED
    assert not Person.objects.exists()


def in_a_thread(act: object) -> None:
    def run() -> None:
        try:
            act()  # type: ignore[operator]
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_H06_cancelled_while_it_writes_nothing_is_written(new: World, at: At) -> None:
    def cancel() -> None:
        assert actions.cancel_run(run=Run.objects.latest("pk"), by=ADMIN)

    at("apply.people_written", lambda: in_a_thread(cancel))
    run = new.sync()
    assert run.state == RunState.CANCELLED
    assert not Person.objects.exists()


def test_F11_a_second_driver_in_the_midst_of_a_run_does_nothing(new: World, at: At) -> None:
    def second() -> None:
        advance_run(Run.objects.latest("pk").pk)

    for point in ("plan.begins", "plan.checked", "apply.begins"):
        at(point, lambda: in_a_thread(second))
    at("apply.people_written", lambda: in_a_thread(second))
    run = new.sync()
    assert run.state == RunState.COMPLETED
    assert run.fence == 1
    assert len(new.people(kind="student")) == 12


@pytest.mark.parametrize("change", ["switched_off", "other_source", "reset"])
def test_H02_a_waiting_plan_is_not_imported_once_clever_may_not_import(
    new: World, change: str
) -> None:
    """A plan waits for a decision; meanwhile somebody switches Clever off."""
    test = new.test()
    for student in new.students():
        new.clever.control.edit(student, {"name.middle": "Quincy"})
    new.clever.control.add_student()
    started = actions.start_run(
        district=new.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN, tested_run=test,
    )  # fmt: skip
    PlannedChange.objects.filter(run=test, data_type="teacher").delete()
    waiting = new.drive(started.run)
    assert waiting.state == RunState.READY
    if change == "switched_off":
        Connection.objects.filter(district=new.district).update(enabled=False)
    elif change == "other_source":
        RosterSource.objects.create(district=new.district, system="powerschool")
    else:
        reset_configuration(district=new.district, by=ADMIN)
    waiting.refresh_from_db()
    if change == "reset":
        assert not actions.confirm_run(run=waiting, by=ADMIN)
    else:
        with pytest.raises(ConsoleError):
            actions.confirm_run(run=waiting, by=ADMIN)
    drive_all(new)
    assert not Person.objects.exists()


def test_H02_a_test_older_than_a_day_starts_nothing(new: World) -> None:
    test = new.test()
    assert test.finished_at
    Run.objects.filter(pk=test.pk).update(finished_at=test.finished_at - timedelta(hours=25))
    with pytest.raises(ConsoleError) as refused:
        actions.start_run(
            district=new.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
            requested_by=ADMIN, tested_run=Run.objects.get(pk=test.pk),
        )  # fmt: skip
    assert refused.value.code == "test_too_old"


def test_H05_a_reset_in_the_midst_of_a_run_stops_it_and_keeps_every_record(
    small: World, at: At
) -> None:
    before = facts(small)
    small.clever.control.edit(small.students()[0], {"name.first": "Changed"})
    reset = threading.Thread(target=_reset, args=(small,))
    at("plan.begins", reset.start)
    run = small.sync()
    reset.join(timeout=30)
    assert not reset.is_alive()
    run.refresh_from_db()
    assert run.state in (RunState.CANCELLED, RunState.COMPLETED)
    assert not Connection.objects.exists()
    assert {pk: of[0] for pk, of in facts(small).items()} == {
        pk: of[0] for pk, of in before.items()
    }


def _reset(here: World) -> None:
    try:
        reset_configuration(district=here.district, by=ADMIN)
    finally:
        connections.close_all()


def test_F08_a_run_whose_connection_vanished_ends_and_holds_up_nobody(small: World) -> None:
    """However it came: the loop goes on with other districts, and the run ends in plain words."""
    begun = actions.start_run(
        district=small.district, mode=RunMode.TEST, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN,
    )  # fmt: skip
    Connection.objects.filter(district=small.district).delete()
    for _ in range(6):
        work(loop=False)
        small.skip(0)
    begun.run.refresh_from_db()
    assert begun.run.state == RunState.FAILED
    assert begun.run.message


def test_another_clever_district_on_the_same_local_one_touches_nobody_it_does_not_know(
    small: World,
) -> None:
    """After Reset the records of the former Clever district stay as they are."""
    before = facts(small)
    reset_configuration(district=small.district, by=ADMIN)
    assert facts(small) == before
    small.connect()
    forget_links(district=small.district)
    small.sync()
    drive_all(small)
    assert facts(small) == before
    assert all(p.clever_id for p in small.people(kind="student"))


def test_a_district_without_people_imports_nobody_and_removes_nobody(new: World) -> None:
    for role in ("student", "teacher"):
        new.clever.control.share_role(role, False)
    run = new.sync()
    assert run.state == RunState.COMPLETED
    assert not Person.objects.exists()


def test_a_follow_up_follows_no_follow_up(small: World, at: At) -> None:
    student = small.students()[4]
    small.clever.control.edit(student, {"name.first": "Changed"})
    person = small.person(student)

    def edit() -> None:
        Person.objects.filter(pk=person.pk).update(revision=person.revision + 1, unsettled=True)
        at("apply.begins", again)

    def again() -> None:
        Person.objects.filter(pk=person.pk).update(revision=person.revision + 2, unsettled=True)

    at("apply.begins", edit)
    small.sync()
    drive_all(small)
    assert Run.objects.filter(trigger=Trigger.FOLLOW_UP).count() == 1
    small.sync()
    assert small.person(student).first_name == "Changed"
