"""Import Summary: every step, the last test, Start Import and why it is refused (A46 to A52)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clever_sync.models import Connection
from core.vocabulary import DataType, Policy, RunMode, RunState
from imports.actions import start_run
from imports.models import Run, Schedule
from mappings.actions import publish
from mappings.models import SchoolMatch
from mappings.queries import active_specs
from mappings.spec import FieldSpec
from notifications.models import Recipient
from schools.models import RosterSource
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.pages.scenes_sources import from_powerschool, mirror

PAGE = reverse("import_summary", args=["maple"])
START = reverse("start_import", args=["maple"])
TEST = reverse("test_import", args=["maple"])


@pytest.fixture
def fresh(maple: Scene) -> Scene:
    """A district whose test has finished and whose first import is still to come."""
    Schedule.objects.filter(district=maple.district).update(first_import_at=None)
    return maple


def summary(client: Client, address: str = PAGE, **asked: Any) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def states(client: Client) -> dict[str, str]:
    return {step.label: step.state for step in client.get(PAGE).context["s"].steps}


def change_a_rule(scene: Scene) -> None:
    """Somebody maps the e-mail address no more."""
    (spec,) = active_specs(scene.district, [DataType.STUDENT])
    fields = tuple(
        FieldSpec("email", "", Policy.DO_NOT_IMPORT) if rule.field == "email" else rule
        for rule in spec.fields
    )
    publish(district=scene.district, spec=replace(spec, fields=fields), by="a")


def test_A47_every_step_is_done_or_missing_with_the_page_that_mends_it(
    fresh: Scene, alice: Client
) -> None:
    found = states(alice)
    assert found["Clever Data Integration Setup"] == "done"
    assert found["Matching Clever School"] == "look"  # one school has no answer, which is no block
    assert found["Manage Email Notifications"] == "look"
    assert found["Test Import"] == "done"
    Recipient.objects.create(district=fresh.district, data_type="student", email="a@maple.example")
    Connection.objects.update(state="waiting", enabled=False)
    SchoolMatch.objects.all().delete()
    found = states(alice)
    assert found["Manage Email Notifications"] == "done"
    for label in ("Clever Data Integration Setup", "Matching Clever School", "Enable Clever"):
        assert found[label] == "missing"
    page = summary(alice)
    assert "Start Import is blocked until" in page
    assert "your sites must be mapped to sync" in page.lower()
    assert START not in page


def test_A46_start_is_blocked_while_another_integration_is_on(fresh: Scene, alice: Client) -> None:
    from_powerschool(fresh.district)
    page = summary(alice)
    assert "PowerSchool SIS still delivers records" in page
    assert reverse("switch_source", args=["maple"]) in page
    assert START not in page
    refused = alice.post(START)
    assert refused.status_code == 409
    assert "Records still arrive from PowerSchool SIS" in refused.content.decode()
    assert not Run.objects.filter(mode=RunMode.LIVE, state=RunState.QUEUED).exists()
    # A test changes nothing, so it may look before the old integration is off.
    assert alice.post(TEST, {"data_types": ["student"]}).status_code == 303
    assert Run.objects.filter(mode=RunMode.TEST, state=RunState.QUEUED).count() == 1


def test_A46_files_are_no_obstacle(fresh: Scene, alice: Client) -> None:
    RosterSource.objects.create(district=fresh.district, system="files")
    RosterSource.objects.create(district=fresh.district, system="none", state="off")
    assert states(alice)["Other integrations are disabled"] == "done"
    assert alice.post(START).status_code == 303


def test_A48_the_last_test_is_shown_with_what_it_would_do(fresh: Scene, alice: Client) -> None:
    test = fresh.runs["test"]
    page = summary(alice)
    assert "1,204" in page
    assert f"{reverse('run', args=['maple', test.pk])}?action=create#plan" in page
    assert "A test changes no record" in page
    assert "Unusually many leavers" in page
    assert "more than 10 % or more than 500 people" in page


def test_A49_types_are_chosen_and_a_test_may_be_repeated(fresh: Scene, alice: Client) -> None:
    assert summary(alice).count('name="data_types" value="staff"') == 1
    for number in range(3):
        answer = alice.post(TEST, {"data_types": ["student", "staff"]})
        run = Run.objects.latest("pk")
        assert answer["Location"] == reverse("run", args=["maple", run.pk])
        assert run.data_types == ["student", "staff"]
        assert Run.objects.filter(mode=RunMode.TEST).count() == 2 + number
        Run.objects.filter(pk=run.pk).update(state=RunState.TESTED, finished_at=timezone.now())


def test_A50_A51_A52_start_shows_validation_in_progress_and_done_leaves(
    fresh: Scene, alice: Client
) -> None:
    test = fresh.runs["test"]
    assert f'name="test" value="{test.pk}"' in summary(alice)
    answer = alice.post(START, {"test": test.pk}, follow=True)
    run = Run.objects.latest("pk")
    assert (run.mode, run.tested_run_id) == ("live", test.pk)
    assert answer.redirect_chain == [(reverse("run", args=["maple", run.pk]), 303)]
    Run.objects.filter(pk=run.pk).update(state=RunState.VALIDATING, step="pulling")
    overview = reverse("overview", args=["maple"])
    for address in (PAGE, reverse("run", args=["maple", run.pk])):
        page = summary(alice, address)
        assert "Validation in Progress" in page
        assert f'<a class="button primary" href="{overview}">' in page
        assert "Done</a>" in page
    assert "Validation in Progress" in summary(alice, overview)
    Run.objects.filter(pk=run.pk).update(state=RunState.READY)
    assert "Validation in Progress" not in summary(alice)


def test_H02_a_changed_rule_is_named_field_by_field_and_must_be_tested_again(
    fresh: Scene, alice: Client
) -> None:
    change_a_rule(fresh)
    page = summary(alice)
    assert "Settings or matched schools were changed after that test" in page
    assert "Test again" in page
    assert START not in page
    refused = alice.post(START, {"test": fresh.runs["test"].pk})
    text = " ".join(refused.content.decode().split())
    assert refused.status_code == 409
    assert "<del>Email</del>" in text
    assert "<ins>Do Not Import</ins>" in text
    assert text.count("<del>") == 1
    assert "Test again" in text
    assert not Run.objects.filter(mode=RunMode.LIVE, state=RunState.QUEUED).exists()


def test_H02_changed_matches_are_refused(fresh: Scene, alice: Client) -> None:
    SchoolMatch.objects.first().delete()  # type: ignore[union-attr]
    refused = alice.post(START)
    assert refused.status_code == 409
    assert "changed since" in refused.content.decode()
    assert not Run.objects.filter(mode=RunMode.LIVE, state=RunState.QUEUED).exists()


def test_H02_a_test_of_yesterday_is_refused(fresh: Scene, alice: Client) -> None:
    old = timezone.now() - timedelta(hours=25)
    Run.objects.filter(pk=fresh.runs["test"].pk).update(finished_at=old)
    refused = alice.post(START)
    assert refused.status_code == 409
    assert "more than 24 hours old" in refused.content.decode()
    assert "No setting was changed since the test" in refused.content.decode()
    assert "more than 24 hours old" in summary(alice)


def test_H04_a_second_start_opens_the_run_that_is_on(fresh: Scene, alice: Client) -> None:
    first = alice.post(START, {"test": fresh.runs["test"].pk})
    again = alice.post(START, {"test": fresh.runs["test"].pk}, follow=True)
    assert again.redirect_chain == [(first["Location"], 303)]
    assert "A run is already running; this is it." in again.content.decode()
    another = alice.post(TEST, {"data_types": ["student"]}, follow=True)
    assert another.redirect_chain == [(first["Location"], 303)]
    assert Run.objects.filter(state=RunState.QUEUED).count() == 1
    page = summary(alice)
    assert "Already running" in page
    assert START not in page


def test_H04_a_form_sent_again_after_the_import_starts_nothing(fresh: Scene, alice: Client) -> None:
    first = alice.post(START, {"test": fresh.runs["test"].pk})
    Run.objects.filter(state=RunState.QUEUED).update(state=RunState.COMPLETED)
    again = alice.post(START, {"test": fresh.runs["test"].pk}, follow=True)
    assert again.redirect_chain == [(first["Location"], 303)]
    assert "This test was imported already" in again.content.decode()
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_C04_start_is_blocked_while_most_would_not_be_recognised(
    fresh: Scene, alice: Client
) -> None:
    from_powerschool(fresh.district, state="off")
    mirror(fresh.district, shifted=True)
    page = summary(alice)
    assert "would be found in Clever; the others would be made a second time" in page
    assert states(alice)["Student ID"] == "missing"
    refused = alice.post(START)
    assert refused.status_code == 409
    assert "Only 0 % of the students here would be found" in refused.content.decode()
    RosterSource.objects.update(verified_source="student.sis_id")
    assert states(alice)["Student ID"] == "done"
    assert alice.post(START).status_code == 303


def test_A14_start_waits_until_the_student_id_is_verified(fresh: Scene, alice: Client) -> None:
    RosterSource.objects.create(district=fresh.district, system="sif", state="off")
    assert "Nobody has verified" not in summary(alice)
    assert states(alice)["Student ID"] == "missing"
    assert "will be scrambled" in alice.post(START).content.decode()
    RosterSource.objects.update(verified_source="student.sis_id")
    assert alice.post(START).status_code == 303


def test_A14_after_the_first_import_nobody_is_asked_for_the_student_id(
    maple: Scene, alice: Client
) -> None:
    RosterSource.objects.create(district=maple.district, system="sif", state="off")
    assert states(alice)["Student ID"] == "done"
    assert alice.post(START).status_code == 303


@pytest.mark.parametrize("named", ["", "0", "-1", "x\x00", "9" * 40, "1e9", "<b>"])
def test_hostile_test_numbers_start_nothing_wrong(fresh: Scene, alice: Client, named: str) -> None:
    answer = alice.post(START, {"test": named, "extra": "x"})
    assert answer.status_code == 303
    started = Run.objects.filter(state=RunState.QUEUED)
    assert started.count() == (1 if named == "" else 0)


def test_another_districts_test_starts_nothing(fresh: Scene, juniper: Scene, alice: Client) -> None:
    answer = alice.post(
        reverse("start_import", args=["juniper"]), {"test": fresh.runs["test"].pk}, follow=True
    )
    assert "Press Test Import first" in answer.content.decode()
    assert not Run.objects.filter(state=RunState.QUEUED).exists()


def test_who_may_not_import_reads_only(
    fresh: Scene, bob: Client, charlie: Client, alice: Client
) -> None:
    page = summary(bob)
    assert START not in page
    assert TEST not in page
    assert "Owners and import admins of the district" in page
    assert bob.post(START).status_code == 403
    assert charlie.get(PAGE).status_code == 404
    assert "1 missing" not in summary(alice, PAGE, data_types="nonsense\x00")


def test_A47_a_first_day_shows_everything_missing(juniper: Scene, alice: Client) -> None:
    page = summary(alice, reverse("import_summary", args=["juniper"]))
    assert "No test yet" in page
    assert "Support has not enabled the integration yet" in page
    assert "There are rules for everything" not in page


def test_queries_do_not_grow_with_people(alice: Client) -> None:
    def count(slug: str, name: str = "import_summary") -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(reverse(name, args=[slug])).status_code == 200
        return len(captured)

    small = scenes.full("small", students=10, teachers=2)
    large = scenes.full("large", students=400, teachers=60)
    for scene in (small, large):
        mirror(scene.district, shifted=False)
    assert count("small") == count("large") == 31
    assert count("small", "match_rates") == count("large", "match_rates") == 31


def test_H04_start_run_answers_with_the_import_that_used_the_test(fresh: Scene) -> None:
    wanted: dict[str, Any] = {
        "district": fresh.district, "mode": RunMode.LIVE, "requested_by": scenes.ALICE,
        "data_types": [DataType.STUDENT, DataType.TEACHER], "tested_run": fresh.runs["test"],
    }  # fmt: skip
    first = start_run(**wanted)
    Run.objects.filter(pk=first.run.pk).update(state=RunState.FAILED)
    second = start_run(**wanted)
    assert second.created
    Run.objects.filter(pk=second.run.pk).update(state=RunState.COMPLETED)
    third = start_run(**wanted)
    assert (third.created, third.run.pk) == (False, second.run.pk)
