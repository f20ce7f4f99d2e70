"""What was destroyed, or will be, and the certificate of it (C34)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import DestructionState
from schools.models import District

OPEN = (DestructionState.WAITING, DestructionState.RUNNING)


class Destruction(models.Model):
    """Values that go, or went, for one cause: a night's purge, an owner's order, one person.

    `counts` is {kind of data: rows}, written in the transaction that destroys them. `left` are the
    kinds of data that are still to go, in their order. `records`: whole records go as well.
    `person` is the number of the one person. `text` is the certificate and `digest` its SHA-256,
    which the audit knows, too. Nothing of it names a person of the district's records.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="destructions")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True)
    records = models.BooleanField(default=False)
    person = models.BigIntegerField(null=True)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=254, blank=True)
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    left = ArrayField(models.CharField(max_length=20), default=list)
    counts = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind"],
                condition=Q(state__in=[str(state) for state in OPEN]),
                name="destruction_one_open",
            )
        ]
        indexes = [models.Index(fields=["district", "-id"], name="destruction_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
