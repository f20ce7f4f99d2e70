"""Which fields Clever delivers: those a file does not write (A08, engine.md 9 and 11)."""

from collections.abc import Collection, Mapping

from core.vocabulary import DataType, ImportRule, Policy, RulesetState
from mappings.models import FieldRule
from schools.models import District

Delivered = Mapping[str, frozenset[str]]


def delivered(district: District) -> Delivered:
    """{data type: fields} that a published rule feeds, by whatever policy.

    Rules that only add write nobody who is here.
    """
    rules = (
        FieldRule.objects.filter(ruleset__district=district, ruleset__state=RulesetState.ACTIVE)
        .exclude(ruleset__import_rule=ImportRule.ADD_ONLY)
        .exclude(source="")
        .exclude(policy=Policy.DO_NOT_IMPORT)
    )
    found: dict[str, set[str]] = {str(data_type): set() for data_type in DataType}
    for data_type, field in rules.values_list("ruleset__data_type", "field"):
        found[data_type].add(field)
    return {data_type: frozenset(fields) for data_type, fields in found.items()}


def for_person(fields: Delivered, roles: Collection[str], clever_id: str | None) -> frozenset[str]:
    """The fields that Clever delivers for somebody with these roles; none without a link."""
    if not clever_id:
        return frozenset()
    return frozenset().union(*(fields.get(role, frozenset()) for role in roles))
