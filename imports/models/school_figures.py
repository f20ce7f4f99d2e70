"""What a run did at each school, kept for as long as the run (C22)."""

from django.db import models

from imports.models.runs import Run


class SchoolFigures(models.Model):
    """How many people an import changed at one school: small rows, so charts read no plan.

    `joined` were created, restored or moved here; `left` marked as leavers or moved away.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="school_figures", db_index=False)
    school = models.BigIntegerField()
    joined = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "school"], name="school_figures_one")]
        indexes = [models.Index(fields=["school", "run"], name="school_figures_of_school")]

    def __str__(self) -> str:
        return f"run {self.run_id}, school {self.school}"
