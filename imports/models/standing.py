"""Problems that stay from run to run until they are gone (C19)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from imports.models.runs import Run
from schools.models import District


class StandingProblem(models.Model):
    """A problem of a district, from the run that met it first to the first that does not.

    `people` and `examples` (Clever IDs) are those of `last_run`. `runs` counts the runs that met
    it. One that comes back after it was closed is a new one.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="standing_problems")
    data_type = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=50)
    field = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=255, blank=True)
    people = models.PositiveIntegerField(default=0)
    examples = ArrayField(models.CharField(max_length=24), default=list)
    runs = models.PositiveIntegerField(default=1)
    first_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    first_seen = models.DateTimeField()
    last_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    last_seen = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "data_type", "code", "field", "value"],
                condition=Q(closed_at__isnull=True),
                name="standing_problem_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["district", "-closed_at"],
                name="standing_problem_closed",
                condition=Q(closed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.code
