"""The rules as plain values: what a ruleset says, without a database (engine.md 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.problems import Finding
from core.vocabulary import BlankPolicy, DataType, ImportRule, LeaverRule, Policy

Value = str | int | None
Payload = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class FieldSpec:
    """How one local field (a key of schools.targets) is fed. `source` is a source key, or ""."""

    field: str
    source: str
    policy: Policy = Policy.CLEVER_DECIDES
    blank: BlankPolicy = BlankPolicy.KEEP


@dataclass(frozen=True)
class RulesetSpec:
    """One version of a data type's settings.

    `codes` is {field: {normalised Clever code: local value}}; `defaults` {field: value};
    `schools` holds local school ids and counts only when `all_schools` is False.
    """

    id: int
    data_type: DataType
    fields: tuple[FieldSpec, ...]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    import_rule: ImportRule = ImportRule.ADD_AND_UPDATE
    leaver_rule: LeaverRule = LeaverRule.MARK_TRANSFERRED
    all_schools: bool = True
    schools: frozenset[int] = frozenset()
    change_identifiers: bool = False


@dataclass(frozen=True)
class SchoolMap:
    """Which Clever school is which of ours. An id that is missing has not been answered.

    `local` is {Clever school id: local school id, or None for "do not sync"}; `office` is the
    district office, where district admins belong; `key` names this state of the matching.
    """

    local: Mapping[str, int | None]
    office: int
    key: bytes


class Place(StrEnum):
    """Whether a person's primary school lets the sync write the person."""

    IN_SCOPE = "in_scope"
    UNMATCHED = "school_unmatched"
    DO_NOT_SYNC = "school_not_synced"
    NOT_CHOSEN = "school_not_chosen"


@dataclass(slots=True)
class Mapped:
    """What the rules make of one Clever person.

    `values`: the mapped fields with a value. `blanks`: the mapped fields that Clever left blank.
    A mapped field that stands in neither could not be understood and stays as it is (a finding
    says why). `rules` tells for each mapped field the rule that decides. `roles` are the data
    types held, `data_type` the leading one. `reject` is the problem code for a record that cannot
    be imported at all.
    """

    values: dict[str, Value]
    blanks: list[str]
    rules: Mapping[str, FieldSpec]
    roles: tuple[DataType, ...]
    data_type: DataType
    place: Place
    school: int | None
    other_schools: tuple[int, ...]
    findings: list[Finding]
    reject: str = ""
