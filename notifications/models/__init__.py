"""Who is told by mail and by webhook, and what was sent."""

from notifications.models.letters import (
    TOLD_BY_DEFAULT,
    Condition,
    Letter,
    Notice,
    Recipient,
    told_by_default,
)
from notifications.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "TOLD_BY_DEFAULT",
    "Condition",
    "Letter",
    "Notice",
    "Recipient",
    "Webhook",
    "WebhookDelivery",
    "told_by_default",
]
