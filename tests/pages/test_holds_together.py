"""Approve all: several holds of one cause, one password, one run (C09, H16)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import HoldState, Trigger
from imports.models import Hold, Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.holds_setting import LIST, nothing_is_done, state
from tests.pages.rules import said
from tests.pages.scenes import PASSWORD, Scene
from tests.pages.scenes_holds import held

PAGE = reverse("holds_together", args=["maple"])


@pytest.fixture
def two(maple: Scene) -> list[Hold]:
    """Two open holds: leavers, and moves."""
    Hold.objects.all().delete()
    moves = {"cause": "school_moves", "slice": "move/student", "action": "move"}
    return [held(maple, 12), held(maple, 7, rows=False, **moves)]


def send(client: Client, *holds: Hold, **sent: Any) -> str:
    wanted = {"holds": [hold.pk for hold in holds], "password": PASSWORD, **sent}
    return said(client.post(PAGE, wanted, follow=True))


def test_C09_all_that_is_held_is_approved_by_one_act(two: list[Hold], alice: Client) -> None:
    assert f'href="{PAGE}"' in said(alice.get(LIST))
    shown = said(alice.get(PAGE))
    assert "Approve all 19" in shown and "12 people are marked as leavers" in shown
    assert "Approved. This run looks again" in send(alice, *two)
    run = Run.objects.get(trigger=Trigger.HOLD)
    assert [cause["hold"] for cause in run.approved_causes] == [hold.pk for hold in two]
    assert run.data_types == ["student"]
    assert {state(hold) for hold in two} == {HoldState.APPROVED}
    assert AuditEvent.objects.filter(verb="hold approved").count() == 2


def test_C09_one_hold_alone_needs_no_such_page(two: list[Hold], alice: Client) -> None:
    two[1].delete()
    assert PAGE not in said(alice.get(LIST))


def test_H16_what_is_held_by_now_must_be_what_was_on_the_page(
    maple: Scene, two: list[Hold], alice: Client
) -> None:
    one, other = two
    for sent in ([one], [one, other, Hold(pk=999_999)]):
        assert "What is held has changed meanwhile." in send(alice, *sent)
    Hold.objects.filter(pk=one.pk).update(state=HoldState.REPLACED)
    assert "What is held has changed meanwhile." in send(alice, *two)
    assert nothing_is_done(other)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"password": "wrong"}, "That is not your password. Nothing was approved."),
        ({"password": ""}, "Type your password"),
        ({"holds": []}, "Look at what is held, then press Approve all."),
        ({"holds": ["x", "\0", "9" * 400]}, "Look at what is held, then press Approve all."),
    ],
)
def test_C09_hostile_or_careless_approval_does_nothing(
    two: list[Hold], alice: Client, sent: dict[str, Any], sentence: str
) -> None:
    assert sentence in send(alice, *two, **sent)
    assert all(nothing_is_done(hold) for hold in two)


def test_C09_while_a_run_is_on_none_of_them_is_approved(
    maple: Scene, two: list[Hold], alice: Client
) -> None:
    running = scenes.running_now(maple.district)
    assert f"Run #{running.pk} is going on. Approve the holds when" in send(alice, *two)
    assert all(nothing_is_done(hold) for hold in two)


def test_C09_holds_of_another_district_are_not_touched(
    maple: Scene, two: list[Hold], alice: Client
) -> None:
    other = scenes.full("other", students=20, teachers=2)
    foreign = Hold.objects.get(district=other.district)
    assert "What is held has changed meanwhile." in send(alice, *two, foreign)
    send(alice, *two)
    assert state(foreign) == HoldState.OPEN


def test_C09_an_empty_page_says_so(maple: Scene, alice: Client) -> None:
    Hold.objects.all().delete()
    assert "Nothing is held" in said(alice.get(PAGE))


@pytest.mark.parametrize("who", [scenes.BOB, scenes.OLIVE, scenes.SAM])
def test_C09_who_may_not_import_approves_nothing(two: list[Hold], who: str) -> None:
    client = signed_in(who)
    assert client.get(PAGE).status_code == client.post(PAGE).status_code == 403
    assert PAGE not in said(client.get(LIST))
    assert all(nothing_is_done(hold) for hold in two)
