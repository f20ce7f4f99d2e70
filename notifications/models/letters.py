"""Who is told by mail, and what was sent (A54-A59, engine.md 10)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import EventKind, LetterState
from imports.models import Run, RunEvent
from schools.models import District

# What nobody should have to ask for: something went wrong, waits for a person, or was waited for.
TOLD_BY_DEFAULT = (
    EventKind.APPROVED,
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


class Letter(models.Model):
    """One mail to one address: everything that is to be told of one run, or of the district.

    `key` is what its Message-ID is made of, so that a letter sent twice is known as one (F07).
    Claiming: `lease_until`, `fence` (raised with each claim) and `attempts`; `next_attempt_at` is
    when it may be tried. `code` and `said` are the mail server's last words, if it refused.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="letters")
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="letters")
    email = models.EmailField()
    key = models.UUIDField(db_default=RandomUUID())
    state = models.CharField(max_length=10, default=LetterState.WAITING)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    code = models.PositiveSmallIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="letter_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["district", "email", "-id"], name="letter_newest"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk}"


class Notice(models.Model):
    """Who is told of an event, and in which letter.

    `news` is false for what is only more of the same: it makes no letter of its own and goes with
    the next one (C20).
    """

    event = models.ForeignKey(RunEvent, models.CASCADE, related_name="notices")
    email = models.EmailField()
    news = models.BooleanField(default=True)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="notices")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "email"], name="notice_one")]
        indexes = [
            models.Index(
                fields=["email"], name="notice_without_letter", condition=Q(letter__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.email}"


class Condition(models.Model):
    """Something that is so for a while, and is told when it begins and when it is over (C20).

    `topic` is the kind of event that it began with; `data_type` is "" for what concerns all of
    the district. `code` says why, `times` how often it was met. With `told` false it is only
    watched: no good sync yet, or an approval that is awaited.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="conditions")
    data_type = models.CharField(max_length=10, blank=True)
    topic = models.CharField(max_length=40)
    code = models.CharField(max_length=50, blank=True)
    since = models.DateTimeField(db_default=Now())
    times = models.PositiveIntegerField(default=1)
    told = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type", "topic"], name="condition_one")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.data_type}".strip()
