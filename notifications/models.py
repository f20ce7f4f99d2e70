"""Who is told by mail, and what was sent (A54-A59, engine.md 10)."""

from django.db import models
from django.db.models.functions import Now

from imports.models import RunEvent
from schools.models import District


class Recipient(models.Model):
    district = models.ForeignKey(District, models.CASCADE, related_name="recipients")
    data_type = models.CharField(max_length=10)
    email = models.EmailField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type", "email"], name="recipient_one")
        ]

    def __str__(self) -> str:
        return self.email


class Notice(models.Model):
    """One mail about one event to one address."""

    event = models.ForeignKey(RunEvent, models.CASCADE, related_name="notices")
    email = models.EmailField()
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "email"], name="notice_one")]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.email}"
