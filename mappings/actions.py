"""What people do to a district's rules. Each action owns its transaction."""

from dataclasses import replace

from django.db import transaction

from core.vocabulary import DataType, RulesetState
from mappings.defaults import CODES, default_spec
from mappings.models import CodeRule, DefaultRule, FieldRule, Ruleset
from mappings.spec import RulesetSpec
from schools.models import District


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
