"""Runs and their plans, holds, alerts, events and schedules (engine.md 1, 4 to 7)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clever_sync.models import Pull
from core.vocabulary import (
    ACTIVE_RUN_STATES,
    AlertState,
    HoldState,
    RunMode,
    RunState,
    Trigger,
)
from schools.models import District, Person


class Run(models.Model):
    """One run of a district: the truth about its work (engine.md 1).

    Time: `now` is the one clock of the run. Claiming: `lease_until`, `fence` (raised with each
    claim) and `attempts` (claims without progress); `next_attempt_at` is when it may go on.
    `settings` maps each data type to its ruleset id; `schools_key` names the school matching.
    `counts` is {type: {action: n}}, `problems` {code: n}, `seconds` {phase: s}.
    `progress` is {"step", "done", "total"}. `message` is one sentence for people.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="runs")
    mode = models.CharField(max_length=10, choices=[(m.value, m.value) for m in RunMode])
    trigger = models.CharField(max_length=10, default=Trigger.CLICK)
    state = models.CharField(max_length=22, default=RunState.QUEUED)
    step = models.CharField(max_length=10, blank=True)
    data_types = ArrayField(models.CharField(max_length=10))
    requested_by = models.CharField(max_length=254, blank=True)
    full = models.BooleanField(default=False)
    approved = models.BooleanField(default=False)
    tested_run = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    due_slot = models.DateTimeField(null=True)
    settings = models.JSONField(default=dict)
    schools_key = models.BinaryField(max_length=16, null=True)
    raised_brakes = models.JSONField(default=dict)
    approved_causes = models.JSONField(default=list)
    pull = models.ForeignKey(Pull, models.SET_NULL, null=True, related_name="+")
    now = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    rests = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=dict)
    seconds = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    failure = models.CharField(max_length=50, blank=True)
    retryable = models.BooleanField(default=False)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district"],
                condition=Q(state__in=[s.value for s in ACTIVE_RUN_STATES]),
                name="run_one_active",
            ),
            models.UniqueConstraint(
                fields=["district", "due_slot"],
                condition=Q(due_slot__isnull=False),
                name="run_one_per_slot",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "-id"], name="run_newest"),
            models.Index(
                fields=["next_attempt_at"],
                name="run_due",
                condition=Q(state__in=[s.value for s in ACTIVE_RUN_STATES]),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class WhatIf(models.Model):
    """What a draft would change: `run` plans with it, `base` with what is published (C03).

    `schools` are drafted answers for schools, if they are part of it. `base` is never worked on
    by itself and stands in no list. `summary` is what imports.what_if_figures made of both plans.
    """

    run = models.OneToOneField(Run, models.CASCADE, related_name="what_if")
    base = models.OneToOneField(Run, models.CASCADE, related_name="+")
    data_type = models.CharField(max_length=10)
    schools = models.JSONField(null=True)
    summary = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"what if, {self.run_id}"


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
    hold = models.ForeignKey(
        "Hold", models.SET_NULL, null=True, related_name="rows", db_index=False
    )

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


class RunProblem(models.Model):
    """One kind of problem in one run, per field and value, with how many people it touches."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="run_problems")
    data_type = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=50)
    field = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=255, blank=True)
    people = models.PositiveIntegerField(default=0)
    examples = ArrayField(models.CharField(max_length=24), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "data_type", "code", "field", "value"], name="run_problem_one"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Hold(models.Model):
    """A slice of a plan that looks like an accident and waits for a person (C08, C09).

    `cause` is a code of imports.problems, `slice` its exact place ("transfer/student/12").
    `schools` is [{"school": id, "count": n, "of": n}]. `digest` is of the held rows' content.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="holds")
    run = models.ForeignKey(Run, models.CASCADE, related_name="holds")
    state = models.CharField(max_length=10, default=HoldState.OPEN)
    cause = models.CharField(max_length=50)
    slice = models.CharField(max_length=100)
    data_type = models.CharField(max_length=10)
    action = models.CharField(max_length=10, blank=True)
    count = models.PositiveIntegerField()
    population = models.PositiveIntegerField()
    schools = models.JSONField(default=list)
    digest = models.BinaryField(max_length=16)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "cause", "slice"],
                condition=Q(state="open"),
                name="hold_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.slice}"


class Alert(models.Model):
    """A person of Clever whom only a human can place (A63-A67).

    `reason` is a code of imports.problems. `version` rises with each change of its candidates.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="alerts")
    data_type = models.CharField(max_length=10)
    clever_id = models.CharField(max_length=24)
    reason = models.CharField(max_length=50)
    state = models.CharField(max_length=10, default=AlertState.OPEN)
    version = models.PositiveIntegerField(default=1)
    first_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    last_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "clever_id", "reason"],
                condition=Q(state__in=["open", "staged"]),
                name="alert_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.clever_id}"


class AlertCandidate(models.Model):
    """A local record that the alert's person might be, with score and reasons (C14)."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="candidates")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=50), default=list)
    person_revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "person"], name="alert_candidate_one")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ({self.score})"


class MatchDecision(models.Model):
    """What a person decided about a pair, or about a Clever person ("create")."""

    district = models.ForeignKey(District, models.CASCADE, related_name="match_decisions")
    clever_id = models.CharField(max_length=24)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    decision = models.CharField(max_length=10)
    decided_by = models.CharField(max_length=254)
    decided_at = models.DateTimeField(db_default=Now())
    person_revision = models.PositiveIntegerField(null=True)
    staged = models.BooleanField(default=True)
    done_in = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "clever_id", "person"],
                name="match_decision_one",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.clever_id}"


class RunEvent(models.Model):
    """The outbox: what happened, written in the transaction of its cause (engine.md 10)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="events")
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="events")
    kind = models.CharField(max_length=40)
    data_types = ArrayField(models.CharField(max_length=10), default=list)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="run_event_waiting", condition=Q(delivered_at__isnull=True)
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "kind"], name="run_event_once"),
        ]

    def __str__(self) -> str:
        return self.kind


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


class Brake(models.Model):
    """A district's own value of a brake of engine.md 6; without a row the default holds."""

    district = models.ForeignKey(District, models.CASCADE, related_name="brakes")
    data_type = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    number = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "data_type", "name"], name="brake_one")
        ]

    def __str__(self) -> str:
        return self.name


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
