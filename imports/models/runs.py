"""Runs, their problems and their outbox (engine.md 1, 10)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clever_sync.models import Pull
from core.vocabulary import ACTIVE_RUN_STATES, RunMode, RunState, Trigger
from imports.models.files import PeopleFile
from schools.models import District


class Run(models.Model):
    """One run of a district: the truth about its work (engine.md 1).

    Time: `now` is the one clock of the run. Claiming: `lease_until`, `fence` (raised with each
    claim) and `attempts` (claims without progress); `next_attempt_at` is when it may go on.
    `settings` maps each data type to its ruleset id; `schools_key` names the school matching.
    `counts` is {type: {action: n}}, `problems` {code: n}, `seconds` {phase: s}.
    `plan_format` says how its rows are read (imports.rows).
    `progress` is {"step", "done", "total"}. `message` is one sentence for people.
    `own_brakes` are the district's own values at the start (imports.limits); None: not noted.
    `raised_brakes` is {type: {brake: people who may pass in this run}}, `raised_because` why.
    `adds_only` says until when, and why, nobody is removed: "" on ordinary days (C24).
    An undo names the run that it takes back in `undoes`; its `scope` is what it is limited to and
    the figures that were shown before it (imports.undoing.scope). An import of a `file` keeps in
    its `scope` how the file is read (imports.from_file.choice). `purged_at`: the rows of the plan
    are deleted since then, the figures stay.
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
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undone_by")
    file = models.ForeignKey(PeopleFile, models.SET_NULL, null=True, related_name="runs")
    scope = models.JSONField(default=dict)
    due_slot = models.DateTimeField(null=True)
    settings = models.JSONField(default=dict)
    schools_key = models.BinaryField(max_length=16, null=True)
    own_brakes = models.JSONField(null=True)
    raised_brakes = models.JSONField(default=dict)
    raised_because = models.TextField(blank=True, default="", db_default="")
    adds_only = models.TextField(blank=True, default="", db_default="")
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
    plan_format = models.PositiveSmallIntegerField(default=1, db_default=1)
    failure = models.CharField(max_length=50, blank=True)
    retryable = models.BooleanField(default=False)
    message = models.TextField(blank=True)
    purged_at = models.DateTimeField(null=True)

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
