"""Webhooks: which system is told of what, and what became of each message (C28, ADR 0032)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import DeliveryState, WebhookState
from imports.models import RunEvent
from schools.models import District


class Webhook(models.Model):
    """An address of a district's own system, and the events that it is told of.

    `hears_from` is when it was made or switched on again: what happened before is not told. While
    `former_until` lies ahead, both secrets sign. `failures` counts failures in a row, the first of
    them at `failing_since`; after one the webhook rests until `rests_until`. `busy_until` is the
    lease of whoever sends to it: one message at a time.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=30))
    state = models.CharField(max_length=10, default=WebhookState.ON)
    secret = models.CharField(max_length=80)
    former_secret = models.CharField(max_length=80, blank=True)
    former_until = models.DateTimeField(null=True)
    rotations = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    hears_from = models.DateTimeField(db_default=Now())
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "url"], name="webhook_one"),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookDelivery(models.Model):
    """One message to one webhook; `event` is null for a test.

    `key` is its webhook-id, which stays the same however often it is sent. Claiming as with
    letters: `lease_until`, `fence`, `attempts`, `next_attempt_at`. `code` and `said` are the
    receiver's last words.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(
        RunEvent, models.CASCADE, null=True, related_name="webhook_deliveries"
    )
    kind = models.CharField(max_length=30)
    key = models.UUIDField(db_default=RandomUUID())
    body = models.TextField()
    state = models.CharField(max_length=10, default=DeliveryState.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    code = models.PositiveSmallIntegerField(default=0)
    said = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="webhook_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_newest"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"
