"""View Student Updates Log: what was resolved between the two systems, across all runs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.vocabulary import Action, RunMode, RunState
from imports.models import PlannedChange, Run
from imports.updates import found, log
from imports.updates.log import Update
from schools.models import LocalEdit, Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import edit

LOG = reverse("updates_log", args=["maple"])
CSV = reverse("updates_csv", args=["maple"])


def shown(client: Client, **asked: Any) -> list[Update]:
    answer = client.get(LOG, asked)
    assert answer.status_code == 200
    updates: list[Update] = answer.context["page"].updates
    return updates


def walked(client: Client, **asked: Any) -> list[Update]:
    """All pages, one after the other."""
    seen: list[Update] = []
    place: dict[str, Any] = {}
    for _ in range(200):
        page = client.get(LOG, {**asked, **place}).context["page"]
        seen += page.updates
        if page.next is None:
            return seen
        change, newest = page.next
        place = {"edit": newest or ""}
        if change:
            place |= {"run": change.run, "act": change.action, "row": change.row}
    raise AssertionError("the log has no end")


def lived(scene: Scene) -> set[int]:
    """The rows of students that the log should hold."""
    rows = PlannedChange.objects.filter(
        run__district=scene.district, run__mode=RunMode.LIVE, data_type="student"
    )
    return set(rows.values_list("pk", flat=True))


def test_A62_log_holds_the_updates_of_all_runs_newest_first(maple: Scene, alice: Client) -> None:
    seen = walked(alice)
    assert {update.row.pk for update in seen if update.row} == lived(maple)
    assert len(seen) == len(lived(maple))
    runs = [update.row.run_id for update in seen if update.row]
    assert runs == sorted(runs, reverse=True)
    assert len(set(runs)) == 5


def test_A62_line_says_who_both_values_outcome_run_and_when(maple: Scene, alice: Client) -> None:
    move = PlannedChange.objects.filter(run=maple.runs["done"], action=Action.MOVE).first()
    assert move is not None and move.person is not None
    school = {one.pk: one for one in maple.schools}
    page = alice.get(LOG, {"action": "move"}).content.decode()
    old, new = school[move.before["site"]], school[move.after["site"]]
    assert f"<del>{old.name} ({old.site_code})</del>" in page
    assert f"<ins>{new.name} ({new.site_code})</ins>" in page
    assert f'href="{reverse("person", args=["maple", move.person.pk])}"' in page
    assert f'href="{reverse("run", args=["maple", move.run_id])}"' in page
    assert "Clever decides" in page
    assert "Applied" in page
    assert scenes.ALICE in page.replace("<wbr>", "")


def test_A62_edits_made_here_stand_between_the_runs(maple: Scene, alice: Client) -> None:
    made = edit(maple.person, grade="5")
    first = shown(alice)[0]
    assert first.edit == made
    assert [(v.label, v.new) for v in first.values] == [("Level", "5")]
    assert (first.word.label, first.outcome.label, first.by) == (
        "Edited here", "Applied", scenes.ALICE
    )  # fmt: skip
    last_night = maple.runs["done"].created_at
    LocalEdit.objects.filter(pk=made.pk).update(at=last_night - timedelta(minutes=1))
    order = [update.edit is not None for update in walked(alice)]
    assert order.index(True) == PlannedChange.objects.filter(run=maple.runs["done"]).count()


def test_A62_log_is_filtered(maple: Scene, alice: Client) -> None:
    edit(maple.person, grade="5")
    done = PlannedChange.objects.filter(run=maple.runs["done"])
    school = maple.schools[0]

    def rows(**asked: Any) -> list[PlannedChange]:
        return [update.row for update in walked(alice, **asked) if update.row]

    assert {row.action for row in rows(action="create")} == {"create"}
    assert {row.exception for row in rows(outcome="held")} == {"held"}
    assert len(rows(outcome="held")) == done.filter(exception="held").count() > 0
    assert all(r.exception is None and r.action != "reject" for r in rows(outcome="applied"))
    assert {row.action for row in rows(outcome="rejected")} == {"reject"}
    assert {row.action for row in rows(outcome="alert")} == {"conflict"}
    assert all("email" in row.after for row in rows(field="email"))
    assert all(school.pk in (row.school, row.old_school) for row in rows(school=school.pk))
    assert {row.run.trigger for row in rows(kind="schedule")} == {"schedule"}
    assert {row.run_id for row in rows(kind="click")} == {maple.runs["done"].pk}
    assert rows(kind="edited") == [] and rows(action="edited") == []
    assert len(walked(alice, kind="edited")) == len(walked(alice, action="edited")) == 1
    assert rows(type="teacher") == [] and rows(type="staff") == []
    today = timezone.now().date()
    assert {r.run_id for r in rows(since=today)} <= {maple.runs["done"].pk}
    assert maple.runs["done"].pk not in {r.run_id for r in rows(until=today.replace(day=1))}


def test_A62_log_of_one_person_is_found_by_name_and_id(maple: Scene, alice: Client) -> None:
    person = maple.person
    of_person = set(PlannedChange.objects.filter(person=person.pk).values_list("pk", flat=True))
    for text in (person.sis_id, person.email, person.clever_id):
        assert {u.row.pk for u in walked(alice, q=text) if u.row} == of_person
    named = walked(alice, q=f"{person.first_name} {person.last_name}")
    assert of_person <= {u.row.pk for u in named if u.row}
    assert {u.name for u in named} == {f"{person.first_name} {person.last_name}"}
    assert [u.row.action for u in walked(alice, q=f"beef{0:020x}") if u.row] == ["conflict"]
    assert walked(alice, q="nobody at all") == []


def test_A62_more_people_than_are_looked_for_are_told(
    maple: Scene, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "PEOPLE", 2)
    answer = alice.get(LOG, {"q": "a"})
    assert "people fit this name" in answer.content.decode()
    assert len({update.person_id for update in answer.context["page"].updates}) <= 2


def test_A62_tests_and_plans_without_a_decision_say_what_they_are(
    maple: Scene, alice: Client
) -> None:
    tested = PlannedChange.objects.create(
        run=maple.runs["test"], data_type="student", action="update", person=maple.person,
        after={"grade": "4"},
    )  # fmt: skip
    assert tested.pk not in {u.row.pk for u in walked(alice) if u.row}
    assert [u.outcome.label for u in walked(alice, kind="test")] == ["Test only"]
    for state, label in ((RunState.READY, "Waiting for your decision"),
                         (RunState.DISCARDED, "Not applied")):  # fmt: skip
        run = scenes.run_row(maple.district, "live", state, hours=0)
        PlannedChange.objects.create(
            run=run, data_type="student", action="update", person=maple.person, after={"grade": "4"}
        )
        assert shown(alice)[0].outcome.label == label
    failed = scenes.run_row(maple.district, "live", RunState.FAILED, hours=0)
    row = PlannedChange.objects.create(run=failed, data_type="student", action="update")
    assert row.pk not in {u.row.pk for u in walked(alice) if u.row}


def test_A62_pages_have_no_gap_and_no_double(
    maple: Scene, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(9):
        made = edit(maple.person, grade=str(n))
        LocalEdit.objects.filter(pk=made.pk).update(at=timezone.now() - timedelta(hours=30 - 3 * n))
    whole = [(u.row and u.row.pk, u.edit and u.edit.pk) for u in walked(alice)]
    assert len(whole) == len(set(whole)) == len(lived(maple)) + 9
    monkeypatch.setattr(log, "PAGE", 4)
    assert [(u.row and u.row.pk, u.edit and u.edit.pk) for u in walked(alice)] == whole
    moves = {u.row.pk for u in walked(alice, action="move") if u.row}
    held = [u.row.pk for u in walked(alice, outcome="held") if u.row]
    monkeypatch.setattr(log, "LOOKED_AT", 3)
    assert [(u.row and u.row.pk, u.edit and u.edit.pk) for u in walked(alice)] == whole
    assert {u.row.pk for u in walked(alice, action="move") if u.row} == moves
    assert [u.row.pk for u in walked(alice, outcome="held") if u.row] == held


def test_H18_search_that_finds_nothing_among_the_newest_goes_on(
    maple: Scene, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LOOKED_AT", 3)
    answer = alice.get(LOG, {"field": "title"})
    page = answer.content.decode()
    assert "Nothing among the newest of them" in page
    assert "Look through older ones" in page
    assert walked(alice, field="title") == []


def test_A62_retention_is_said_on_the_page(maple: Scene, alice: Client, settings: Any) -> None:
    assert "Values are kept 400 days." in alice.get(LOG).content.decode()
    settings.CHANGES_KEPT_DAYS = 90
    assert "Values are kept 90 days." in alice.get(LOG).content.decode()


def test_B05_viewer_sees_the_log_masked_and_cannot_search(maple: Scene, bob: Client) -> None:
    person = maple.person
    page = bob.get(LOG).content.decode().replace("<wbr>", "")
    for secret in (person.last_name, person.email, person.sis_id, person.clever_id):
        assert str(secret) not in page
    assert "•••" in page
    assert 'name="q"' not in page
    assert len(shown(bob, q=person.sis_id)) == len(shown(bob))
    assert bob.get(CSV).status_code == 403


def test_A62_GPA_is_masked_for_who_may_not_see_it(maple: Scene, alice: Client) -> None:
    edit(maple.person, weighted_gpa="3.75")
    assert shown(alice)[0].values[0].new == "3.75"
    assert shown(signed_in(scenes.OLIVE))[0].values[0].new == "•••"


def test_C33_stranger_librarian_and_support_find_no_log(maple: Scene, charlie: Client) -> None:
    for client in (charlie, signed_in(scenes.LEE), signed_in(scenes.SAM)):
        assert client.get(LOG).status_code == 404
        assert client.get(CSV).status_code == 404


def test_log_holds_nothing_of_another_district(maple: Scene, juniper: Scene, alice: Client) -> None:
    edit(maple.person, grade="5")
    theirs = reverse("updates_log", args=["juniper"])
    answer = alice.get(theirs, {"school": maple.schools[0].pk})
    assert answer.context["page"].updates == []
    assert answer.context["form"].errors["school"] == [
        "School: choose one of the district's schools."
    ]
    done = maple.runs["done"]
    place: dict[str, Any] = {"run": done.pk + 9, "act": "update", "row": 2**40, "edit": 2**40}
    assert alice.get(theirs, place).context["page"].updates == []
    assert alice.get(theirs, {"q": str(maple.person.sis_id)}).context["page"].updates == []


@pytest.mark.parametrize("parameter", ["q", "school", "field", "action", "outcome", "kind",
                                       "since", "until", "type", "run", "edit"])  # fmt: skip
@pytest.mark.parametrize("value", ["%00", "9" * 30, "%ED%A0%80", "x" * 4000, "9999-12-31",
                                   "0001-01-01", "' OR 1=1", "<script>"])  # fmt: skip
def test_no_question_makes_the_log_fail(
    maple: Scene, alice: Client, parameter: str, value: str
) -> None:
    answer = alice.get(f"{LOG}?{parameter}={value}&act=%00&row=x")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().replace('<script src="', "")


def test_queries_of_the_log_do_not_grow(maple: Scene, alice: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(LOG).status_code == 200
        return len(captured)

    few = queries()
    scenes.plan(maple.runs["done"], maple.schools, 60)
    for run in Run.objects.filter(trigger="schedule")[:8]:
        scenes.history(maple.person, run, maple.schools)
    for person in Person.objects.filter(kind="student")[:20]:
        edit(person, grade="5")
    assert queries() == few == 12


def test_H12_field_that_was_kept_stands_in_the_log(
    maple: Scene, alice: Client, bob: Client
) -> None:
    kept = {"email": {"here": "mine@maple.example", "clever": "its@clever.example", "by": "lock"}}
    row = PlannedChange.objects.filter(run=maple.runs["done"], action="update")[0]
    PlannedChange.objects.filter(pk=row.pk).update(why={"kept": kept})
    assert [u.row.pk for u in walked(alice, outcome="kept") if u.row] == [row.pk]
    assert len(walked(alice, outcome="kept", field="email")) == 1
    assert walked(alice, outcome="kept", field="grade") == []
    for address in (LOG, reverse("run", args=["maple", maple.runs["done"].pk]) + "?action=update"):
        page = alice.get(address).content.decode().replace("<wbr>", "")
        assert "kept: mine@maple.example" in page
        assert "(Clever: its@clever.example; locked here)" in page
        assert "mine@" not in bob.get(address).content.decode()
