"""Who is told by mail, and what was sent (A54-A59, engine.md 10)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from core.vocabulary import EventKind
from imports.models import RunEvent
from schools.models import District

# What nobody should have to ask for: something went wrong, or waits for a person.
TOLD_BY_DEFAULT = (
    EventKind.NEEDS_DECISION,
    EventKind.HELD,
    EventKind.ALERTS,
    EventKind.FAILED,
    EventKind.NEEDS_ATTENTION,
    EventKind.OVERDUE,
)


def told_by_default() -> list[str]:
    return [str(kind) for kind in TOLD_BY_DEFAULT]


class Recipient(models.Model):
    """Who is told of a data type, and of which events (core.vocabulary.EventKind)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="recipients")
    data_type = models.CharField(max_length=10)
    email = models.EmailField()
    events = ArrayField(models.CharField(max_length=30), default=told_by_default)

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
