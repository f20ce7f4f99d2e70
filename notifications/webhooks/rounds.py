"""Sending what waits for webhooks: some calls at a time, each to another one, for some seconds.

Calls are made in threads that touch no database; this one claims, waits, and notes. A receiver
that hangs so keeps one of the calls busy, and nobody else's message, nor anybody's mail.
"""

import queue
import threading
import time
from collections.abc import Callable

import structlog
from django.conf import settings

from core.fault_points import fault_point
from core.vocabulary import DeliveryState
from imports import driver
from imports.lease import database_now
from notifications.models import WebhookDelivery
from notifications.webhooks import claims, door, signing
from notifications.webhooks.claims import Claim
from notifications.webhooks.door import Answer

log = structlog.get_logger("console.webhooks")
ROUND = 20.0
AT_ONCE = 8
# A call ends by itself before; who has not come back by then is not waited for.
LONGEST_CALL = 40.0
LOST = Answer(0, "It did not answer in time.")
BROKEN = Answer(0, "The message could not be sent. Tell Support.")
Call = Callable[[], Answer]


class Calls:
    """The calls that are on, and what came of those that have ended."""

    def __init__(self) -> None:
        self._ended: queue.SimpleQueue[tuple[Claim, Answer]] = queue.SimpleQueue()
        self._on: dict[Claim, float] = {}

    def __len__(self) -> int:
        return len(self._on)

    def begin(self, ours: Claim, call: Call) -> None:
        """Makes a call beside this thread."""
        self._on[ours] = time.monotonic() + LONGEST_CALL
        threading.Thread(target=self._make, args=[ours, call], daemon=True).start()

    def next(self) -> tuple[Claim, Answer]:
        """Waits for the next call that ends, or has taken too long."""
        while True:
            first, end = min(self._on.items(), key=lambda item: item[1])
            try:
                ours, answer = self._ended.get(timeout=max(end - time.monotonic(), 0.01))
            except queue.Empty:
                ours, answer = first, LOST
            if self._on.pop(ours, None) is not None:
                return ours, answer

    def _make(self, ours: Claim, call: Call) -> None:
        answer = BROKEN
        try:
            answer = call()
        except Exception:  # Whatever it is, the others must not wait for it.
            log.exception("webhook_broke", webhook=ours.webhook, delivery=ours.delivery)
        self._ended.put((ours, answer))


def deliver(*, seconds: float = ROUND, clock: Callable[[], float] = time.monotonic) -> int:
    """Sends what is due until nothing is left or the time is over; returns how many were taken."""
    claims.give_up_late()
    end, taken, calls = clock() + seconds, 0, Calls()
    while True:
        while len(calls) < AT_ONCE and clock() < end and driver.may_work():
            ours = claims.claim()
            if ours is None:
                break
            fault_point("webhook.claimed")
            calls.begin(ours, call_of(ours))
        if not calls:
            return taken
        ours, answer = calls.next()
        fault_point("webhook.answered")
        taken += ended(ours, answer) is DeliveryState.DELIVERED


def call_of(ours: Claim) -> Call:
    """The call that sends a message now, signed with every secret that counts."""
    message = WebhookDelivery.objects.select_related("webhook").get(pk=ours.delivery)
    hook, now, body = message.webhook, database_now(), message.body.encode()
    secrets = [hook.secret]
    if hook.former_secret and hook.former_until and hook.former_until > now:
        secrets.append(hook.former_secret)
    headers = signing.headers(identity(message), int(now.timestamp()), body, secrets)
    url, local = hook.url, bool(settings.DEBUG)
    return lambda: door.post(url, body, headers, local=local)


def identity(message: WebhookDelivery) -> str:
    """The webhook-id: the same one whenever the message is sent."""
    return f"msg_{message.key.hex}"


def ended(ours: Claim, answer: Answer) -> DeliveryState | None:
    """Notes what came of a call. A log line has numbers only: an address may hold a secret."""
    state = claims.note(ours, answer)
    if not answer.taken:
        log.warning(
            "webhook_not_taken", webhook=ours.webhook, delivery=ours.delivery,
            code=answer.code, state=str(state), attempts=ours.attempts,
        )  # fmt: skip
    return state
