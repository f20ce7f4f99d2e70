"""Many alerts at once: what will be noted, with figures, before it is (C14)."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from imports.models import Alert, AlertCandidate, MatchDecision, Schedule
from schools.models import Person
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import alerts, staged

ALERTS = reverse("alerts", args=["maple"])
AT_ONCE = reverse("alerts_at_once", args=["maple"])


@pytest.fixture
def waiting(maple: Scene) -> list[Alert]:
    """Five alerts: three with one certain candidate, one with a doubtful one, one with two."""
    Alert.objects.all().delete()
    made = alerts(maple, 5)
    AlertCandidate.objects.filter(alert__in=made[:4], score=81).delete()
    AlertCandidate.objects.filter(alert__in=made).update(reasons=["same_first_name"])
    AlertCandidate.objects.filter(alert=made[3]).update(score=85)
    return made


def ticks(waiting: list[Alert]) -> list[str]:
    return [f"{a.pk}-{a.version}" for a in Alert.objects.filter(pk__in=[w.pk for w in waiting])]


def ask(client: Client, act: str, waiting: list[Alert], **more: Any) -> Any:
    return client.post(AT_ONCE, {"act": act, "pick": ticks(waiting), **more}, follow=True)


def confirm(client: Client, answer: Any) -> str:
    """Presses the button of the page that says what will happen."""
    page = answer.content.decode()
    picks = re.findall(r'name="pick" value="([^"]+)"', page)
    data = {"act": answer.context["act"], "confirmed": "on", "pick": picks}
    done = client.post(AT_ONCE, data, follow=True)
    assert done.redirect_chain == [(ALERTS + "?", 303)]
    return str(done.content.decode())


def decided() -> set[tuple[str, str]]:
    return set(MatchDecision.objects.values_list("clever_id", "decision"))


def test_C14_certain_ones_are_matched_and_the_others_are_left_with_figures(
    waiting: list[Alert], alice: Client
) -> None:
    answer = ask(alice, "match", waiting)
    page = answer.content.decode()
    assert "Match for 3 of 5 alerts" in page
    assert "3 people are matched with the only possible match." in page
    assert "1 alert: it has a score below 90" in page
    assert "1 alert: it has several possible matches" in page
    assert not MatchDecision.objects.exists(), "nothing before it is confirmed"
    said = confirm(alice, answer)
    assert "Match is noted for 3 alerts. Process All Updates carries it out." in said
    assert decided() == {(a.clever_id, "match") for a in waiting[:3]}
    person = waiting[0].candidates.get().person
    assert MatchDecision.objects.get(clever_id=waiting[0].clever_id).person == person


@pytest.mark.parametrize("code", ["other_birth_date", "other_number", "linked_to_another"])
def test_C14_nothing_is_certain_that_something_speaks_against(
    waiting: list[Alert], alice: Client, code: str
) -> None:
    AlertCandidate.objects.filter(alert=waiting[0]).update(reasons=["same_last_name", code])
    answer = ask(alice, "match", waiting[:1])
    assert "something that speaks against the match" in answer.content.decode()
    assert "Nobody is left for this" in answer.content.decode()


def test_H09_a_record_that_fits_two_is_certain_for_neither(
    waiting: list[Alert], alice: Client
) -> None:
    shared = waiting[0].candidates.get().person
    AlertCandidate.objects.filter(alert=waiting[1]).update(person=shared)
    page = ask(alice, "match", waiting[:3]).content.decode()
    assert "Match for 1 of 3 alerts" in page
    assert "2 alerts: each has a record that fits another of these, too" in page


def test_A65_create_record_for_many_says_that_doubles_may_come(
    waiting: list[Alert], alice: Client
) -> None:
    before = Person.objects.count()
    answer = ask(alice, "create", waiting[:2])
    assert "2 new records will be made." in answer.content.decode()
    assert "there will be two records of that person" in answer.content.decode()
    confirm(alice, answer)
    assert decided() == {(a.clever_id, "create") for a in waiting[:2]}
    assert Person.objects.count() == before


def test_A66_staged_decisions_are_taken_back_one_and_many(
    waiting: list[Alert], alice: Client
) -> None:
    for alert in waiting:
        staged(alert, "create")
    page = alice.get(ALERTS).content.decode()
    tick = ticks(waiting[:1])[0]
    assert f'name="take_back" value="{tick}"' in page
    said = alice.post(AT_ONCE, {"take_back": tick}, follow=True).content.decode()
    assert "Nothing is noted for them any more" in said
    assert MatchDecision.objects.count() == 4
    answer = ask(alice, "skip", waiting)
    assert "4 decisions that wait are taken back." in answer.content.decode()
    confirm(alice, answer)
    assert not MatchDecision.objects.exists()
    assert set(Alert.objects.values_list("state", flat=True)) == {"open"}


def test_C14_all_of_the_list_means_what_is_filtered(waiting: list[Alert], alice: Client) -> None:
    Alert.objects.filter(pk=waiting[0].pk).update(reason="several_candidates")
    answer = alice.post(
        f"{AT_ONCE}?reason=likely_duplicate", {"act": "create", "scope": "all"}, follow=True
    )
    assert "Create Record for 4 of 4 alerts" in answer.content.decode()
    assert answer.context["ticks"] == ticks(waiting[1:])


def test_H07_whoever_decided_meanwhile_is_not_overruled(
    waiting: list[Alert], alice: Client
) -> None:
    answer = ask(alice, "create", waiting[:2])
    staged(waiting[0], "match")
    said = confirm(alice, answer)
    assert "Create Record is noted for 1 alert." in said
    assert "was decided or looked at again by somebody else meanwhile" in said
    assert decided() == {(waiting[0].clever_id, "match"), (waiting[1].clever_id, "create")}


def test_A48_before_the_first_import_many_wait_for_start_import(
    waiting: list[Alert], alice: Client
) -> None:
    Schedule.objects.update(first_import_at=None)
    answer = ask(alice, "match", waiting[:2])
    said = confirm(alice, answer)
    for page in (answer.content.decode(), said):
        assert "Start Import carries it out" in page
        assert "Process All Updates" not in page


@pytest.mark.parametrize(
    "data",
    [
        {}, {"act": "never", "pick": ["1-1"]}, {"act": "match"}, {"act": "match", "pick": ["x"]},
        {"act": "create", "pick": ["1-\x00"]}, {"act": "create", "pick": ["9" * 40 + "-1"]},
        {"take_back": "nonsense"}, {"act": "skip", "scope": "some"},
    ],
)  # fmt: skip
def test_hostile_choice_is_a_sentence_and_nothing_is_noted(
    waiting: list[Alert], alice: Client, data: dict[str, Any]
) -> None:
    answer = alice.post(AT_ONCE, data, follow=True)
    assert answer.status_code == 200
    assert 'class="note bad"' in answer.content.decode()
    assert not MatchDecision.objects.exists()


def test_C33_readers_and_strangers_decide_nothing(
    waiting: list[Alert], bob: Client, charlie: Client
) -> None:
    data = {"act": "create", "pick": ticks(waiting), "confirmed": "on"}
    assert bob.post(AT_ONCE, data).status_code == 403
    assert charlie.post(AT_ONCE, data).status_code == 404
    assert bob.get(AT_ONCE).status_code == 405
    assert not MatchDecision.objects.exists()
