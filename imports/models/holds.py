"""Slices of plans that wait for a person, and the brakes that hold them (engine.md 6)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import HoldState
from imports.models.runs import Run
from schools.models import District


class Hold(models.Model):
    """A slice of a plan that looks like an accident and waits for a person (C08, C09).

    `cause` is a code of imports.problems, `slice` its exact place ("transfer/student/12").
    `schools` is [{"school": id, "count": n, "of": n}]. `digest` is of the held rows' content.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="holds")
    run = models.ForeignKey(Run, models.CASCADE, related_name="holds")
    state = models.CharField(max_length=10, default=HoldState.OPEN)
    cause = models.CharField(max_length=50)
    slice = models.CharField(max_length=100)
    data_type = models.CharField(max_length=10)
    action = models.CharField(max_length=10, blank=True)
    count = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    schools = models.JSONField(default=list)
    digest = models.BinaryField(max_length=16)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "cause", "slice"],
                condition=Q(state="open"),
                name="hold_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.slice}"


class Brake(models.Model):
    """A district's own value of a brake of engine.md 6; without a row the default holds.

    A part that is None is the default's. A brake that is `off` has a `reason`.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="brakes")
    data_type = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    number = models.PositiveIntegerField(null=True)
    off = models.BooleanField(default=False, db_default=False)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type", "name"], name="brake_one"),
            models.CheckConstraint(
                condition=Q(off=False) | ~Q(reason=""), name="brake_off_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanFigures(models.Model):
    """What the brakes looked at in one run's plan, so that other limits can be tried on it.

    `figures` is imports.brake_terms.Figures as plain values. A plan without rows has none.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="plan_figures")
    data_type = models.CharField(max_length=10)
    figures = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "data_type"], name="plan_figures_one")
        ]

    def __str__(self) -> str:
        return f"{self.data_type} of run {self.run_id}"
