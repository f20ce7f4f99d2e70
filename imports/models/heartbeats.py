"""That somebody looks at the clock."""

from django.db import models


class Heartbeat(models.Model):
    """When the engine last looked for what is due: beat with a worker, or `run_due`. One row."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
