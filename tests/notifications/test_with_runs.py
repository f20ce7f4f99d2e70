"""Runs and their mail together: a fault of one is none of the other (F06, F17, F46, F74)."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from clever_sync import client
from core.vocabulary import DataType, RunMode, RunState
from imports import stopping
from imports.actions import start_run
from imports.driver import drive
from imports.models import PlannedChange, Run, RunEvent
from notifications import post, tasks
from notifications.actions import save_recipients
from notifications.models import Letter
from notifications.words import KINDS
from tests.faults.killed import kill_worker, lease_is_over
from tests.notifications.office import Office, text_of
from tests.notifications.setting import ring
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
ANN = "ann@maple.example"


@pytest.fixture
def maple(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A connected district in which Ann is told of everything."""
    monkeypatch.setattr(client, "PAUSES", (0.0,) * len(client.PAUSES))
    with world(students=20, teachers=3, schools=2, corners=False) as made:
        made.connect()
        for data_type in STUDENTS_AND_TEACHERS:
            save_recipients(
                district=made.district, data_type=DataType(data_type), wanted={ANN: KINDS}, by=ADMIN
            )
        yield made
        assert_invariants(made)


def start(maple: World) -> Run:
    return start_run(
        district=maple.district,
        mode=RunMode.LIVE,
        data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN,
        approved=True,
    ).run


def test_A54_F17_an_import_is_told_without_a_broker(maple: World, office: Office) -> None:
    start(maple)
    call_command("run_due")
    (letter,) = office.letters
    assert letter["Subject"] == "Maple Ridge Unified: Clever Full Sync has finished (and 1 more)"
    text = text_of(letter)
    assert "Created: 23" in text and "23 people were written." in text
    for person in maple.people():
        assert person.last_name not in text and str(person.sis_id) not in text
    call_command("run_due")
    assert len(office.letters) == 1


def test_F06_killed_after_the_commit_and_before_the_mail(maple: World, office: Office) -> None:
    run = start(maple)
    assert kill_worker(run, "apply.committed") == -9
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert office.letters == [] and Letter.objects.count() == 0
    before = maple.digest(), PlannedChange.objects.count()
    lease_is_over(run)
    drive(run.pk, sleep=maple.skip)
    tasks.deliver()
    assert len(office.letters) == 1
    assert (maple.digest(), PlannedChange.objects.count()) == before


def test_F46_a_refused_authorization_is_one_mail_for_two_nights_of_runs(
    maple: World, office: Office
) -> None:
    assert maple.sync().state == RunState.COMPLETED
    ring()
    office.letters.clear()
    maple.clever.control.revoke_token()
    for _ in range(2):
        assert maple.sync().state == RunState.FAILED
        ring()
    told = [str(letter["Subject"]) for letter in office.letters]
    assert told[0] == "Maple Ridge Unified: The connection needs attention (and 2 more)"
    assert told[1:] == ["Maple Ridge Unified: Clever Full Sync has started"]


def test_F74_a_run_knows_nothing_of_a_mail_server_that_is_away(
    maple: World, nobody_listens: None
) -> None:
    run = maple.sync()
    assert run.state == RunState.COMPLETED
    assert post.work() == 0
    assert maple.sync().state == RunState.COMPLETED
    assert set(Letter.objects.values_list("state", flat=True)) == {"waiting"}
    assert RunEvent.objects.filter(delivered_at=None).count() == 2


def test_F17_the_loop_sends_beside_the_runs_and_stops(maple: World, office: Office) -> None:
    maple.sync()
    office.before_answering = stopping.ask
    call_command("run_due", loop=True)
    assert len(office.letters) == 1
