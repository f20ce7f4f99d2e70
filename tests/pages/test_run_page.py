"""One run: its log step by step, what to do about problems, changed settings, the file."""

import pytest
from django.test import Client
from django.urls import reverse

from clever_sync.models import Pull
from core.vocabulary import RunState
from imports.models import Run, RunEvent
from mappings.models import Ruleset, SchoolMatch
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene


def page(run: Run) -> str:
    return reverse("run", args=["maple", run.pk])


def log_of(run: Run) -> str:
    return reverse("run_log", args=["maple", run.pk])


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def worked(scene: Scene) -> Run:
    """The finished run with everything that it noted on its way."""
    run = scene.runs["done"]
    pull = Pull.objects.latest("pk")
    Pull.objects.filter(pk=pull.pk).update(
        requests=14, started_at=run.created_at, finished_at=run.finished_at
    )
    Run.objects.filter(pk=run.pk).update(
        pull=pull, now=run.created_at, rests=2,
        seconds={"pull": 31.5, "plan": 12.0, "check": 1.5, "apply": 4.0},
    )  # fmt: skip
    RunEvent.objects.create(run=run, district=run.district, kind="alerts", details={"count": 2})
    run.refresh_from_db()
    return run


def test_A61_log_tells_each_step_with_its_time(maple: Scene, alice: Client) -> None:
    answer = alice.get(page(worked(maple)))
    story = answer.context["story"]
    assert [moment.label for moment in story] == [
        "Queued", "Validation in Progress", "Reading Clever", "Comparing records",
        "Checking the plan", "Rested", "Alerts were raised", "Importing", "Completed with errors",
    ]  # fmt: skip
    shown = answer.content.decode()
    for words in (f"by {scenes.ALICE}", "14 requests to Clever", "took 32 s", "2 times, for 15",
                  "1,253 changes were written", "kept 400 days", "Times are those of"):  # fmt: skip
        assert words in shown


def test_A61_run_that_waits_for_its_next_attempt_says_when(maple: Scene, alice: Client) -> None:
    running = scenes.running_now(maple.district)
    Run.objects.filter(pk=running.pk).update(rests=1, attempts=2, message="Waiting for Clever.")
    labels = [moment.label for moment in alice.get(page(running)).context["story"]]
    assert labels[-3:] == ["Rested", "Started again", "Goes on by itself"]


def test_A52_done_leaves_while_it_runs(maple: Scene, alice: Client) -> None:
    running = scenes.running_now(maple.district)
    shown = text(alice, page(running))
    assert "It goes on when you leave this page." in shown
    assert "Done</a>" in shown
    assert "Done</a>" not in text(alice, page(maple.runs["done"]))


def test_A61_problem_leads_to_its_people(maple: Scene, alice: Client) -> None:
    shown = text(alice, page(maple.runs["done"]))
    assert "?problem=last_name_missing#plan" in shown
    assert "?problem=code_unknown" not in shown, "no row was left out for it"
    rows = alice.get(page(maple.runs["done"]), {"problem": "last_name_missing"}).context["rows"]
    assert {row.row.why["reason"] for row in rows} == {"last_name_missing"}


@pytest.mark.parametrize("state", [RunState.TESTED, RunState.READY, RunState.VALIDATING])
def test_H01_settings_that_changed_since_are_told(
    maple: Scene, alice: Client, state: RunState
) -> None:
    run = scenes.run_row(maple.district, "live", state, hours=0)
    assert "Settings were changed since" not in text(alice, page(run))
    old = Ruleset.objects.get(district=maple.district, data_type="student", state="active")
    Ruleset.objects.filter(pk=old.pk).update(state="retired")
    Ruleset.objects.create(district=maple.district, data_type="student", version=8, state="active")
    SchoolMatch.objects.filter(district=maple.district).first().delete()  # type: ignore[union-attr]
    shown = text(alice, page(run))
    assert f"Students: this run uses version {old.version} of the settings" in shown
    assert "version 8 applies from the next run on" in shown
    assert "School matches were changed since" in shown
    assert "Settings were changed since" not in text(alice, page(maple.runs["done"]))


def test_A60_list_cancels_the_run_that_is_on(maple: Scene, alice: Client, bob: Client) -> None:
    operations = reverse("operations", args=["maple"])
    assert 'id="running"' not in text(alice, operations)
    running = scenes.running_now(maple.district)
    cancel = reverse("run_cancel", args=["maple", running.pk])
    shown = text(alice, operations)
    assert f'action="{cancel}"' in shown
    assert "7,900 of 12,450" in shown
    assert "then either all of it is written, or nothing" in shown
    assert f'action="{cancel}"' not in text(bob, operations)
    alice.post(cancel)
    running.refresh_from_db()
    assert running.state == RunState.CANCELLING


def test_B54_list_leads_to_view_and_download_of_the_full_sync(maple: Scene, alice: Client) -> None:
    done = maple.runs["done"]
    shown = text(alice, reverse("operations", args=["maple"]) + "?kind=click")
    assert f"Clever Full Sync #{done.pk}" in shown
    assert f'href="{page(done)}" aria-label="View Log of Clever Full Sync' in shown
    assert f'href="{log_of(done)}" aria-label="Download log of Clever Full Sync' in shown
    assert "kept 400 days" in shown


def test_log_is_not_for_everybody(maple: Scene, bob: Client, charlie: Client) -> None:
    done = maple.runs["done"]
    assert bob.get(log_of(done)).status_code == 403
    for client in (charlie, signed_in(scenes.LEE), signed_in(scenes.SAM)):
        assert client.get(log_of(done)).status_code == 404
    assert log_of(done) not in text(bob, page(done))


def test_run_page_with_hostile_message_stays_text(maple: Scene, alice: Client) -> None:
    nasty = "<script>alert(1)</script>"
    Run.objects.filter(pk=maple.runs["done"].pk).update(message=nasty, requested_by=nasty)
    assert nasty not in text(alice, page(maple.runs["done"]))
