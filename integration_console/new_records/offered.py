"""Which fields may have a value for new records, and why the others may not (B13)."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.vocabulary import DataType, Policy
from mappings.review import NO_DEFAULT
from mappings.spec import RulesetSpec
from schools.targets import Target, targets_of

# What belongs to one person alone: with one value for everybody, records would be mistaken for
# each other.
OF_ONE_PERSON = frozenset(
    {"state_id", "username", "first_name", "preferred_first_name", "birth_date"}
)


@dataclass(frozen=True)
class Offer:
    """A field that may have a value for new records. `mapped`: only where Clever sends nothing."""

    target: Target
    mapped: bool
    value: str


def offers(data_type: DataType, spec: RulesetSpec) -> Iterator[Offer]:
    """The fields of a type in the order of the table, with the values they have now."""
    mapped = {
        rule.field
        for rule in spec.fields
        if rule.source and rule.policy is not Policy.DO_NOT_IMPORT
    }
    for target in targets_of(data_type):
        if target.key in NO_DEFAULT or target.match_key or target.key in OF_ONE_PERSON:
            continue
        yield Offer(target, target.key in mapped, str(spec.defaults.get(target.key, "")))
