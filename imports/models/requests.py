"""What programs have asked for over the API (C28)."""

from django.db import models
from django.db.models.functions import Now

from imports.models.runs import Run
from schools.models import District


class RunRequest(models.Model):
    """A program's request for a run, known by a key of its own, so that sent twice it starts once.

    `asker` is the prefix of the token, `wanted` what was asked for under the key.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="+", db_index=False)
    asker = models.CharField(max_length=12)
    key = models.CharField(max_length=100)
    wanted = models.JSONField()
    run = models.ForeignKey(Run, models.CASCADE, related_name="requests")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "asker", "key"], name="run_request_one")
        ]

    def __str__(self) -> str:
        return self.key
