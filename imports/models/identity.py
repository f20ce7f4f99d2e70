"""Who is who, corrected by hand, and the way back (C15)."""

from django.db import models
from django.db.models.functions import Now

from schools.models import District, Person


class IdentityChange(models.Model):
    """A record parted from its Clever ID, or two records that became one; each way back (C15).

    `person` is the record that was unlinked, or the one that goes on; `other` was merged into it.
    `before` and `after` are {record id: its columns} for exactly what was written; `kept` holds
    what else there is to restore.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identity_changes")
    other = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    clever_id = models.CharField(max_length=24, null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    done_by = models.CharField(max_length=254)
    done_at = models.DateTimeField(db_default=Now())
    taken_back_by = models.CharField(max_length=254, blank=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["district", "-id"], name="identity_change_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"
