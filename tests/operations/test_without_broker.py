"""Without Redis, for hours or for ever, `run_due` does what beat and workers do (F17)."""

import time
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Membership
from core.vocabulary import MemberRole, RunState
from imports import heartbeat
from tests.operations.test_health import CLOSED
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_F15_F17_a_click_without_a_broker_is_queued_and_run_due_does_it(
    small: World, settings: Any
) -> None:
    settings.REDIS_URL = CLOSED
    owner = scenes.user(scenes.ALICE)
    Membership.objects.create(district=small.district, user=owner, role=MemberRole.OWNER)
    alice = signed_in(scenes.ALICE)
    began = time.monotonic()
    page = alice.post("/d/maple/sync-now/", follow=True).content.decode()
    assert time.monotonic() - began < 5, "nobody waits for the broker"
    assert "has been queued" in page
    run = small.district.runs.latest("pk")
    assert run.state == RunState.QUEUED
    call_command("run_due")
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED
    assert heartbeat.signs().due == 0 and heartbeat.signs().tick is not None
