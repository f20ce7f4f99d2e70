"""What pages read of webhooks. The district always first; secrets are never among it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery

from core.vocabulary import DeliveryState
from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks.kinds import KINDS, TEST, summary
from schools.models import District

RECENT = 25
KEPT_OUT = ("secret", "former_secret")


@dataclass(frozen=True)
class Row:
    """One webhook of the list: how many messages wait, and what became of the newest."""

    webhook: Webhook
    events: str
    waiting: int
    newest: str
    newest_at: datetime | None


def webhooks_of(district: District) -> list[Row]:
    """The webhooks of a district, the oldest first."""
    last = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), tried_at__isnull=False)
    newest = last.order_by("-tried_at")
    waits = Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING))
    found = (
        Webhook.objects.filter(district=district)
        .defer(*KEPT_OUT)
        .annotate(
            waiting=waits,
            newest=Subquery(newest.values("state")[:1]),
            newest_at=Subquery(newest.values("tried_at")[:1]),
        )
        .order_by("pk")
    )
    return [Row(w, summary(w.events), w.waiting, w.newest or "", w.newest_at) for w in found]


def webhook_of(district: District, number: int) -> Webhook | None:
    """One webhook of a district."""
    return Webhook.objects.filter(district=district, pk=number).defer(*KEPT_OUT).first()


def recent(webhook: Webhook) -> list[WebhookDelivery]:
    """The newest messages, the newest first."""
    return list(webhook.deliveries.order_by("-pk").defer("body")[:RECENT])


def label_of(kind: str) -> str:
    """An event in words."""
    return "A test" if kind == TEST else KINDS[kind].label if kind in KINDS else kind
