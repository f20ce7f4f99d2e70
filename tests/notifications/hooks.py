"""A webhook of Maple Ridge, told of everything, and moments that pass."""

from collections.abc import Iterable

from django.db import connection

from notifications.models import Webhook, WebhookDelivery
from notifications.webhooks import signing
from notifications.webhooks.kinds import KINDS
from schools.models import District


def hook(
    district: District, url: str, events: Iterable[str] = tuple(KINDS), **more: object
) -> Webhook:
    """A webhook as a row, whose address nobody has looked at; it hears of the past as well."""
    made = Webhook.objects.create(
        district=district, url=url, events=list(events), secret=signing.new_secret(), **more
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_webhook SET hears_from = hears_from - interval '900 days'"
            " WHERE id = %s",
            [made.pk],
        )
    return made


def deliveries(*kinds: str) -> list[WebhookDelivery]:
    found = WebhookDelivery.objects.order_by("pk")
    return list(found.filter(kind__in=kinds) if kinds else found)


def hours_pass(hours: float) -> None:
    """Moves every time of webhooks and their messages back, as if so many hours had passed."""
    fields = {
        "notifications_webhook": (
            "created_at hears_from former_until failing_since rests_until busy_until"
        ),
        "notifications_webhookdelivery": "created_at tried_at next_attempt_at lease_until",
    }
    with connection.cursor() as cursor:
        for table, names in fields.items():
            moved = ", ".join(
                f"{name} = {name} - make_interval(secs => %(s)s)" for name in names.split()
            )
            cursor.execute(f"UPDATE {table} SET {moved}", {"s": hours * 3600})
