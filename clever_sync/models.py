"""What we know of Clever: the connection, pulls with their walks, and the mirror (engine.md 2)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import ConnectionState, PullKind, PullState
from schools.models import District

CLEVER_ID = 24


class Connection(models.Model):
    """A district's tie to Clever. No token is stored; it is read anew by the district's id.

    `enabled` is the switch of B45. `event_cursor` moves only when a pull is finished.
    """

    district = models.OneToOneField(District, models.CASCADE, related_name="connection")
    clever_district_id = models.CharField(max_length=CLEVER_ID, unique=True)
    state = models.CharField(max_length=20, default=ConnectionState.NEW)
    enabled = models.BooleanField(default=False)
    clever_name = models.CharField(max_length=200, blank=True)
    clever_state = models.CharField(max_length=20, blank=True)
    last_sync = models.DateTimeField(null=True)
    pause_start = models.DateTimeField(null=True)
    pause_end = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    attention = models.CharField(max_length=50, blank=True)
    event_cursor = models.CharField(max_length=CLEVER_ID, blank=True)
    event_cursor_at = models.DateTimeField(null=True)
    last_full_pull = models.ForeignKey("Pull", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.clever_name or self.clever_district_id


class Pull(models.Model):
    """One reading of what Clever shares. `fence` is the fence of the run that drives it.

    `last_sync` is Clever's own, read before the walks. `adds_only` names why nobody may be
    removed by this pull ("" when removals are allowed). `sources` are the fields that were kept.
    `finding_counts` counts the findings by code, also those too many to be kept. `absence_counts`
    counts the missing people by what was found out about them (clever_sync.absences). `why_full`
    says in a code of clever_sync.reasons why everything was read, judged by `basis`.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="pulls")
    kind = models.CharField(max_length=10, default=PullKind.FULL)
    why_full = models.CharField(max_length=20, blank=True, db_default="")
    basis = models.JSONField(default=dict, db_default={})
    state = models.CharField(max_length=10, default=PullState.OPEN)
    fence = models.BigIntegerField(default=0)
    roles = ArrayField(models.CharField(max_length=20))
    sources = ArrayField(models.CharField(max_length=100))
    event_cursor = models.CharField(max_length=CLEVER_ID, blank=True)
    last_sync = models.DateTimeField(null=True)
    clever_state = models.CharField(max_length=20, blank=True)
    adds_only = models.CharField(max_length=50, blank=True)
    requests = models.PositiveIntegerField(default=0)
    finding_counts = models.JSONField(default=dict, db_default={})
    absence_counts = models.JSONField(default=dict, db_default={})
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(state="open"), name="pull_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"pull {self.pk}"


class PullWalk(models.Model):
    """One walk through a list of Clever: "schools", a role, or "events".

    `cursor` is the last id of the last page that was committed. `proved` is empty until the
    walk has ended; `doubt` says in a code why a walk is not proved. `rounds` counts the restarts.
    """

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="walks")
    what = models.CharField(max_length=20)
    cursor = models.CharField(max_length=CLEVER_ID, blank=True)
    pages = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    finished = models.BooleanField(default=False)
    proved = models.BooleanField(null=True)
    doubt = models.CharField(max_length=50, blank=True)
    rounds = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pull", "what"], name="pull_walk_one")]

    def __str__(self) -> str:
        return f"walk of {self.what}"


class PullAbsence(models.Model):
    """Somebody of the mirror whom a walk of this pull did not meet. Not yet a conclusion (C07).

    `verdict` is what was found out, `how` by what it was.
    """

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="absences")
    clever_id = models.CharField(max_length=CLEVER_ID)
    role = models.CharField(max_length=20)
    verdict = models.CharField(max_length=20, blank=True)
    how = models.CharField(max_length=12, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pull", "clever_id", "role"], name="pull_absence_one")
        ]

    def __str__(self) -> str:
        return f"{self.clever_id} as {self.role}"


class PullTouch(models.Model):
    """Somebody of whom an event tells, so that this pull asks Clever about them by their id.

    Of an event nothing else is kept: what is true is what Clever answers now.
    """

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="touches", db_index=False)
    clever_id = models.CharField(max_length=CLEVER_ID)
    asked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pull", "clever_id"], name="pull_touch_one")]

    def __str__(self) -> str:
        return self.clever_id


class PullFinding(models.Model):
    """A problem of a record or a field that was met while reading (cleaned, too long, broken)."""

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="findings")
    code = models.CharField(max_length=50)
    clever_id = models.CharField(max_length=CLEVER_ID, blank=True)
    field = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.code


class PullFill(models.Model):
    """How many people of a role had a value for a source when a pull was done (C21).

    `source` is "" for all the people of the role. Counted only when enough of them changed.
    """

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="fills")
    role = models.CharField(max_length=20)
    source = models.CharField(max_length=100, blank=True)
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pull", "role", "source"], name="pull_fill_one")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.source}: {self.people}"


class PageSeal(models.Model):
    """The digest of a page that stood for exactly the mirror's rows of its range.

    The same bytes again, while the mirror's range is untouched, need no second look.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    after = models.CharField(max_length=CLEVER_ID, blank=True)
    digest = models.BinaryField(max_length=16)
    last_id = models.CharField(max_length=CLEVER_ID)
    count = models.PositiveIntegerField()
    has_next = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "what", "after"], name="page_seal_one")
        ]

    def __str__(self) -> str:
        return f"{self.what} after {self.after or 'the start'}"


class MirrorObject(models.Model):
    """A school or a user as Clever shares it, minimised: flat source path -> value.

    `raw_hash` is of the bytes as they came, `content_hash` of the minimised payload.
    `changed_in` is the pull that last changed content, roles or presence: whatever is at or
    below a data type's watermark (imports.Settled) needs no second look. `roles` are those of the
    roles we know that are held. The key columns are normalised by core.text.key. `absent_in` is
    the first proved pull that did not meet the object; `gone_in` the pull that concluded it, and
    `gone_by` how (C13).
    """

    # Every index costs a share of the first import: the constraints below begin with these.
    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="mirror", db_index=False
    )
    type = models.CharField(max_length=6)
    clever_id = models.CharField(max_length=CLEVER_ID)
    payload = models.JSONField()
    raw_hash = models.BinaryField(max_length=16)
    content_hash = models.BinaryField(max_length=16)
    changed_in = models.ForeignKey(
        Pull, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    roles = ArrayField(models.CharField(max_length=20), default=list)
    school = models.CharField(max_length=CLEVER_ID, null=True)
    key_sis_id = models.CharField(max_length=255, null=True)
    key_number = models.CharField(max_length=255, null=True)
    key_staff_id = models.CharField(max_length=255, null=True)
    key_state_id = models.CharField(max_length=255, null=True)
    key_email = models.CharField(max_length=255, null=True)
    broken = models.BooleanField(default=False, db_default=False)
    absent_in = models.ForeignKey(
        Pull, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    gone_in = models.ForeignKey(Pull, models.SET_NULL, null=True, related_name="+", db_index=False)
    gone_by = models.CharField(max_length=12, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "type", "clever_id"], name="mirror_object_one"
            )
        ]
        indexes = [
            models.Index(fields=["connection", "key_sis_id"], name="mirror_sis_id"),
            models.Index(
                fields=["connection", "key_number"],
                name="mirror_number",
                condition=Q(key_number__isnull=False),
            ),
            models.Index(
                fields=["connection", "key_staff_id"],
                name="mirror_staff_id",
                condition=Q(key_staff_id__isnull=False),
            ),
            models.Index(
                fields=["connection", "key_state_id"],
                name="mirror_state_id",
                condition=Q(key_state_id__isnull=False),
            ),
            models.Index(fields=["connection", "key_email"], name="mirror_email"),
            models.Index(fields=["connection", "changed_in"], name="mirror_changed_in"),
            models.Index(
                fields=["connection"],
                name="mirror_missing",
                condition=Q(absent_in__isnull=False) | Q(gone_in__isnull=False),
            ),
            # Employees are few among many students, and their pages reach over all of them.
            models.Index(
                fields=["connection", "clever_id"],
                name="mirror_employees",
                condition=Q(roles__overlap=["teacher", "staff", "district_admin"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.clever_id}"


class KeptOut(models.Model):
    """Somebody of Clever who was erased here and never comes in again: a hash, no name (C34)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32)
    noted_by = models.CharField(max_length=254)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "digest"], name="kept_out_one")]

    def __str__(self) -> str:
        return f"note {self.pk}"


class RequestBudget(models.Model):
    """How many requests of a token were lent in a minute. The key is a digest, not the token."""

    token_key = models.BinaryField(max_length=16, primary_key=True)
    minute = models.DateTimeField()
    leased = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.leased} in {self.minute}"
