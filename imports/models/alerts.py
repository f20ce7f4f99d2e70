"""People of Clever whom only a human can place, and what was decided (engine.md 4)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import AlertState
from imports.models.runs import Run
from schools.models import District, Person


class Alert(models.Model):
    """A person of Clever whom only a human can place (A63-A67).

    `reason` is a code of imports.problems. `version` rises with each change of its candidates.
    `skipped`: the last decision that came to nothing, {"why", "decision", "person", "by", "run"}.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="alerts")
    data_type = models.CharField(max_length=10)
    clever_id = models.CharField(max_length=24)
    reason = models.CharField(max_length=50)
    state = models.CharField(max_length=10, default=AlertState.OPEN)
    version = models.PositiveIntegerField(default=1)
    first_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    last_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    skipped = models.JSONField(default=dict, db_default={})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "clever_id", "reason"],
                condition=Q(state__in=["open", "staged"]),
                name="alert_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.clever_id}"


class AlertCandidate(models.Model):
    """A local record that the alert's person might be, with score and reasons (C14)."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="candidates")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=50), default=list)
    person_revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "person"], name="alert_candidate_one")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ({self.score})"


class MatchDecision(models.Model):
    """What a person decided about a pair, or about a Clever person ("create")."""

    district = models.ForeignKey(District, models.CASCADE, related_name="match_decisions")
    clever_id = models.CharField(max_length=24)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    decision = models.CharField(max_length=10)
    decided_by = models.CharField(max_length=254)
    decided_at = models.DateTimeField(db_default=Now())
    person_revision = models.PositiveIntegerField(null=True)
    staged = models.BooleanField(default=True)
    done_in = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "clever_id", "person"],
                name="match_decision_one",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.clever_id}"
