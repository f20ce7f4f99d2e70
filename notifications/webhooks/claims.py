"""Who sends a message, and noting what came of it. All by the database's clock.

One message at a time goes to a webhook, whoever sends it: a receiver that hangs holds up one of
the calls of a round, and what else waits for it waits in the table.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now

from accounts import audit
from core.states import one
from core.vocabulary import DeliveryState, EventKind, WebhookState
from imports import outbox
from notifications.models import Webhook, WebhookDelivery
from notifications.news import WEBHOOK_OFF
from notifications.states import DELIVERY, WEBHOOK
from notifications.webhooks.addresses import host_of
from notifications.webhooks.door import GONE, Answer

log = structlog.get_logger("console.webhooks")
# Longer than a call may take, so that nobody begins with what somebody is sending.
LEASE = 60
PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, *(720 for _ in range(5)))
)
# Together about three days; what has waited longer because of a pause is not sent any more.
PATIENCE = timedelta(days=3)
# After a failure nothing at all is sent for so long, twice as long after each further one.
REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=30)
DISABLED_AFTER = timedelta(days=5)
TOO_LATE = "It waited for three days while the webhook was not on."
# Who asked for mail about trouble hears of a webhook that is disabled.
TROUBLE = [str(kind) for kind in (EventKind.FAILED, EventKind.NEEDS_ATTENTION, EventKind.OVERDUE)]
_CLAIM = """
    WITH next AS (
        SELECT d.id, d.webhook_id FROM notifications_webhookdelivery d
        JOIN notifications_webhook w ON w.id = d.webhook_id
        WHERE d.state = 'waiting' AND d.next_attempt_at <= statement_timestamp()
            AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())
            AND w.state = 'on'
            AND (w.rests_until IS NULL OR w.rests_until <= statement_timestamp())
            AND (w.busy_until IS NULL OR w.busy_until < statement_timestamp())
        ORDER BY d.next_attempt_at, d.id LIMIT 1 FOR UPDATE OF d, w SKIP LOCKED
    ), hook AS (
        UPDATE notifications_webhook w
        SET busy_until = statement_timestamp() + make_interval(secs => %(lease)s)
        FROM next WHERE w.id = next.webhook_id
    )
    UPDATE notifications_webhookdelivery d SET fence = fence + 1, attempts = attempts + 1,
        lease_until = statement_timestamp() + make_interval(secs => %(lease)s)
    FROM next WHERE d.id = next.id
    RETURNING d.id, d.webhook_id, d.fence, d.attempts, d.event_id IS NULL
"""


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send; `fence` goes into what is written of it."""

    delivery: int
    webhook: int
    fence: int
    attempts: int
    test: bool

    @property
    def last(self) -> bool:
        """Whether it is given up if it fails now; a test is tried once."""
        return self.test or self.attempts > len(PAUSES)


def claim() -> Claim | None:
    """Takes the message that has waited longest for a webhook that can be sent to."""
    with database.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": LEASE})
        row = cursor.fetchone()
    return None if row is None else Claim(*row)


def note(ours: Claim, answer: Answer) -> DeliveryState | None:
    """Writes down what came of it; the message's new state, None if it is not ours any more.

    A webhook that has failed for five days on end, or that says 410 (gone), is disabled.
    """
    with transaction.atomic():
        mine = WebhookDelivery.objects.filter(pk=ours.delivery, fence=ours.fence)
        words: dict[str, Any] = {
            "code": answer.code, "said": answer.said, "tried_at": Now(), "lease_until": None
        }  # fmt: skip
        if answer.taken:
            state = DeliveryState.DELIVERED
            noted = DELIVERY.move(mine, state, **words)
        elif ours.last or answer.code == GONE:
            state = DeliveryState.GIVEN_UP
            noted = DELIVERY.move(mine, state, **words)
        else:
            state = DeliveryState.WAITING
            again = Now() + Value(PAUSES[ours.attempts - 1])
            noted = mine.filter(state=state).update(next_attempt_at=again, **words)
        if not noted:
            return None
        if not ours.test:
            _note_webhook(ours.webhook, answer)
    return state


def _note_webhook(number: int, answer: Answer) -> None:
    hook = Webhook.objects.select_for_update().select_related("district").get(pk=number)
    if answer.taken:
        mine = Webhook.objects.filter(pk=number)
        mine.update(failures=0, failing_since=None, rests_until=None, busy_until=None)
        return
    rest = min(REST * 2 ** min(hook.failures, 10), LONGEST_REST)
    Webhook.objects.filter(pk=number).update(
        failures=F("failures") + 1, failing_since=Coalesce("failing_since", Now()),
        rests_until=Now() + Value(rest), busy_until=None,
    )  # fmt: skip
    old = Q(failing_since__lte=Now() - Value(DISABLED_AFTER))
    rows = one(Webhook, number) if answer.code == GONE else one(Webhook, number).filter(old)
    if WEBHOOK.move(rows, WebhookState.DISABLED):
        host = host_of(hook.url)
        log.warning("webhook_disabled", webhook=number, code=answer.code)
        audit.record(hook.district, "", "webhook.disabled", host, webhook=number, code=answer.code)
        outbox.write_of_district(
            hook.district, WEBHOOK_OFF, topics=TROUBLE, webhook=number, host=host
        )


def give_up_late() -> int:
    """Ends what has waited for three days because its webhook was not on; returns how many."""
    late = WebhookDelivery.objects.exclude(webhook__state=WebhookState.ON).filter(
        Q(lease_until=None) | Q(lease_until__lt=Now()),
        next_attempt_at__lt=Now() - Value(PATIENCE),
    )
    return DELIVERY.move(late, DeliveryState.GIVEN_UP, said=TOO_LATE)
