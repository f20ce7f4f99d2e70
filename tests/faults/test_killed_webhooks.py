"""Real processes that are killed while they send to a webhook, and several at once (C28)."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from core import fault_points
from core.vocabulary import DeliveryState
from notifications.gather import gather
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks import rounds
from schools.models import District
from tests.faults.killed import dies_at, start_worker
from tests.notifications.hooks import deliveries, hook, hours_pass
from tests.notifications.receiver import Receiver, listening
from tests.notifications.setting import Setting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def elm(settings: Any) -> Setting:
    settings.DEBUG = True
    return Setting(District.objects.create(slug="elm", name="Elm Park", time_zone="UTC"))


@pytest.fixture
def system() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def killed_at(point: str) -> None:
    """A process that sends and is killed there."""

    def work() -> None:
        fault_points.install(dies_at(point))
        rounds.deliver()

    assert start_worker(work).wait() == -9, f"{point} was never reached"


@pytest.mark.parametrize(("point", "arrived"), [("webhook.claimed", 0), ("webhook.answered", 1)])
def test_C28_a_killed_sender_is_followed_by_another_with_the_same_webhook_id(
    elm: Setting, system: Receiver, point: str, arrived: int
) -> None:
    mine = hook(elm.district, system.url, ["run.failed"])
    elm.run("failed")
    gather()
    killed_at(point)
    assert len(system.messages) == arrived
    assert start_worker(rounds.deliver).wait() == 0
    assert len(system.messages) == arrived, "its lease is not over"
    hours_pass(0.02)
    assert start_worker(rounds.deliver).wait() == 0
    assert len(system.messages) == arrived + 1
    assert len({message.identity for message in system.messages}) == 1
    assert all(message.is_signed_with(mine.secret) for message in system.messages)
    (row,) = deliveries()
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 2)
    mine.refresh_from_db()
    assert mine.busy_until is None


def test_C28_a_gathering_that_is_killed_makes_no_delivery_and_loses_none(elm: Setting) -> None:
    hook(elm.district, "https://sis.example.org/in", ["run.failed"])
    elm.run("failed")

    def work() -> None:
        fault_points.install(dies_at("events.collected"))
        gather()

    assert start_worker(work).wait() == -9
    assert not WebhookDelivery.objects.exists()
    end = time.monotonic() + 20
    # PostgreSQL notices a moment later that nobody is at the other end, and lets go of the lock.
    while not WebhookDelivery.objects.exists() and time.monotonic() < end:
        gather()
    gather()
    assert WebhookDelivery.objects.count() == 1


def test_C28_four_workers_at_once_send_each_message_once(elm: Setting, system: Receiver) -> None:
    for n in range(8):
        hook(elm.district, f"{system.url}{n}", ["run.completed"])
    for _ in range(5):
        elm.run("finished")
    gather()
    workers = [start_worker(rounds.deliver) for _ in range(4)]
    assert [worker.wait() for worker in workers] == [0, 0, 0, 0]
    assert rounds.deliver() == 0
    sent = Counter(message.identity for message in system.messages)
    assert len(sent) == 40 and set(sent.values()) == {1}
    assert not WebhookDelivery.objects.exclude(state=DeliveryState.DELIVERED).exists()
    assert not Webhook.objects.filter(failures__gt=0).exists()
