"""That somebody looks at the clock."""

from django.db import models


class Heartbeat(models.Model):
    """When somebody looked at the clock last, one row per name.

    "tick": the engine looked for what is due (beat with a worker, or `run_due`). "purge" and
    "purge letters": what is too old was removed.
    """

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
