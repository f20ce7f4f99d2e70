"""One alert at a time: what stands around it, where a decision leads, what is said of it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imports.models import Alert, MatchDecision
from schools.models import Person
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import alerts, relink, staged


@pytest.fixture
def waiting(maple: Scene) -> list[Alert]:
    """Four alerts, and nothing else that waits, in the order of their numbers."""
    Alert.objects.all().delete()
    return alerts(maple, 4)


def page_of(alert: Alert, asked: str = "") -> str:
    return reverse("alert", args=["maple", alert.pk]) + asked


def press(client: Client, alert: Alert, decision: str, asked: str = "", **more: Any) -> Any:
    alert.refresh_from_db()
    data = {"decision": decision, "version": alert.version, **more}
    address = reverse("alert_decide", args=["maple", alert.pk]) + asked
    return client.post(address, data, follow=True)


def test_A63_previous_and_next_go_through_the_list_as_filtered(
    waiting: list[Alert], alice: Client
) -> None:
    first, second, third, fourth = waiting
    around = alice.get(page_of(second)).context["around"]
    assert (around.before, around.behind) == (first.pk, third.pk)
    assert (around.place, around.total) == (2, 4)
    around = alice.get(page_of(second, "?sort=newest")).context["around"]
    assert (around.before, around.behind) == (third.pk, first.pk)
    assert alice.get(page_of(first)).context["around"].before is None
    assert alice.get(page_of(fourth)).context["around"].behind is None
    staged(third, "create")
    around = alice.get(page_of(second, "?state=open")).context["around"]
    assert (around.behind, around.total) == (fourth.pk, 3)
    page = alice.get(page_of(second, "?state=open")).content.decode()
    assert "2 of 3 in this list" in page
    assert f'href="{page_of(fourth)}?state=open"' in page


def test_A64_a_decision_leads_on_to_the_next_and_at_the_end_to_the_list(
    waiting: list[Alert], alice: Client
) -> None:
    answer = press(alice, waiting[2], "create", "?state=open")
    assert answer.redirect_chain == [(page_of(waiting[3], "?state=open"), 303)]
    answer = press(alice, waiting[3], "create", "?state=open")
    assert answer.redirect_chain == [(reverse("alerts", args=["maple"]) + "?state=open", 303)]
    answer = press(alice, waiting[0], "match")
    assert answer.redirect_chain == [(page_of(waiting[0]) + "?", 303)], "nothing was chosen"


def test_C14_never_this_pair_is_noted_and_the_same_alert_stays_until_all_are_ruled_out(
    waiting: list[Alert], alice: Client
) -> None:
    one = waiting[0]
    first, second = [c.person for c in one.candidates.order_by("-score")]
    assert "Choose the record that it is not" in press(alice, one, "never").content.decode()
    answer = press(alice, one, "never", person=first.pk)
    assert answer.redirect_chain == [(page_of(one) + "?", 303)]
    assert "Never this pair is noted" in answer.content.decode()
    assert [m.ruled_out for m in answer.context["shown"].matches] == [True, False]
    assert f'value="{first.pk}"' not in answer.content.decode()
    answer = press(alice, one, "never", person=second.pk)
    assert answer.redirect_chain == [(page_of(waiting[1]) + "?", 303)]
    assert set(MatchDecision.objects.values_list("decision", "person")) == {
        ("never", first.pk), ("never", second.pk),
    }  # fmt: skip
    page = press(alice, one, "skip").content.decode()
    assert "Nothing is noted for this alert" in page
    assert not MatchDecision.objects.exists()


def test_C14_a_staged_decision_is_taken_back_where_it_stands(
    waiting: list[Alert], alice: Client
) -> None:
    staged(waiting[0], "create")
    page = alice.get(page_of(waiting[0])).content.decode()
    assert "Take back" in page
    assert "Skip now" not in page
    assert "Taken back: " in press(alice, waiting[0], "skip").content.decode()
    assert not MatchDecision.objects.exists()


def test_C17_F69_a_changed_clever_id_is_proposed_as_one_person_in_plain_words(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    Alert.objects.all().delete()
    one = relink(maple)
    person = one.candidates.get().person
    page = alice.get(page_of(one)).content.decode()
    assert "one person whose Clever ID has changed, not one who left and one who is new" in page
    name = f"{person.first_name} {person.last_name}".replace("'", "&#x27;")
    assert f"{name} was linked to a Clever ID that Clever no longer shares." in page
    assert "the same record goes on, with its history, and nobody is marked as a leaver" in page
    assert "Until you decide, neither happens." in page


def test_C14_the_only_possible_match_is_chosen_already_and_of_two_none(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    assert " checked" not in alice.get(page_of(waiting[0])).content.decode()
    assert " checked" in alice.get(page_of(relink(maple))).content.decode()


def test_H07_why_a_decision_was_skipped_stands_at_its_alert_and_in_the_list(
    waiting: list[Alert], alice: Client
) -> None:
    Alert.objects.filter(pk=waiting[0].pk).update(
        skipped={
            "why": "record_changed", "decision": "match", "person": 7, "by": scenes.OLIVE, "run": 9,
        }
    )  # fmt: skip
    told = f"Match with record 7, decided by {scenes.OLIVE}, was not carried out in run #9:"
    for address in (page_of(waiting[0]), reverse("alerts", args=["maple"])):
        assert told in alice.get(address).content.decode()


def test_an_alert_that_is_closed_says_so_and_offers_nothing(
    waiting: list[Alert], alice: Client
) -> None:
    Alert.objects.filter(pk=waiting[0].pk).update(state="decided")
    page = alice.get(page_of(waiting[0])).content.decode()
    assert "Decided and carried out" in page
    assert 'name="decision"' not in page


def test_another_districts_alert_is_not_found(
    waiting: list[Alert], juniper: Scene, alice: Client, charlie: Client
) -> None:
    assert alice.get(reverse("alert", args=["juniper", waiting[0].pk])).status_code == 404
    assert charlie.get(page_of(waiting[0])).status_code == 404


def test_queries_of_one_alert_do_not_grow(
    maple: Scene, waiting: list[Alert], alice: Client
) -> None:
    def queries(one: Alert) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(page_of(one)).status_code == 200
        return len(captured)

    few = queries(waiting[1])
    Person.objects.update(revision=1)
    Alert.objects.all().delete()
    assert queries(alerts(maple, 30)[1]) == few == 27
