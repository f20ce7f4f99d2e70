"""The settings of a district that nobody has touched: fields.md as a ruleset. Pure."""

from collections.abc import Mapping

from core.vocabulary import DataType
from mappings.spec import FieldSpec, RulesetSpec
from mappings.transforms import code_key
from schools.targets import targets_of

# TransitionalKindergarten, Ungraded and the like have no rule: a district says what they are.
GRADE_CODES: Mapping[str, str] = {
    "PreKindergarten": "PK",
    "Kindergarten": "K",
    **{str(number): str(number) for number in range(1, 14)},
}
SEX_CODES: Mapping[str, str] = {"M": "Male", "F": "Female", "X": "Unknown"}

CODES: Mapping[DataType, Mapping[str, Mapping[str, str]]] = {
    DataType.STUDENT: {"grade": GRADE_CODES, "sex": SEX_CODES},
    DataType.TEACHER: {},
    DataType.STAFF: {},
}
# A blank gender says nothing about a record that is here (B20), so it counts for new ones only.
NEW_RECORDS: Mapping[DataType, Mapping[str, str]] = {
    DataType.STUDENT: {"sex": "Unknown"},
    DataType.TEACHER: {},
    DataType.STAFF: {},
}


def default_fields(data_type: DataType) -> tuple[FieldSpec, ...]:
    """One rule for each field of the type that can be mapped; without a source: Do Not Import."""
    return tuple(
        FieldSpec(target.key, target.default_source[data_type])
        for target in targets_of(data_type)
        if data_type in target.choices
    )


def default_spec(ruleset_id: int, data_type: DataType) -> RulesetSpec:
    """The whole default ruleset as a plain value."""
    return RulesetSpec(
        id=ruleset_id,
        data_type=data_type,
        fields=default_fields(data_type),
        codes=normalised(CODES[data_type]),
        defaults=NEW_RECORDS[data_type],
    )


def normalised(codes: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Code tables by the form under which codes are looked up."""
    return {
        field: {code_key(code): value for code, value in table.items()}
        for field, table in codes.items()
    }
