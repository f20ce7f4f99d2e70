"""When a data type is synced by itself, and when it is not: the school calendar (C24)."""

from django.db import models
from django.db.models import F, Q

from core.vocabulary import CalendarKind
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
    paused_by = models.CharField(max_length=254, blank=True, db_default="")
    paused_why = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type"], name="schedule_one")
        ]

    def __str__(self) -> str:
        return f"{self.data_type} {self.frequency}"


class CalendarRange(models.Model):
    """Days of the district on which nothing starts by itself, or nobody is removed (C24).

    `first` and `last` are both within it, by the district's own clock.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="calendar")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in CalendarKind])
    first = models.DateField()
    last = models.DateField()
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="calendar_in_order"),
        ]
        indexes = [models.Index(fields=["district", "last"], name="calendar_of_district")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
