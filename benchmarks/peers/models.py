"""The tables of those contestants that use Django's models: people, and a log of changes.

The same columns and as many indexes as ours has for students (schools.models, imports.models).
"""

from django.db import models
from django.db.models.functions import Lower, Now


class PeerPerson(models.Model):
    """One student."""

    clever_id = models.CharField(max_length=24)
    kind = models.CharField(max_length=10, default="student")
    status = models.PositiveSmallIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)
    legacy_id = models.CharField(max_length=24, null=True)
    sis_id = models.CharField(max_length=255, null=True)
    student_number = models.CharField(max_length=255, null=True)
    first_name = models.CharField(max_length=255, null=True)
    middle_name = models.CharField(max_length=255, null=True)
    last_name = models.CharField(max_length=255)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=20, null=True)
    address = models.CharField(max_length=255, null=True)
    city = models.CharField(max_length=255, null=True)
    state = models.CharField(max_length=255, null=True)
    postal_code = models.CharField(max_length=20, null=True)
    email = models.CharField(max_length=255, null=True)
    grade = models.CharField(max_length=50, null=True)
    username = models.CharField(max_length=255, null=True)
    class_year = models.PositiveSmallIntegerField(null=True)
    school = models.CharField(max_length=24, null=True)
    other_schools = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    objects: models.Manager["PeerPerson"] = models.Manager()

    class Meta:
        app_label = "peers"
        constraints = [models.UniqueConstraint(fields=["clever_id"], name="peer_clever_id")]
        indexes = [
            models.Index(fields=["school"], name="peer_school"),
            models.Index(Lower("sis_id"), name="peer_sis_id"),
            models.Index(Lower("student_number"), name="peer_student_number"),
            models.Index(Lower("email"), name="peer_email"),
            models.Index(Lower("username"), name="peer_username"),
            models.Index(fields=["kind", "last_name", "first_name", "id"], name="peer_listing"),
        ]

    def __str__(self) -> str:
        return self.clever_id


class PeerChange(models.Model):
    """One change of one student."""

    run = models.PositiveIntegerField()
    action = models.CharField(max_length=10)
    clever_id = models.CharField(max_length=24)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    objects: models.Manager["PeerChange"] = models.Manager()

    class Meta:
        app_label = "peers"
        indexes = [
            models.Index(fields=["run", "action", "id"], name="peer_change_run"),
            models.Index(fields=["clever_id", "id"], name="peer_change_person"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.clever_id}"
