"""How webhooks and their messages are said to people."""

from collections.abc import Mapping
from datetime import datetime

from core.vocabulary import DeliveryState, WebhookState
from imports.words import Word
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks.claims import PAUSES

STATES: Mapping[str, Word] = {
    WebhookState.ON: Word("On", "good", "circle-check"),
    WebhookState.PAUSED: Word("Paused", "quiet", "circle-pause"),
    WebhookState.DISABLED: Word("Switched off", "bad", "circle-x"),
}
FAILING = Word("Failing", "wait", "triangle-alert")
DELIVERIES: Mapping[str, Word] = {
    DeliveryState.WAITING: Word("Waiting", "info", "clock"),
    DeliveryState.DELIVERED: Word("Delivered", "good", "circle-check"),
    DeliveryState.GIVEN_UP: Word("Given up", "bad", "circle-x"),
}
NOT_TAKEN = Word("Not taken yet", "wait", "clock")


def state_of(webhook: Webhook) -> Word:
    """How a webhook stands; one that is on may be failing."""
    failing = webhook.state == WebhookState.ON and webhook.failing_since is not None
    return FAILING if failing else STATES[webhook.state]


def delivery_word(delivery: WebhookDelivery) -> Word:
    """How a message stands; one that waits may have been tried."""
    tried = delivery.state == DeliveryState.WAITING and delivery.tried_at is not None
    return NOT_TAKEN if tried else DELIVERIES[delivery.state]


def overlap(webhook: Webhook, now: datetime) -> datetime | None:
    """Until when the secret before signs as well; None if it does not any more."""
    until = webhook.former_until
    return until if until is not None and until > now else None


def tries(delivery: WebhookDelivery) -> str:
    """How often it was tried, in words."""
    often = f"{delivery.attempts} {'try' if delivery.attempts == 1 else 'tries'}"
    waits = delivery.state == DeliveryState.WAITING and delivery.attempts and delivery.event_id
    return f"{often} of {len(PAUSES) + 1}" if waits else often
