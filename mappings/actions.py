"""What people do to a district's rules. Each action owns its transaction.

Rules are immutable versions: DRAFT -> ACTIVE -> RETIRED. Publishing never changes a version that a
run may name; it makes the next one (engine.md 1).
"""

from dataclasses import replace

from django.db import transaction
from django.db.models import Max

from accounts import audit
from clever_sync.sources import SOURCES
from core.problems import ConsoleError, Finding
from core.states import Machine
from core.vocabulary import DataType, RulesetState
from mappings.defaults import CODES, default_spec
from mappings.matching import (
    accept_certain,
    ask_again,
    clear_match,
    create_schools_from_clever,
    leave_school_out,
    match_many,
    match_school,
)
from mappings.models import CodeRule, DefaultRule, FieldRule, Ruleset
from mappings.problems import PROBLEMS
from mappings.queries import active_ruleset, draft_of, same_rules, spec_of
from mappings.review import objections
from mappings.spec import RulesetSpec
from schools.models import District, School
from schools.queries import label
from schools.sources import name_of, old_source
from schools.targets import TARGETS

__all__ = [
    "RULESET",
    "accept_certain",
    "ask_again",
    "check",
    "clear_match",
    "create_default_rulesets",
    "create_schools_from_clever",
    "discard_draft",
    "leave_school_out",
    "lock_rules",
    "match_many",
    "match_school",
    "publish",
    "save_draft",
    "sentence",
    "write_version",
]

RULESET = Machine(
    "ruleset",
    {
        RulesetState.DRAFT: frozenset({RulesetState.ACTIVE}),
        RulesetState.ACTIVE: frozenset({RulesetState.RETIRED}),
        RulesetState.RETIRED: frozenset(),
    },
)


@transaction.atomic
def create_default_rulesets(*, district: District, by: str = "") -> list[Ruleset]:
    """Publishes version 1 of every data type with the defaults of fields.md.

    A type that has a version already is left as it is.
    """
    known = set(Ruleset.objects.filter(district=district).values_list("data_type", flat=True))
    return [
        write_version(
            district=district,
            spec=replace(default_spec(0, data_type), codes=CODES[data_type]),
            version=1,
            state=RulesetState.ACTIVE,
            by=by,
        )
        for data_type in DataType
        if data_type not in known
    ]


@transaction.atomic
def save_draft(*, district: District, spec: RulesetSpec, by: str) -> Ruleset:
    """Keeps unpublished work; the draft of this type before it is gone. Nothing is checked yet.

    It goes on from where the draft before it was begun, else from the published version.
    """
    lock_rules(district)
    earlier, active = draft_of(district, spec.data_type), active_ruleset(district, spec.data_type)
    begun = earlier.based_on if earlier else active.version if active else None
    if earlier:
        earlier.delete()
    version = _next_version(district, spec.data_type)
    draft = write_version(
        district=district, spec=spec, version=version, state=RulesetState.DRAFT, by=by
    )
    draft.based_on = begun
    draft.save(update_fields=["based_on"])
    return draft


@transaction.atomic
def discard_draft(*, district: District, data_type: DataType) -> bool:
    """Throws unpublished work away; returns whether there was any."""
    drafts = Ruleset.objects.filter(
        district=district, data_type=data_type, state=RulesetState.DRAFT
    )
    gone, _ = drafts.delete()
    return gone > 0


@transaction.atomic
def publish(*, district: District, spec: RulesetSpec, by: str) -> Ruleset:
    """Makes these rules the ones of the next run; the ones before are retired, never changed.

    Raises ConsoleError with a sentence that names what cannot be. A draft that says the same is
    used up; one that says something else is kept, for whoever works on it.
    """
    lock_rules(district)
    check(district, spec)
    active, draft = active_ruleset(district, spec.data_type), draft_of(district, spec.data_type)
    if draft and same_rules(spec_of(draft), spec):
        draft.delete()
    if active:
        RULESET.move(Ruleset.objects.filter(pk=active.pk), RulesetState.RETIRED)
    ruleset = write_version(
        district=district,
        spec=spec,
        version=_next_version(district, spec.data_type),
        state=RulesetState.ACTIVE,
        by=by,
    )
    if active:
        ruleset.based_on = active.version
        ruleset.save(update_fields=["based_on"])
    audit.record(
        district, by, "rules.publish", str(spec.data_type),
        ruleset=ruleset.pk, version=ruleset.version,
    )  # fmt: skip
    return ruleset


def check(district: District, spec: RulesetSpec) -> None:
    """Raises ConsoleError with a sentence for the first thing that cannot be published."""
    schools = School.objects.filter(district=district).values_list("pk", flat=True)
    migrating = old_source(district) is not None
    found = objections(spec, local_schools=frozenset(schools), migrating=migrating)
    if found:
        raise ConsoleError(sentence(district, spec.data_type, found[0]), code=found[0].code)


def sentence(district: District, data_type: DataType, finding: Finding) -> str:
    """What a finding says, with the district's own names for its fields."""
    problem = PROBLEMS[finding.code]
    name = label(district, finding.field) if finding.field in TARGETS else finding.field
    value = SOURCES[finding.value].label if finding.value in SOURCES else name_of(finding.value)
    said = problem.explanation.format(field=name, value=value or "nothing", school="")
    return f"{str(data_type).capitalize()}: {said} {problem.fix}"


def lock_rules(district: District) -> None:
    """One writer of rules at a time in a district; to be called inside a transaction."""
    District.objects.select_for_update(no_key=True).get(pk=district.pk)


def _next_version(district: District, data_type: DataType) -> int:
    rulesets = Ruleset.objects.filter(district=district, data_type=data_type)
    newest: int | None = rulesets.aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


def write_version(
    *, district: District, spec: RulesetSpec, version: int, state: RulesetState, by: str
) -> Ruleset:
    """Writes a ruleset with all its rules; to be called inside a transaction.

    Codes are kept in the spelling of `spec`, for people to read.
    """
    ruleset = Ruleset.objects.create(
        district=district,
        data_type=spec.data_type,
        version=version,
        state=state,
        import_rule=spec.import_rule,
        leaver_rule=spec.leaver_rule,
        all_schools=spec.all_schools,
        schools=sorted(spec.schools),
        change_identifiers=spec.change_identifiers,
        created_by=by,
    )
    FieldRule.objects.bulk_create(
        FieldRule(
            ruleset=ruleset,
            field=rule.field,
            source=rule.source,
            policy=rule.policy,
            blank=rule.blank,
        )
        for rule in spec.fields
    )
    CodeRule.objects.bulk_create(
        CodeRule(ruleset=ruleset, field=field, code=code, value=value)
        for field, table in spec.codes.items()
        for code, value in table.items()
    )
    DefaultRule.objects.bulk_create(
        DefaultRule(ruleset=ruleset, field=field, value=value)
        for field, value in spec.defaults.items()
    )
    return ruleset
