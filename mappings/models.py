"""The district's rules, in immutable versions, and which Clever school is which of ours."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.vocabulary import (
    BlankPolicy,
    DataType,
    ImportRule,
    LeaverRule,
    Policy,
    RulesetState,
)
from schools.models import District, School


def _choices(words: type) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]  # type: ignore[attr-defined]


class SchoolMatch(models.Model):
    """The answer for one Clever school: one of ours, or "do not sync" (school is empty)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="school_matches")
    clever_school_id = models.CharField(max_length=24)
    school = models.ForeignKey(School, models.CASCADE, null=True, related_name="matches")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "clever_school_id"], name="school_match_clever_once"
            ),
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(school__isnull=False),
                name="school_match_local_once",
            ),
        ]

    def __str__(self) -> str:
        return self.clever_school_id


class Ruleset(models.Model):
    """One version of a data type's settings. ACTIVE versions are never changed.

    `all_schools` False means: only the local schools in `schools` are in scope (A41, A42).
    `based_on` is the version from which a draft was begun. `confirmed_by` is who looked at a
    published version and saved it as it is.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="rulesets")
    data_type = models.CharField(max_length=10, choices=_choices(DataType))
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=RulesetState.DRAFT)
    import_rule = models.CharField(
        max_length=20, choices=_choices(ImportRule), default=ImportRule.ADD_AND_UPDATE
    )
    leaver_rule = models.CharField(
        max_length=20, choices=_choices(LeaverRule), default=LeaverRule.MARK_TRANSFERRED
    )
    all_schools = models.BooleanField(default=True)
    schools = ArrayField(models.BigIntegerField(), default=list, blank=True)
    change_identifiers = models.BooleanField(default=False)
    based_on = models.PositiveIntegerField(null=True)
    created_by = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.CharField(max_length=254, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "data_type", "version"], name="ruleset_version"
            ),
            models.UniqueConstraint(
                fields=["district", "data_type"],
                condition=Q(state="active"),
                name="ruleset_one_active",
            ),
            models.UniqueConstraint(
                fields=["district", "data_type"],
                condition=Q(state="draft"),
                name="ruleset_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data_type} v{self.version}"


class FieldRule(models.Model):
    """How one local field is fed: from which source, by which policy."""

    ruleset = models.ForeignKey(Ruleset, models.CASCADE, related_name="field_rules")
    field = models.CharField(max_length=50)
    source = models.CharField(max_length=100, blank=True)
    policy = models.CharField(
        max_length=20, choices=_choices(Policy), default=Policy.CLEVER_DECIDES
    )
    blank = models.CharField(max_length=10, choices=_choices(BlankPolicy), default=BlankPolicy.KEEP)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ruleset", "field"], name="field_rule_one")]

    def __str__(self) -> str:
        return f"{self.field} from {self.source}"


class CodeRule(models.Model):
    """One row of a code table: Clever's code and ours. `field` is the local field."""

    ruleset = models.ForeignKey(Ruleset, models.CASCADE, related_name="code_rules")
    field = models.CharField(max_length=50)
    code = models.CharField(max_length=100)
    value = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ruleset", "field", "code"], name="code_rule_one")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.code} is {self.value}"


class DefaultRule(models.Model):
    """The value of a field that no rule maps, for new records (B13)."""

    ruleset = models.ForeignKey(Ruleset, models.CASCADE, related_name="default_rules")
    field = models.CharField(max_length=50)
    value = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ruleset", "field"], name="default_rule_one")
        ]

    def __str__(self) -> str:
        return f"{self.field} is {self.value}"


class SchoolLeftOut(models.Model):
    """One of our schools for which the answer is "do not sync": nothing of Clever belongs to it."""

    district = models.ForeignKey(District, models.CASCADE, related_name="+")
    school = models.OneToOneField(School, models.CASCADE, related_name="left_out")

    def __str__(self) -> str:
        return f"{self.school_id} is not synced"


class SchoolMatchDraft(models.Model):
    """Answers that were chosen but not saved (B44): offered again, and never in force.

    `answers` is what differs from the saved ones: {Clever school id: local school id, null for
    "do not sync", or "" for an answer that is taken back}. `left_out` are all local schools that
    are not to be synced.
    """

    district = models.OneToOneField(District, models.CASCADE, related_name="school_match_draft")
    answers = models.JSONField(default=dict)
    left_out = ArrayField(models.BigIntegerField(), default=list)
    chosen_by = models.CharField(max_length=254, blank=True)
    chosen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{len(self.answers)} answers"
