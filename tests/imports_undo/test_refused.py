"""What is not undone, and the words that say why; the command; two at once; a plan that moved."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from core.problems import ConsoleError
from core.vocabulary import RunMode, RunState, Trigger
from imports import queries
from imports.actions import confirm_run, start_run
from imports.models import Run
from imports.undoing.actions import start_undo
from imports.undoing.scope import Figures
from schools.writer import edit_person
from tests.imports_undo.conftest import EVERY_TYPE, night, tried, undo
from tests.imports_undo.test_exact import updated
from tests.world import ADMIN, World

pytestmark = pytest.mark.django_db(transaction=True)


def refusal(run: Run) -> str:
    with pytest.raises(ConsoleError) as refused:
        start_undo(run=run, by=ADMIN)
    return refused.value.sentence


def queued(here: World) -> Run:
    return start_run(
        district=here.district, mode=RunMode.LIVE, data_types=EVERY_TYPE, requested_by=ADMIN
    ).run


def test_C10_refused_in_plain_words(maple: World) -> None:
    first = Run.objects.get()
    quiet = night(maple)
    assert "changed nobody" in refusal(quiet)
    assert "was a test" in refusal(maple.test(EVERY_TYPE))
    on = queued(maple)
    assert f"Run #{on.pk} is still on" in refusal(on)
    assert f"Run #{on.pk} is going on" in refusal(first), "another run is on"
    Run.objects.filter(pk=on.pk).update(state=RunState.FAILED)
    on.refresh_from_db()
    assert "wrote nothing" in refusal(on)
    Run.objects.filter(pk=on.pk).delete()
    undone = undo(maple, first)
    assert f"undone already, by run #{undone.pk}" in refusal(first)
    again = undo(maple, undone)
    third = undo(maple, first)
    assert f"by run #{third.pk}" in refusal(first), "undone, back, and undone again"
    assert f"by run #{again.pk}" in refusal(undone)


def test_C10_F82_refused_when_the_details_are_purged(maple: World) -> None:
    run = Run.objects.get()
    Run.objects.update(purged_at=timezone.now() - timedelta(days=1))
    run.refresh_from_db()
    said = refusal(run)
    day = timezone.now().astimezone(ZoneInfo(run.district.time_zone)) - timedelta(days=1)
    assert f"The details of run #{run.pk} were purged on {day:%b} {day.day}, {day.year}: " in said
    assert "kept for 400 days" in said


def test_C10_the_test_of_an_undo_writes_nothing_and_is_no_test_import(maple: World) -> None:
    updated(maple)
    run, after = night(maple), maple.digest()
    test = tried(maple, run)
    assert test.state == RunState.TESTED
    assert "would take back the changes of 3 people" in test.message
    assert maple.digest() == after
    assert queries.last_test(maple.district) is None
    assert queries.test_named(maple.district, test.pk) is None
    undone = undo(maple, run)
    columns = ("action", "person_id", "before", "after", "exception", "why")
    plans = [
        [tuple(getattr(row, c) for c in columns) for row in maple.rows(r)] for r in (test, undone)
    ]
    assert plans[0] == plans[1], "what was shown is what is written"


def test_C10_an_undo_that_comes_to_more_than_was_shown_waits(maple: World) -> None:
    before = maple.digest()
    updated(maple)
    run = night(maple)
    person = maple.person(maple.students()[0])
    edit_person(person_id=person.pk, changes={"first_name": "Mari"}, by=ADMIN)
    waits = undo(maple, run, seen=Figures(back=3, conflicts=0))
    assert waits.state == RunState.READY
    assert "Nothing was undone yet" in waits.message
    assert "now it would be 2 people, with 1 in conflict" in waits.message
    assert confirm_run(run=waits, by=ADMIN)
    done = maple.drive(waits)
    assert done.state == RunState.COMPLETED
    assert done.counts["student"] == {"update": 2, "conflict": 1}
    assert before != maple.digest()


def test_C10_an_edit_between_plan_and_apply_is_kept(maple: World, at: Callable[..., None]) -> None:
    updated(maple)
    run = night(maple)
    person = maple.person(maple.students()[0])

    def edit() -> None:
        edit_person(person_id=person.pk, changes={"first_name": "Mari"}, by=ADMIN)

    at("apply.begins", edit)
    done = undo(maple, run)
    assert done.state == RunState.COMPLETED_WITH_ERRORS
    assert "1 person changed here just meanwhile" in done.message
    person.refresh_from_db()
    assert person.first_name == "Mari"
    assert not Run.objects.filter(trigger=Trigger.FOLLOW_UP).exists(), "a sync is no undo"
    assert undo(maple, run).counts["student"] == {"conflict": 1}


def test_C10_the_command_undoes_and_tests(maple: World) -> None:
    before = maple.digest()
    updated(maple)
    run, after = night(maple), maple.digest()
    out = StringIO()
    call_command("undo_run", run.pk, "--test", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["state"], told["mode"], told["counts"]["student"]["update"]) == (
        "TESTED",
        "TEST",
        3,
    )
    assert maple.digest() == after
    out = StringIO()
    call_command("undo_run", run.pk, stdout=out)
    assert out.getvalue() == "The changes of 3 people were taken back.\n"
    assert maple.digest() == before
    with pytest.raises(CommandError, match="undone already"):
        call_command("undo_run", run.pk)
    with pytest.raises(CommandError, match="There is no run 999999"):
        call_command("undo_run", 999_999)
