"""Process All Updates before it is pressed and after, and the decisions of the past (A66, C14)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.vocabulary import RunState, Trigger
from imports.models import Alert, MatchDecision, Run, Schedule
from schools.models import Person
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import alerts, remembered, staged

PROCESS = reverse("alerts_process", args=["maple"])
PAST = reverse("alert_decisions", args=["maple"])


@pytest.fixture
def waiting(maple: Scene) -> list[Alert]:
    """Four alerts, and nothing else that waits."""
    Alert.objects.all().delete()
    return alerts(maple, 4)


def test_A66_the_page_before_it_says_what_will_happen_with_figures(
    waiting: list[Alert], alice: Client
) -> None:
    for alert, decision in zip(waiting, ("match", "create", "create"), strict=False):
        staged(alert, decision)
    answer = alice.get(PROCESS)
    assert answer.context["figures"] == {"match": 1, "create": 2, "never": 0, "stale": 0}
    page = answer.content.decode()
    assert "Process 3 updates" in page
    assert "It is a sync of Students" in page
    assert "it also brings over what changed in Clever" in page
    assert not Run.objects.filter(state=RunState.QUEUED).exists(), "looking starts nothing"


def test_H08_what_will_be_skipped_is_told_before_and_after(
    waiting: list[Alert], alice: Client
) -> None:
    one = staged(waiting[0], "match")
    staged(waiting[1], "create")
    Person.objects.filter(pk=one.person_id or 0).update(revision=5)
    page = alice.get(PROCESS).content.decode()
    assert "1 decision is skipped:" in page
    assert "Process 1 update<" in page
    after = alice.post(PROCESS, follow=True).content.decode()
    run = Run.objects.get(trigger=Trigger.ALERTS)
    assert "Skipped; to be decided once more:" in after
    assert f"was not carried out in run #{run.pk}: the record was changed" in after
    MatchDecision.objects.filter(decision="create").update(done_in=run)
    again = alice.get(reverse("run", args=["maple", run.pk])).content.decode()
    assert "0 matched with a record, 1 created" in again


def test_A66_nothing_to_process_is_said_and_before_the_first_import_who_carries_it_out(
    waiting: list[Alert], alice: Client
) -> None:
    assert "Nothing is waiting to be processed" in alice.get(PROCESS).content.decode()
    staged(waiting[0], "create")
    Schedule.objects.update(first_import_at=None)
    page = alice.get(PROCESS).content.decode()
    assert "1 decision waits for the first import." in page
    assert "Start Import carries it out" in page
    assert 'method="post" class="actions"' not in page


def test_C14_past_decisions_tell_who_when_what_and_which_run(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    remembered(waiting[0], "never")
    remembered(waiting[1], "create", maple.runs["done"])
    match = remembered(waiting[2], "match", maple.runs["done"])
    Person.objects.filter(pk=match.person_id or 0).update(clever_id=waiting[2].clever_id)
    staged(waiting[3], "create")
    answer = alice.get(PAST)
    page = answer.content.decode()
    words = [line.word.label for line in answer.context["lines"]]
    assert words == ["Decided, not processed yet", "Carried out", "Carried out", "Remembered"]
    assert "Unlink it on the page of the person." in page
    assert "merge the two" in page
    assert f"Run #{maple.runs['done'].pk}" in page
    assert scenes.ALICE.split("@")[0] in page
    assert [line.row.decision for line in alice.get(PAST, {"decision": "never"}).context["lines"]]
    assert "Nothing was decided yet" not in page


def test_C14_a_decision_is_taken_back_so_that_the_next_run_looks_again(
    waiting: list[Alert], alice: Client, bob: Client, charlie: Client
) -> None:
    never = remembered(waiting[0], "never")
    address = reverse("decision_take_back", args=["maple", never.pk])
    assert address in alice.get(PAST).content.decode()
    assert address not in bob.get(PAST).content.decode()
    assert bob.post(address).status_code == 403
    assert charlie.post(address).status_code == 404
    assert charlie.get(PAST).status_code == 404
    assert MatchDecision.objects.exists()
    page = alice.post(address, follow=True).content.decode()
    assert "The next run looks at this person again." in page
    assert not MatchDecision.objects.exists()
    assert "taken back already" in alice.post(address, follow=True).content.decode()


def test_C14_taking_never_back_says_if_the_person_has_another_record_by_now(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    never = remembered(waiting[0], "never")
    other = Person.objects.filter(district=maple.district, clever_id=None)[0]
    Person.objects.filter(pk=other.pk).update(clever_id=waiting[0].clever_id)
    address = reverse("decision_take_back", args=["maple", never.pk])
    page = alice.post(address, follow=True).content.decode()
    assert f"has record {other.pk} by now, so nothing changes by itself" in page


def test_queries_of_past_decisions_and_of_process_do_not_grow(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(address).status_code == 200
        return len(captured)

    staged(waiting[0], "match")
    few = queries(PAST), queries(PROCESS)
    Alert.objects.all().delete()
    MatchDecision.objects.all().delete()
    for alert in alerts(maple, 20):
        staged(alert, "match")
    assert (queries(PAST), queries(PROCESS)) == few
