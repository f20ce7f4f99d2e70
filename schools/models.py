"""The ground floor: districts, schools and the people whose records we keep."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Lower, Now

from core.vocabulary import PersonKind, SourceState, Status

# Names as lists sort and search them. "C" is the same on every machine, and lets one index both
# sort and find by the beginning.
LAST_NAME = Collate(Lower("last_name"), "C")
FIRST_NAME = Collate(Lower("first_name"), "C")


class District(models.Model):
    """A customer. `clever_enabled` is Support's leave (A18), asked for at `clever_requested_at`."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64)
    rollover_month = models.PositiveSmallIntegerField(default=7)
    rollover_day = models.PositiveSmallIntegerField(default=16)
    terminology = models.JSONField(default=dict, blank=True)
    clever_enabled = models.BooleanField(default=False)
    clever_requested_at = models.DateTimeField(null=True, blank=True)
    clever_requested_by = models.EmailField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """A local school ("site"). The district office is where district admins belong."""

    district = models.ForeignKey(District, models.CASCADE, related_name="schools")
    site_code = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=50, blank=True)
    nces_id = models.CharField(max_length=20, blank=True)
    is_district_office = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "site_code"], name="school_site_code"),
            models.UniqueConstraint(
                fields=["district"],
                condition=Q(is_district_office=True),
                name="school_one_district_office",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """One person, one record: a student, or an employee with one or more roles (C16).

    `roles` are the data types under which the person stands (student, teacher, staff).
    `revision` rises with every write; a plan names the revision it was made for.
    `unsettled` says that something happened here that the next sync must look at.
    `status_before` is the status from before a sync marked the person as a leaver.
    `merged_into` is the record that goes on for this archived one (C15).
    Empty values are NULL, never "".
    """

    # No index of its own: unique(district, clever_id) begins with it.
    district = models.ForeignKey(District, models.CASCADE, related_name="people", db_index=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in PersonKind])
    roles = ArrayField(models.CharField(max_length=10))
    school = models.ForeignKey(School, models.PROTECT, null=True, related_name="people")
    status = models.PositiveSmallIntegerField(default=Status.ACTIVE)
    status_before = models.PositiveSmallIntegerField(null=True)
    clever_id = models.CharField(max_length=24, null=True)
    former_clever_id = models.CharField(max_length=24, null=True)
    legacy_id = models.CharField(max_length=24, null=True)
    sis_id = models.CharField(max_length=255, null=True)
    student_number = models.CharField(max_length=255, null=True)
    teacher_number = models.CharField(max_length=255, null=True)
    staff_id = models.CharField(max_length=255, null=True)
    state_id = models.CharField(max_length=255, null=True)
    barcode = models.CharField(max_length=15, null=True)
    community_id = models.CharField(max_length=255, null=True)
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
    weighted_gpa = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    unweighted_gpa = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    title = models.CharField(max_length=255, null=True)
    department = models.CharField(max_length=255, null=True)
    preferred_first_name = models.CharField(max_length=255, null=True)
    home_language = models.CharField(max_length=100, null=True)
    extra = models.JSONField(default=dict, db_default={})
    protected = models.BooleanField(default=False, db_default=False)
    unsettled = models.BooleanField(default=True, db_default=True)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    archived_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="merged", db_index=False
    )

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "clever_id"],
                name="person_clever_id",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=~Q(clever_id="")
                & ~Q(sis_id="")
                & ~Q(student_number="")
                & ~Q(teacher_number="")
                & ~Q(staff_id="")
                & ~Q(barcode="")
                & ~Q(community_id="")
                & ~Q(email="")
                & ~Q(username="")
                & ~Q(last_name=""),
                name="person_keys_never_blank",
            ),
        ]
        indexes = [
            models.Index(F("district"), Lower("sis_id"), name="person_sis_id"),
            models.Index(
                F("district"),
                Lower("student_number"),
                name="person_student_number",
                condition=Q(student_number__isnull=False),
            ),
            models.Index(
                F("district"),
                Lower("teacher_number"),
                name="person_teacher_number",
                condition=Q(teacher_number__isnull=False),
            ),
            models.Index(
                F("district"),
                Lower("staff_id"),
                name="person_staff_id",
                condition=Q(staff_id__isnull=False),
            ),
            models.Index(
                F("district"),
                Lower("state_id"),
                name="person_state_id",
                condition=Q(state_id__isnull=False),
            ),
            models.Index(F("district"), Lower("email"), name="person_email"),
            models.Index(
                F("district"),
                Lower("barcode"),
                name="person_barcode",
                condition=Q(barcode__isnull=False),
            ),
            models.Index(
                F("district"),
                Lower("community_id"),
                name="person_community_id",
                condition=Q(community_id__isnull=False),
            ),
            models.Index(
                F("district"),
                Lower("username"),
                name="person_username",
                condition=Q(username__isnull=False),
            ),
            models.Index(
                fields=["district", "birth_date"],
                name="person_unlinked_birth",
                condition=Q(clever_id__isnull=True),
            ),
            models.Index(
                F("district"),
                Lower("last_name"),
                name="person_unlinked_name",
                condition=Q(clever_id__isnull=True),
            ),
            models.Index(
                fields=["district", "former_clever_id"],
                name="person_former_clever_id",
                condition=Q(former_clever_id__isnull=False),
            ),
            models.Index(
                fields=["district", "clever_id"],
                name="person_unsettled",
                condition=Q(unsettled=True),
            ),
            models.Index(
                F("district"), F("kind"), LAST_NAME, FIRST_NAME, F("id"), name="person_by_name"
            ),
            # The protected, the transferred and the deleted people are few among many.
            models.Index(
                F("district"),
                LAST_NAME,
                FIRST_NAME,
                F("id"),
                name="person_protected",
                condition=Q(protected=True, archived_at__isnull=True),
            ),
            models.Index(
                F("district"),
                LAST_NAME,
                FIRST_NAME,
                F("id"),
                name="person_transferred",
                condition=Q(status=int(Status.TRANSFERRED), archived_at__isnull=True),
            ),
            models.Index(
                fields=["district", "archived_at", "id"],
                name="person_deleted",
                condition=Q(archived_at__isnull=False),
            ),
            models.Index(
                fields=["merged_into"],
                name="person_merged",
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class PersonSite(models.Model):
    """A further school of a person, beside `Person.school`."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="sites")
    school = models.ForeignKey(School, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "school"], name="person_site")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.school_id}"


class ExternalIdentity(models.Model):
    """A person's identifier in another system, so that clearing a system's is one DELETE (B48)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="external_identities")
    system = models.CharField(max_length=30)
    external_id = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "system"], name="external_identity_one")
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.external_id}"


class RosterSource(models.Model):
    """A way in which records arrive; at most one exclusive source is on (engine.md 11).

    `student_id_field` is the local field that it filled with the student ID. `old_mapping` and
    `old_picture` keep what people noted of its Matching Fields page (A15). `verified_source` is
    the field of Clever that somebody confirmed to hold the same student ID (A14); another one
    needs another confirmation.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="roster_sources")
    system = models.CharField(max_length=30)
    state = models.CharField(max_length=10, default=SourceState.ON)
    student_id_field = models.CharField(max_length=30, default="sis_id")
    old_mapping = models.TextField(blank=True)
    old_picture = models.BinaryField(null=True)
    old_picture_type = models.CharField(max_length=20, blank=True)
    answered_by = models.CharField(max_length=254, blank=True)
    answered_at = models.DateTimeField(db_default=Now())
    verified_source = models.CharField(max_length=100, blank=True)
    verified_by = models.CharField(max_length=254, blank=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "system"], name="roster_source_one")
        ]

    def __str__(self) -> str:
        return self.system


class SourceExport(models.Model):
    """What a source left behind, kept before its identifiers are cleared (A15, B48); restorable.

    `content` is a compressed file: the settings of the source, then one line per identifier.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="source_exports")
    system = models.CharField(max_length=30)
    content = models.BinaryField()
    identifiers = models.PositiveIntegerField()
    taken_by = models.CharField(max_length=254, blank=True)
    taken_at = models.DateTimeField(db_default=Now())
    restored_by = models.CharField(max_length=254, blank=True)
    restored_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.system} of {self.taken_at}"


class FieldLock(models.Model):
    """A field of a person that no sync may write (C11).

    One with an end is over from `until` on; the next run notes it as `ended_at`. `kept_from` is
    what the last sync would have written instead; NULL where that says the same as the record.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="locks")
    field = models.CharField(max_length=50)
    reason = models.CharField(max_length=300, blank=True)
    locked_by = models.CharField(max_length=254, blank=True)
    locked_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    kept_from = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "field"], name="field_lock_one")]
        indexes = [
            models.Index(fields=["district", "locked_at", "id"], name="field_lock_by_age"),
            models.Index(fields=["district", "until", "id"], name="field_lock_by_end"),
        ]

    def __str__(self) -> str:
        return self.field


class Protection(models.Model):
    """Why a person is protected (`Person.protected`), by whom, since when (C12)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    person = models.OneToOneField(Person, models.CASCADE, related_name="protection")
    reason = models.CharField(max_length=300)
    protected_by = models.CharField(max_length=254)
    protected_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["district", "protected_at", "id"], name="protection_by_age")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} is protected"


class LocalEdit(models.Model):
    """What people or a file changed here, beside the runs (engine.md 9). Rows are only added.

    `before` and `after` hold the changed fields by their keys of fields.md. `cause` is "hand",
    "bulk", "file" or one of imports.joining; or one of schools.keeping, whose rows hold no field
    but "locked": the keys of the fields, "reason" and "until".
    """

    # No index of its own: local_edit_newest begins with it.
    district = models.ForeignKey(District, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="edits", db_index=False)
    cause = models.CharField(max_length=10)
    edited_by = models.CharField(max_length=254)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["person", "id"], name="local_edit_person"),
            models.Index(fields=["district", "id"], name="local_edit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} by {self.edited_by}"
