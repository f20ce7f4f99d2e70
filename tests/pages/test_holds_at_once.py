"""Two owners decide about one hold, one plan or one leave of Support at the same moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, SupportGrant
from core.vocabulary import HoldState, RunMode, RunState, Trigger
from imports.models import Hold, Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, OLIVE, PASSWORD, SAM, Scene
from tests.pages.scenes_holds import held
from tests.pages.test_decisions_at_once import both, maple
from tests.pages.test_pressed_at_once import at_once

__all__ = ["maple"]
pytestmark = pytest.mark.django_db(transaction=True)
ALL = {"which": "all", "password": PASSWORD}


def each(first: str, second: str, number: int, **sent: Any) -> list[int]:
    """Alice presses one button and Olive another; the statuses."""
    alice, olive = signed_in(ALICE), signed_in(OLIVE)
    gave = at_once(
        lambda: alice.post(reverse(first, args=["maple", number]), sent),
        lambda: olive.post(reverse(second, args=["maple", number]), sent),
    )
    return [getattr(answer, "status_code", answer) for answer in gave]


def verbs(beginning: str) -> list[str]:
    rows = AuditEvent.objects.filter(verb__startswith=beginning).order_by("pk")
    return list(rows.values_list("verb", flat=True))


def test_H16_two_approve_one_hold(maple: Scene) -> None:
    hold = held(maple, 3)
    first, second = both("hold_approve", ALL, hold.pk)
    assert "Approved." in first
    assert f"Hold {hold.pk} was approved by {ALICE} already." in second
    assert Run.objects.filter(trigger=Trigger.HOLD).count() == 1
    assert verbs("hold ") == ["hold approved"]


def test_H16_one_discards_what_another_approves(maple: Scene) -> None:
    hold = held(maple, 3)
    assert each("hold_discard", "hold_approve", hold.pk, **ALL) == [303, 303]
    assert Hold.objects.get(pk=hold.pk).state == HoldState.DISCARDED
    assert not Run.objects.filter(trigger=Trigger.HOLD).exists()
    assert verbs("hold ") == ["hold discarded"]


def test_H04_one_discards_the_plan_that_another_imports(maple: Scene) -> None:
    run = scenes.run_row(maple.district, RunMode.LIVE, RunState.READY, hours=1)
    assert each("run_confirm", "run_discard", run.pk) == [303, 303]
    assert Run.objects.get(pk=run.pk).state != RunState.DISCARDED
    assert verbs("plan ") == ["plan approved"]


def test_C33_two_end_one_leave_of_support(maple: Scene) -> None:
    grant = SupportGrant.objects.create(
        district=maple.district, user=scenes.user(SAM), reason="Helps", granted_by=SAM,
        until=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    first, second = both("support_end", {}, grant.pk)
    assert "sees no people here any more" in first
    assert "It had ended already." in second
    assert verbs("support.grant_end") == ["support.grant_end"]
