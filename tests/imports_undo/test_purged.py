"""Details go after their time, and with them the way back (F82)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from core.problems import ConsoleError
from core.vocabulary import RunState
from imports.models import PlannedChange, Run
from imports.purging import purge
from imports.rows import FORMAT
from imports.undoing.actions import start_undo
from schools.models import Person
from schools.writer import restore_people
from tests.faults.conftest import At
from tests.imports_undo.conftest import night, undo
from tests.imports_undo.test_exact import updated
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import ALICE, user
from tests.world import ADMIN, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(maple: World) -> Client:
    Membership.objects.create(district=maple.district, user=user(ALICE), role="owner")
    return signed_in(ALICE)


def test_F82_what_is_old_enough_to_be_purged_is_not_undone(maple: World) -> None:
    updated(maple)
    run = night(maple)
    old = timezone.now() - timedelta(days=400, minutes=1)
    Run.objects.filter(pk=run.pk).update(created_at=old)
    run.refresh_from_db()
    with pytest.raises(ConsoleError, match="were purged on"):
        start_undo(run=run, by=ADMIN)
    assert PlannedChange.objects.filter(run=run).exists(), "though nothing is gone yet"
    Run.objects.filter(pk=run.pk).update(created_at=old + timedelta(hours=1))
    assert undo(maple, run).state == RunState.COMPLETED


def test_F80_what_another_version_wrote_is_not_undone_by_guess(maple: World) -> None:
    updated(maple)
    run = night(maple)
    Run.objects.filter(pk=run.pk).update(plan_format=FORMAT + 1)
    run.refresh_from_db()
    with pytest.raises(ConsoleError, match="another version of the console"):
        start_undo(run=run, by=ADMIN)
    assert not Run.objects.filter(undoes=run).exists()


def test_F82_a_run_that_is_being_undone_keeps_its_details(maple: World, at: At) -> None:
    before = maple.digest()
    updated(maple)
    run = night(maple)
    first = Run.objects.earliest("pk")
    later = timezone.now() + timedelta(days=401)
    at("plan.batch_written", lambda: purge(later))
    assert undo(maple, run).state == RunState.COMPLETED
    assert maple.digest() == before
    first.refresh_from_db()
    run.refresh_from_db()
    assert first.purged_at is not None and run.purged_at is None
    purge(later)
    run.refresh_from_db()
    assert run.purged_at is not None


def test_C10_the_deleted_people_say_by_which_undo(maple: World, alice: Client) -> None:
    maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    undone = undo(maple, night(maple))
    page = said(alice.get(reverse("deleted_people", args=["maple"])))
    assert "Ines Newcomer" in page
    assert f"Run #{undone.pk}" in page
    person = Person.objects.get(last_name="Newcomer")
    restore_people(district=maple.district, person_ids=[person.pk], by=ADMIN)
    assert maple.rows(night(maple)) == [], "brought back by hand, with its link"
