"""The pages of an undo: figures first, the password again, and both runs that name each other."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from core.vocabulary import RunMode, RunState, Trigger
from imports.models import PlannedChange, Run, Schedule
from imports.undoing import preview
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import LEE, OLIVE, PASSWORD, SAM, Scene
from tests.pages.scenes_undo import edited, undo_of, wrong_domain


@pytest.fixture
def run(maple: Scene) -> Run:
    """A run of 20 people, of whom 3 were edited since."""
    made = wrong_domain(maple, 20)
    edited(made, 3)
    return made


def address(run: Run, name: str = "run_undo") -> str:
    return reverse(name, args=["maple", run.pk])


def press(client: Client, run: Run, **sent: Any) -> str:
    """What stands on the page after Undo was pressed; the figures are those of the page."""
    given = {"act": "undo", "back": 17, "conflicts": 3, "pause": "", "password": PASSWORD}
    answer = client.post(address(run), {**given, **sent}, follow=True)
    assert answer.status_code == 200
    return said(answer)


def look(client: Client, run: Run, **asked: Any) -> str:
    answer = client.get(address(run), asked)
    assert answer.status_code == 200
    return said(answer)


def undos() -> list[Run]:
    return list(Run.objects.filter(trigger=Trigger.UNDO).order_by("pk"))


def test_C10_the_page_says_with_figures_what_will_happen(
    maple: Scene, alice: Client, run: Run
) -> None:
    shown = look(alice, run)
    assert "takes back the changes of 17 people" in shown
    assert "17</strong> records get their old values back" in shown
    assert "3 people were changed since" in shown
    assert shown.count("Edited here since") == 3
    assert "The next sync would do the same again" in shown
    assert "are kept for 400 days" in shown
    assert undos() == [], "nothing is begun by looking"


def test_C10_undo_starts_a_run_of_its_own(maple: Scene, alice: Client, run: Run) -> None:
    shown = press(alice, run)
    (undo,) = undos()
    assert (undo.mode, undo.state, undo.undoes) == (RunMode.LIVE, RunState.QUEUED, run)
    assert undo.requested_by == scenes.ALICE
    assert undo.scope == {"seen": {"back": 17, "conflicts": 3}}
    assert f"Undo #{undo.pk}" in shown and "This run undoes" in shown
    assert AuditEvent.objects.get(verb="undo started").details == {"of": run.pk}
    assert "is going on" in press(alice, run)
    assert f"Run #{undo.pk} is going on" in look(alice, run)
    assert len(undos()) == 1


def test_C10_both_runs_name_each_other(maple: Scene, alice: Client, run: Run) -> None:
    undo = undo_of(run, RunState.COMPLETED)
    shown = said(alice.get(address(run, "run")))
    assert "This run was undone</strong> by" in shown and address(undo, "run") in shown
    assert "the run can be undone" not in shown
    shown = said(alice.get(address(undo, "run")))
    assert "This run undoes" in shown and address(run, "run") in shown
    assert "In conflict, kept" in shown and "outcome=conflict" in shown
    assert "the run can be undone" in shown
    again = undo_of(undo, RunState.COMPLETED)
    shown = said(alice.get(address(run, "run")))
    assert "This run was undone</strong>" not in shown
    assert "undone itself" in shown and address(again, "run") not in shown
    undo_of(run, RunState.COMPLETED, scope={"field": "email"})
    shown = said(alice.get(address(run, "run")))
    assert "A part of this run was undone" in shown and "only Email" in shown


def test_C10_an_undo_that_waits_says_would_and_one_that_ended_says_that_it_did_nothing(
    maple: Scene, alice: Client, run: Run
) -> None:
    undo = undo_of(run, RunState.READY)
    shown = said(alice.get(address(undo, "run")))
    assert "This run would undo" in shown and address(run, "run") in shown
    assert "Nothing is undone before it is approved." in shown and "would be kept" in shown
    assert "undoes" not in shown
    for state in (RunState.DISCARDED, RunState.CANCELLED, RunState.FAILED):
        Run.objects.filter(pk=undo.pk).update(state=state)
        shown = said(alice.get(address(undo, "run")))
        assert "This run was to undo" in shown and "Nothing was undone by it." in shown
    Run.objects.filter(pk=undo.pk).update(state=RunState.COMPLETED)
    assert "This run undoes" in said(alice.get(address(undo, "run")))


def test_C10_the_password_again(maple: Scene, alice: Client, run: Run) -> None:
    assert "That is not your password. Nothing was undone." in press(alice, run, password="guess")
    assert "Type your password" in press(alice, run, password="")
    assert "Look at the figures first" in press(alice, run, back="")
    assert "Press Undo, or Test the undo" in press(alice, run, act="<b>")
    assert undos() == []


def test_C10_the_test_of_an_undo_asks_for_no_password_and_leads_back(
    maple: Scene, alice: Client, run: Run
) -> None:
    assert "Test of an undo" in press(alice, run, act="test", password="", back="")
    (begun,) = undos()
    assert (begun.mode, begun.state, begun.scope) == (RunMode.TEST, RunState.QUEUED, {})
    Run.objects.filter(pk=begun.pk).delete()
    test = undo_of(run, RunState.TESTED, scope={"field": "email"})
    back = f"{address(run)}?test={test.pk}"
    assert back in said(alice.get(address(test, "run")))
    shown = look(alice, run, test=test.pk)
    assert f"As the test #{test.pk} found" in shown and "of 6 people" in shown
    press(alice, run, test=test.pk, back=6)
    assert undos()[1].scope == {"field": "email", "seen": {"back": 6, "conflicts": 3}}


def test_C10_a_run_of_very_many_people_is_looked_at_by_a_test(
    maple: Scene, alice: Client, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "AT_ONCE", 19)
    shown = look(alice, run)
    assert "This run changed very many people" in shown
    assert "Undo 17 changes" not in shown
    person = PlannedChange.objects.filter(run=run).latest("pk").person_id
    assert "of 1 person" in look(alice, run, person=person), "one person is quick in any run"


def test_C10_limited_to_a_school_a_person_a_field(maple: Scene, alice: Client, run: Run) -> None:
    rows = PlannedChange.objects.filter(run=run)
    row = rows.latest("pk")
    others = rows.filter(school=row.school).exclude(pk__in=rows.order_by("pk")[:3]).count()
    shown = look(alice, run, school=row.school)
    assert f"of {others} " in shown and "The whole run</a>" in shown
    assert "Nothing would be undone." in look(alice, run, field="username")
    press(alice, run, person=row.person_id, field="email", back=1, conflicts=0)
    assert undos()[0].scope == {
        "person": row.person_id, "field": "email", "seen": {"back": 1, "conflicts": 0},
    }  # fmt: skip


def test_C10_from_the_history_of_a_person(maple: Scene, alice: Client, run: Run) -> None:
    row = PlannedChange.objects.filter(run=run).latest("pk")
    history = reverse("person", args=["maple", row.person_id])
    link = f"{address(run)}?person={row.person_id}"
    assert link in said(alice.get(history))
    assert "changes of 1 person" in said(alice.get(link))
    assert "Undo</a>" not in said(signed_in(OLIVE).get(history)), "an operator may not undo"


@pytest.mark.parametrize(
    "sent", [{"school": 999_999}, {"person": 999_999}, {"test": 7}, {"field": "x"}]
)
def test_C10_limits_that_are_none_undo_nothing(
    maple: Scene, alice: Client, run: Run, sent: dict[str, Any]
) -> None:
    assert "Nothing was undone." in press(alice, run, **sent)
    assert undos() == []


def test_H11_the_schedule_is_paused_and_goes_on_again(
    maple: Scene, alice: Client, run: Run
) -> None:
    assert "Leave it on" in look(alice, run)
    press(alice, run, pause="7")
    student = Schedule.objects.get(district=maple.district, data_type="student")
    teacher = Schedule.objects.get(district=maple.district, data_type="teacher")
    assert student.paused_until is not None
    assert 6 <= (student.paused_until - timezone.now()).days <= 7
    assert teacher.paused_until is None, "the run was of students"
    for page in ("daily", "overview"):
        shown = said(alice.get(reverse(page, args=["maple"])))
        assert f"alice@<wbr>maple.example: Run #{run.pk} is undone" in shown, page
    Run.objects.filter(pk=undos()[0].pk).update(state=RunState.COMPLETED)
    assert "The schedule is paused until" in said(alice.get(address(undos()[0], "run")))
    shown = said(alice.post(reverse("schedule_resume", args=["maple"]), follow=True))
    assert "The schedule is on again." in shown
    student.refresh_from_db()
    assert student.paused_until is None
    verbs = AuditEvent.objects.filter(verb__startswith="schedule.").values_list("verb", flat=True)
    assert sorted(verbs) == ["schedule.paused", "schedule.resumed"]
    Schedule.objects.update(automatic=False)
    assert "would do the same again" not in look(alice, run)


def test_C10_F82_refused_when_the_details_are_purged(maple: Scene, alice: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(purged_at=timezone.now())
    assert "were purged on" in look(alice, run)
    assert "were purged on" in press(alice, run)
    shown = said(alice.get(address(run, "run")))
    assert "were purged on" in shown and address(run) not in shown
    assert undos() == []


def test_C10_who_may(maple: Scene, run: Run, bob: Client, charlie: Client) -> None:
    for client, answer in ((bob, 403), (signed_in(OLIVE), 403), (charlie, 404)):
        assert client.get(address(run)).status_code == answer
        assert client.post(address(run), {"act": "undo"}).status_code == answer
        assert client.post(reverse("schedule_resume", args=["maple"])).status_code == answer
    for email, answer in ((LEE, 404), (SAM, 403)):
        assert signed_in(email).get(address(run)).status_code == answer
        assert signed_in(email).post(address(run)).status_code == answer
    assert undos() == []


def test_C10_queries_do_not_grow_with_rows(maple: Scene, alice: Client, run: Run) -> None:
    larger = wrong_domain(maple, 40, hours=10, first=20)
    edited(larger, 12)
    counted = []
    alice.get(address(run))  # what a process asks for once is not counted
    for one in (run, larger):
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(address(one)).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] == 21
