"""When a data type is synced by itself."""

from django.db import models

from schools.models import District


class Schedule(models.Model):
    """When a data type is synced by itself. `first_import_at` opens the door for schedules."""

    district = models.ForeignKey(District, models.CASCADE, related_name="schedules")
    data_type = models.CharField(max_length=10)
    automatic = models.BooleanField(default=True)
    frequency = models.CharField(max_length=20, default="daily")
    at_minute = models.PositiveSmallIntegerField(default=300)
    weekday = models.PositiveSmallIntegerField(null=True)
    first_import_at = models.DateTimeField(null=True)
    next_due = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type"], name="schedule_one")
        ]

    def __str__(self) -> str:
        return f"{self.data_type} {self.frequency}"
