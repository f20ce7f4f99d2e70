"""Plans, which become the log of changes, and how far a data type is done (engine.md 5)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from imports.models.holds import Hold
from imports.models.runs import Run
from schools.models import District, Person


class PlannedChange(models.Model):
    """One person that a run would change: the plan, and afterwards the log. Written once.

    `before` and `after` hold the changed fields by their keys of fields.md (a CREATE: every
    value). `why` is {"match": key, "cause": word, ...}; the rule of each field is in the run's
    rulesets, which never change. `person_revision` and `source_hash` name what it was planned
    for. `exception` says what kept it from being applied as planned.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="changes", db_index=False)
    data_type = models.CharField(max_length=10)
    action = models.CharField(max_length=10)
    effects = ArrayField(models.CharField(max_length=10), default=list)
    person = models.ForeignKey(
        Person,
        models.DO_NOTHING,
        null=True,
        related_name="changes",
        db_constraint=False,
        db_index=False,
    )
    clever_id = models.CharField(max_length=24, null=True)
    school = models.BigIntegerField(null=True)
    old_school = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.JSONField(default=dict)
    person_revision = models.PositiveIntegerField(null=True)
    source_hash = models.BinaryField(max_length=16, null=True)
    exception = models.CharField(max_length=10, null=True)
    hold = models.ForeignKey(Hold, models.SET_NULL, null=True, related_name="rows", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["run", "action", "id"], name="change_run_action"),
            models.Index(
                fields=["person", "id"],
                name="change_person",
                condition=Q(person__isnull=False),
            ),
            models.Index(
                fields=["run", "id"],
                name="change_exception",
                condition=Q(exception__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.person_id or self.clever_id}"


class Settled(models.Model):
    """How far a data type is done: under these settings, up to this pull of the mirror.

    Rows of the mirror that changed later, people who were touched here, and `Look` rows that are
    pending are what the next run looks at; everybody else costs nothing (engine.md 5).
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    data_type = models.CharField(max_length=10)
    settings_key = models.BinaryField(max_length=16)
    pull = models.BigIntegerField()
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type"], name="settled_one")
        ]

    def __str__(self) -> str:
        return f"{self.data_type} up to pull {self.pull}"


class Look(models.Model):
    """Somebody whom a run looked at without planning a row.

    `pending`: to be looked at again in every run (a finding, no record to update yet).
    Otherwise the person's `unsettled` mark may go if the revision is still this one.
    Rows of the last LIVE run of a data type are in force; a TEST writes none.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="looks", db_index=False)
    data_type = models.CharField(max_length=10)
    clever_id = models.CharField(max_length=24)
    pending = models.BooleanField()
    person = models.BigIntegerField(null=True)
    person_revision = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run", "pending"], name="look_run")]

    def __str__(self) -> str:
        return self.clever_id
