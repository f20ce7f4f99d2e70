"""Held changes, decided: approve, check Clever again, discard, each once (C09, H16)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import HoldState, RunMode, RunState, Trigger
from imports.holding import queue
from imports.models import Hold, Run
from schools.models import School
from tests.pages import scenes
from tests.pages.holds_setting import approve, look, nothing_is_done, page, press, state
from tests.pages.scenes import PASSWORD, Scene
from tests.pages.scenes_holds import decided, held


def test_C09_approve_all_starts_the_run_that_applies_it(maple: Scene, alice: Client) -> None:
    hold = held(maple, 12)
    shown = approve(alice, hold)
    run = Run.objects.latest("pk")
    assert (run.trigger, run.mode, run.state) == (Trigger.HOLD, RunMode.LIVE, RunState.QUEUED)
    assert run.requested_by == scenes.ALICE
    assert [(c["hold"], c["schools"]) for c in run.approved_causes] == [(hold.pk, None)]
    assert "Approved. This run looks again" in shown and f"Approved hold #{run.pk}" in shown
    hold.refresh_from_db()
    assert (hold.state, hold.decided_by) == (HoldState.APPROVED, scenes.ALICE)
    assert AuditEvent.objects.get(verb="hold approved").actor == scenes.ALICE


def test_C09_approve_for_the_ticked_schools(maple: Scene, alice: Client) -> None:
    hold = held(maple, 60)
    one, two = maple.schools[4].pk, maple.schools[2].pk
    approve(alice, hold, one, two)
    assert Run.objects.latest("pk").approved_causes[0]["schools"] == sorted([one, two])


def test_C09_wrong_password_does_nothing_and_keeps_the_ticks(maple: Scene, alice: Client) -> None:
    hold = held(maple, 60)
    school = maple.schools[4]
    shown = approve(alice, hold, school.pk, password=PASSWORD + " ")
    assert "That is not your password. Nothing was approved." in shown
    assert f'aria-label="Tick {school.name} (S05)" checked' in shown
    assert shown.count(" checked") == 1
    assert PASSWORD not in shown
    assert "Type your password" in approve(alice, hold, password="")
    assert nothing_is_done(hold)


def test_C09_passwords_cannot_be_tried_without_end(maple: Scene, alice: Client) -> None:
    hold = held(maple, 12)
    for _ in range(10):
        assert "That is not your password." in approve(alice, hold, password="guess")
    assert "Too many attempts. Wait a minute" in approve(alice, hold)
    assert nothing_is_done(hold)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"which": ""}, "Press Approve all, or Approve for the ticked schools."),
        ({"which": "<b>"}, "Press Approve all, or Approve for the ticked schools."),
        ({"which": "ticked"}, "Tick the schools that you approve, or press Approve all."),
        ({"which": "ticked", "schools": ["x", "<script>"]}, "Tick schools of this list."),
        ({"which": "ticked", "schools": ["1" * 400]}, "Tick schools of this list."),
        ({"which": "ticked", "schools": ["\0", "-1"]}, "Tick schools of this list."),
        ({"which": "all", "schools": ["١"]}, "Tick schools of this list."),
        ({"password": "a\0b"}, "Null characters are not allowed."),
        ({"password": "x" * 5000}, "That is not your password."),
        ({"password": "пароль"}, "That is not your password."),
    ],
)
def test_C09_hostile_approval_gets_a_sentence(
    maple: Scene, alice: Client, sent: dict[str, Any], sentence: str
) -> None:
    hold = held(maple, 60)
    shown = press(
        alice, hold, "hold_approve", **{"which": "all", "password": PASSWORD, "x": "y", **sent}
    )
    assert sentence in shown
    assert "<script>" not in shown.partition("<main")[2]
    assert nothing_is_done(hold)


def test_C09_school_of_another_hold_or_district_is_not_approved(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    few, other = maple.schools[:2]
    hold = held(maple, 60)
    hold.schools = [row for row in hold.schools if row["school"] != other.pk]
    hold.save()
    foreign = School.objects.get(district=juniper.district)
    for school in (other, foreign):
        assert "Tick schools of this list." in approve(alice, hold, few.pk, school.pk)
    assert nothing_is_done(hold)


def test_C09_check_clever_again_starts_a_full_sync_with_all_brakes(
    maple: Scene, alice: Client
) -> None:
    hold = held(maple, 12)
    assert "in a full sync with all brakes on" in look(alice, page(hold))
    shown = press(alice, hold, "hold_check")
    assert "The Clever Sync Utility has been queued." in shown
    run = Run.objects.latest("pk")
    assert (run.mode, run.full, run.data_types) == (RunMode.LIVE, True, ["student"])
    assert (run.trigger, run.approved_causes, run.raised_brakes) == (Trigger.CLICK, [], {})
    assert state(hold) == HoldState.OPEN, "the run replaces it when it has planned"


def test_C09_while_a_run_is_on_nothing_is_approved(maple: Scene, alice: Client) -> None:
    hold, running = held(maple, 12), scenes.running_now(maple.district)
    assert f"Run #{running.pk} is going on. Approve the hold when" in approve(alice, hold)
    assert nothing_is_done(hold)
    assert "A run is already running; this is it." in press(alice, hold, "hold_check")


def test_C09_discard_is_said_and_done(maple: Scene, alice: Client) -> None:
    hold = held(maple, 12)
    shown = press(alice, hold, "hold_discard")
    assert f"Hold #{hold.pk} is discarded. The same content is not raised again." in shown
    assert (state(hold), Run.objects.filter(trigger=Trigger.HOLD).count()) == ("discarded", 0)
    assert "Discarded by" in look(alice, page(hold))


def test_H16_replaced_hold_says_so_and_leads_to_the_newer_one(maple: Scene, alice: Client) -> None:
    old = held(maple, 12, state="replaced")
    shown = look(alice, page(old))
    assert "The newer run held nothing for this reason." in shown
    between, new = held(maple, 12, state="replaced"), held(maple, 11)
    for replaced in (old, between):
        shown = look(alice, page(replaced))
        assert "There is nothing to decide here any more." in shown
        assert f'<a href="{page(new)}">look at hold #{new.pk}</a>' in shown
        assert "hold_approve" not in shown and "Approve all" not in shown


@pytest.mark.parametrize("ended", ["approved", "discarded", "replaced", "expired"])
def test_H16_hold_that_is_not_open_any_more_takes_no_decision(
    maple: Scene, alice: Client, ended: str
) -> None:
    hold = decided(maple, ended)
    for name in ("hold_approve", "hold_check", "hold_discard"):
        shown = press(alice, hold, name, which="all", password=PASSWORD)
        assert f"Hold #{hold.pk} is not open any more. Nothing was done." in shown
        assert "There is nothing to decide here any more." in shown
    assert state(hold) == ended
    assert not Run.objects.filter(state=RunState.QUEUED).exists()
    assert not AuditEvent.objects.filter(verb__startswith="hold ").exists()


def test_H16_approval_is_valid_once_for_two_who_look_at_the_same_page(
    maple: Scene, alice: Client
) -> None:
    hold = held(maple, 12)
    approve(alice, hold)
    run = Run.objects.latest("pk")
    shown = approve(alice, hold)
    assert "is not open any more. Nothing was done." in shown
    assert f"Approved by {scenes.ALICE}" in shown.replace("<wbr>", "")
    assert f'href="{reverse("run", args=["maple", run.pk])}">Run #{run.pk}</a>' in shown
    assert Run.objects.filter(trigger=Trigger.HOLD).count() == 1


def test_H16_hold_that_is_replaced_while_the_form_is_read_is_not_approved(
    maple: Scene, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold, read = held(maple, 12), queue.hold_of

    def read_then_replaced(*asked: Any) -> Hold:
        found = read(*asked)
        Hold.objects.filter(pk=found.pk).update(state=HoldState.REPLACED)
        return found

    monkeypatch.setattr(queue, "hold_of", read_then_replaced)
    answer = alice.post(page(hold, "hold_approve"), {"which": "all", "password": PASSWORD})
    monkeypatch.undo()
    assert answer.status_code == 303
    assert f"Hold {hold.pk} was replaced by a newer run. Look at the newer one." in look(
        alice, answer["Location"]
    )
    assert not Run.objects.filter(trigger=Trigger.HOLD).exists()
