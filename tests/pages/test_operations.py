"""Operations Management and one run's page: lists, filters, progress, plan rows, buttons."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.vocabulary import Action, RunState
from imports.changes import PAGE
from imports.models import Hold, PlannedChange, Run
from tests.pages import scenes
from tests.pages.scenes import Scene

OPERATIONS = reverse("operations", args=["maple"])


def numbers(client: Client, **asked: Any) -> list[int]:
    return [shown.run.pk for shown in client.get(OPERATIONS, asked).context["runs"]]


def page(scene: Scene, run: str = "done") -> str:
    return reverse("run", args=["maple", scene.runs[run].pk])


def test_A60_all_runs_stand_newest_first(maple: Scene, alice: Client) -> None:
    everything = list(Run.objects.order_by("-pk").values_list("pk", flat=True))
    assert numbers(alice) == everything
    assert len(everything) == 15


def test_A60_runs_are_filtered_by_kind_state_and_day(maple: Scene, alice: Client) -> None:
    done, test = maple.runs["done"].pk, maple.runs["test"].pk
    assert numbers(alice, kind="test") == [test]
    assert numbers(alice, kind="click") == [done]
    assert len(numbers(alice, kind="schedule")) == 13
    assert numbers(alice, state="completed_with_errors") == [done]
    assert numbers(alice, state="active") == []
    running = scenes.running_now(maple.district)
    assert numbers(alice, state="active") == [running.pk]
    old = Run.objects.order_by("pk")[0]
    day = (old.created_at - timedelta(hours=7)).date().isoformat()
    assert numbers(alice, until=day) == [old.pk]
    assert old.pk not in numbers(alice, since=(timezone.now() - timedelta(days=5)).date())


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "30/30/30"}, "From: choose a day"),
        ({"until": "\x00"}, "To: choose a day"),
        ({"kind": "x"}, "Kind: choose one of the list."),
        ({"state": "\x00"}, "State: choose one of the list."),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "To: choose the same day as From"),
    ],
)
def test_bad_filter_is_named_and_changes_nothing(
    maple: Scene, alice: Client, asked: dict[str, str], field: str
) -> None:
    answer = alice.get(OPERATIONS, asked)
    assert answer.status_code == 200
    assert field in answer.content.decode()
    assert len(answer.context["runs"]) == 15


def test_A60_older_runs_stand_on_the_next_page(maple: Scene, alice: Client) -> None:
    for _ in range(20):
        scenes.test(maple.district)
    first = alice.get(OPERATIONS)
    assert len(first.context["runs"]) == 25
    second = alice.get(OPERATIONS, {"before": first.context["next"]})
    together = [shown.run.pk for answer in (first, second) for shown in answer.context["runs"]]
    assert together == list(Run.objects.order_by("-pk").values_list("pk", flat=True))
    assert second.context["next"] is None


def test_A61_run_page_shows_counts_problems_holds_and_alerts(maple: Scene, alice: Client) -> None:
    answer = alice.get(page(maple))
    text = answer.content.decode()
    for words in ("1,204", "1,253 changes were written", "64 of 640", "may already exist here"):
        assert words in text
    assert "Clever sends TK for Level" in text  # the explanation, with field and value
    assert "Fixed in your SIS" in text  # and who can do something about it
    lines = {line.label: line.counts for line in answer.context["run"].table}
    assert lines["Create"] == [31, 0]
    assert lines["Held"] == [64, 0]


def test_A62_plan_rows_show_old_and_new_values(maple: Scene, alice: Client) -> None:
    text = alice.get(page(maple), {"action": "move"}).content.decode()
    change = PlannedChange.objects.filter(run=maple.runs["done"], action=Action.MOVE).first()
    assert change
    old = next(school for school in maple.schools if school.pk == change.before["site"])
    new = next(school for school in maple.schools if school.pk == change.after["site"])
    assert f"<del>{old.name} ({old.site_code})</del>" in text
    assert f"<ins>{new.name} ({new.site_code})</ins>" in text


def shown(client: Client, scene: Scene, **asked: Any) -> list[PlannedChange]:
    answer = client.get(page(scene), asked)
    return [row.row for row in answer.context["rows"]]


def test_A62_plan_rows_are_filtered(maple: Scene, alice: Client) -> None:
    everything = PlannedChange.objects.filter(run=maple.runs["done"])
    school = maple.schools[0]
    assert {row.action for row in shown(alice, maple, action="create")} == {"create"}
    assert shown(alice, maple, data_type="teacher") == []
    at_school = shown(alice, maple, school=school.pk)
    assert at_school
    assert all(school.pk in (row.school, row.old_school) for row in at_school)
    with_email = shown(alice, maple, field="email")
    assert with_email
    assert all("email" in row.after for row in with_email)
    held = shown(alice, maple, outcome="held")
    assert {row.exception for row in held} == {"held"}
    assert len(shown(alice, maple, outcome="any")) == everything.exclude(exception=None).count()


def test_A62_plan_rows_are_paged_without_gap_or_double(maple: Scene, alice: Client) -> None:
    run = maple.runs["done"]
    PlannedChange.objects.bulk_create(
        PlannedChange(run=run, data_type="student", action=("update", "create")[n % 2])
        for n in range(2 * PAGE)
    )
    seen: list[int] = []
    asked: dict[str, Any] = {}
    while True:
        answer = alice.get(page(maple), asked)
        seen += [row.row.pk for row in answer.context["rows"]]
        last = answer.context["next"]
        if last is None:
            break
        asked = {"after": last.pk, "after_action": last.action}
    assert sorted(seen) == sorted(run.changes.values_list("pk", flat=True))
    assert len(seen) == len(set(seen))


def test_A62_plan_rows_are_filtered_by_the_problem_that_left_people_out(
    maple: Scene, alice: Client
) -> None:
    answer = alice.get(page(maple))
    offered = [code for code, _ in answer.context["form"].fields["problem"].choices]
    assert offered == ["", "last_name_missing", "likely_duplicate"]
    missing = shown(alice, maple, problem="last_name_missing")
    assert missing
    assert {row.action for row in missing} == {"reject"}
    assert [row.action for row in shown(alice, maple, problem="likely_duplicate")] == ["conflict"]
    wrong = alice.get(page(maple), {"problem": "date_invalid"}).context["form"]
    assert wrong.errors["problem"] == ["Problem: choose one of the list."]


def test_C09_holds_of_one_cause_and_school_are_one_notice_with_its_figures(
    maple: Scene, alice: Client
) -> None:
    scenes.hold(maple.runs["done"], "teacher", 3, maple.schools[0])
    scenes.hold(maple.runs["done"], "student", 5, maple.schools[1])
    answer = alice.get(page(maple))
    held = answer.context["held"]
    assert [(one.schools, one.count) for one in held] == [
        ("Willow Creek High", 67), ("Maple Ridge High", 5)
    ]  # fmt: skip
    assert held[0].of == "64 of 640 Students, 3 of 30 Teachers"
    assert "outcome=held#plan" in answer.content.decode()
    Hold.objects.filter(data_type="teacher").update(state="approved", decided_by=scenes.ALICE)
    decided = f"Teachers: approved by {scenes.ALICE}"
    assert decided in alice.get(page(maple)).content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"school": "999999999999999999999"}, {"school": "\x00"}, {"action": "explode"},
        {"field": "\x00"}, {"after": "x", "after_action": "update"},
        {"after": "9" * 30, "after_action": "update"}, {"after": "5", "after_action": "\x00"},
        {"outcome": "' OR 1=1"},
    ],
)  # fmt: skip
def test_bad_question_to_a_plan_is_no_fault(
    maple: Scene, alice: Client, asked: dict[str, str]
) -> None:
    assert alice.get(page(maple), asked).status_code == 200


def test_school_of_another_district_is_no_filter(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    theirs = juniper.district.schools.get()
    answer = alice.get(page(maple), {"school": theirs.pk})
    assert answer.context["form"].errors["school"] == [
        "School: choose one of the district's schools."
    ]


def test_numbers_beyond_all_rows_are_not_found(maple: Scene, alice: Client) -> None:
    for name in ("run", "person"):
        assert alice.get(reverse(name, args=["maple", 10**30])).status_code == 404


def test_A60_progress_is_polled_and_polling_stops_when_finished(
    maple: Scene, alice: Client
) -> None:
    running = scenes.running_now(maple.district)
    live = reverse("run_live", args=["maple", running.pk])
    text = alice.get(reverse("run", args=["maple", running.pk])).content.decode()
    assert f'hx-get="{live}" hx-trigger="every 2s"' in text
    moving = alice.get(live)
    assert "7,900 of 12,450" in moving.content.decode()
    assert 'hx-trigger="every 2s"' in moving.content.decode()
    Run.objects.filter(pk=running.pk).update(
        state=RunState.COMPLETED, finished_at=timezone.now(), message="Done."
    )
    ended = alice.get(live)
    assert ended["HX-Refresh"] == "true"
    assert (
        "hx-trigger" not in alice.get(reverse("run", args=["maple", running.pk])).content.decode()
    )


def test_A60_cancel_stops_a_run_and_says_so(maple: Scene, alice: Client, bob: Client) -> None:
    running = scenes.running_now(maple.district)
    cancel = reverse("run_cancel", args=["maple", running.pk])
    assert bob.post(cancel).status_code == 403
    running.refresh_from_db()
    assert running.state == RunState.VALIDATING
    answer = alice.post(cancel)
    assert (answer.status_code, answer["Location"]) == (303, page_of(running))
    running.refresh_from_db()
    assert running.state == RunState.CANCELLING
    assert cancel not in alice.get(page_of(running)).content.decode()


def page_of(run: Run) -> str:
    return reverse("run", args=["maple", run.pk])


@pytest.mark.parametrize(
    ("button", "state"),
    [("run_confirm", RunState.IMPORTING), ("run_discard", RunState.DISCARDED)],
)
def test_A50_plan_that_waits_is_imported_or_discarded_once(
    maple: Scene, alice: Client, button: str, state: RunState
) -> None:
    ready = scenes.run_row(maple.district, "live", RunState.READY, hours=1)
    assert reverse(button, args=["maple", ready.pk]) in alice.get(page_of(ready)).content.decode()
    answer = alice.post(reverse(button, args=["maple", ready.pk]))
    assert (answer.status_code, answer["Location"]) == (303, page_of(ready))
    ready.refresh_from_db()
    assert ready.state == state
    again = alice.post(reverse(button, args=["maple", ready.pk]), follow=True)
    assert "does not wait for a decision any more" in again.content.decode()


def test_A48_test_says_that_no_record_was_changed(maple: Scene, alice: Client) -> None:
    text = alice.get(page(maple, "test")).content.decode()
    assert "A test: no record was changed." in text
    assert "What would change" in text
    assert "A test: no record was changed." not in alice.get(page(maple)).content.decode()


def test_nothing_is_printed_unescaped(maple: Scene, alice: Client) -> None:
    nasty = "<script>alert(1)</script>"
    run = maple.runs["done"]
    Run.objects.filter(pk=run.pk).update(message=nasty, requested_by=nasty[:254])
    PlannedChange.objects.filter(run=run, action="update").update(after={"grade": nasty})
    run.run_problems.update(value=nasty)
    text = alice.get(page(maple), {"action": "update"}).content.decode()
    assert nasty not in text
    assert text.count("&lt;script&gt;alert(1)") >= 4
