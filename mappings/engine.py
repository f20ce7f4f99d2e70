"""The mapper: what the district's rules make of one Clever person (engine.md 3). The hot path.

The rules are compiled once for each combination of roles into a program of flat tuples and
remembered answers (mappings/reading.py), so that mapping a person looks at the payload only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from core.vocabulary import (
    KIND_OF_TYPE,
    ROLES_OF_TYPE,
    CleverRole,
    DataType,
    ImportRule,
    LeaverRule,
    PersonKind,
    Policy,
)
from mappings import reading
from mappings.reading import Answer, Program, Reader
from mappings.spec import FieldSpec, Mapped, Payload, Place, RulesetSpec, SchoolMap, Value
from schools.targets import TARGETS

PRECEDENCE = (DataType.STUDENT, DataType.TEACHER, DataType.STAFF)
KEYS_IN_ORDER = (
    *("sis_id", "student_number", "teacher_number", "staff_id"),
    *("community_id", "barcode", "email"),
)
IDENTIFIERS_THAT_STAY = frozenset({"barcode", "community_id"})
# The same word of a district admin who does not hold the role staff.
OF_DISTRICT_ADMINS = {"staff.title": "district_admin.title"}


def compile_rules(
    *,
    kind: PersonKind,
    specs: Sequence[RulesetSpec],
    schools: SchoolMap,
    school_year_end: int,
) -> "Mapper":
    """The mapper of one kind of person; rulesets of the other kind are left aside."""
    chosen = {spec.data_type: spec for spec in specs if KIND_OF_TYPE[spec.data_type] == kind}
    return Mapper(chosen, schools, school_year_end)


class Mapper:
    """The compiled rules of one kind of person. Make it with `compile_rules`."""

    def __init__(
        self, specs: Mapping[DataType, RulesetSpec], schools: SchoolMap, school_year_end: int
    ) -> None:
        self._specs = specs
        self._schools = schools
        self._school_year_end = school_year_end
        self._programs: dict[tuple[str, ...], Program] = {}
        self._keys: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}

    def map(self, payload: Payload, roles: Sequence[str]) -> Mapped:
        """What the rules make of a payload. Raises ValueError if no ruleset is about its roles."""
        held = tuple(roles)
        program = self._programs.get(held)
        if program is None:
            program = self._programs[held] = self._program(held)
        return program(payload)

    def data_types(self, roles: Iterable[str]) -> tuple[DataType, ...]:
        """The data types for which these roles stand, the leading one first; () is "not ours"."""
        held = set(roles)
        return tuple(
            data_type
            for data_type in PRECEDENCE
            if data_type in self._specs and held.intersection(ROLES_OF_TYPE[data_type])
        )

    def rules_for(self, roles: Iterable[str]) -> Mapping[str, FieldSpec]:
        """The deciding rule of each mapped field: teacher wins over staff."""
        return self._deciding(self.data_types(roles))

    def key_fields(self, roles: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """The mapped matching keys as (key name, field), strongest first (engine.md 4)."""
        held = tuple(roles)
        keys = self._keys.get(held)
        if keys is None:
            rules = self.rules_for(held)
            keys = tuple((name, name) for name in KEYS_IN_ORDER if name in rules)
            self._keys[held] = keys
        return keys

    def leaver_rule(self, data_type: DataType) -> LeaverRule:
        return self._specs[data_type].leaver_rule

    def import_rule(self, data_type: DataType) -> ImportRule:
        return self._specs[data_type].import_rule

    def defaults(self, data_type: DataType) -> Mapping[str, Value]:
        """Values for new records, for fields to which Clever brought nothing (B13)."""
        return {
            field: int(value) if TARGETS[field].kind == "integer" else value
            for field, value in self._specs[data_type].defaults.items()
        }

    def _live_rules(
        self, data_types: Iterable[DataType]
    ) -> Iterator[tuple[FieldSpec, RulesetSpec]]:
        for data_type in data_types:
            ruleset = self._specs[data_type]
            for rule in ruleset.fields:
                if rule.source and rule.policy != Policy.DO_NOT_IMPORT:
                    yield _effective(rule, ruleset), ruleset

    def _deciding(self, data_types: Iterable[DataType]) -> dict[str, FieldSpec]:
        rules: dict[str, FieldSpec] = {}
        for rule, _ in self._live_rules(data_types):
            rules.setdefault(rule.field, rule)
        return rules

    def _program(self, roles: tuple[str, ...]) -> Program:
        """Finds the place of a payload's primary school, and the reader that applies there."""
        held = self.data_types(roles)
        if not held:
            raise ValueError(f"no ruleset is about the roles {', '.join(roles) or '(none)'}")
        readers: dict[tuple[DataType, ...], Reader] = {}

        def answer(place: Place, school: int | None, applied: tuple[DataType, ...]) -> Answer:
            if applied not in readers:
                readers[applied] = self._reader(roles, held, applied)
            return place, school, readers[applied]

        def at(school: int | None) -> Answer:
            if school is None:
                return answer(Place.DO_NOT_SYNC, None, held)
            applied = tuple(t for t in held if _reaches(self._specs[t], school))
            place = Place.IN_SCOPE if applied else Place.NOT_CHOSEN
            return answer(place, school, applied or held)

        answers = {clever_id: at(school) for clever_id, school in self._schools.local.items()}
        unmatched = answer(Place.UNMATCHED, None, held)
        is_admin = DataType.STAFF in held and CleverRole.DISTRICT_ADMIN in roles
        without_school = at(self._schools.office) if is_admin else unmatched
        return reading.program(held, answers, unmatched, without_school)

    def _reader(
        self, roles: tuple[str, ...], held: tuple[DataType, ...], applied: tuple[DataType, ...]
    ) -> Reader:
        """Reads a payload by the rules of the types that are `applied`, of those `held`."""
        steps = reading.Steps()
        rules: dict[str, FieldSpec] = {}
        for rule, ruleset in self._live_rules(applied):
            # Other sites are gathered from every role; every other field has one deciding rule.
            if rule.field == "additional_sites":
                steps.site_lists.append(rule.source)
            elif rule.field != "site" and rule.field not in rules:
                steps.add(rule.field, _source(rule, roles), ruleset.codes, self._school_year_end)
            rules.setdefault(rule.field, rule)
        return reading.reader(steps, rules, held, applied[0], self._schools.local)


def _effective(rule: FieldSpec, ruleset: RulesetSpec) -> FieldSpec:
    """Barcode and Community ID change only where the district has said so explicitly."""
    stays = rule.field in IDENTIFIERS_THAT_STAY and not ruleset.change_identifiers
    if stays and rule.policy == Policy.CLEVER_DECIDES:
        return replace(rule, policy=Policy.FILL_WHEN_BLANK)
    return rule


def _source(rule: FieldSpec, roles: Sequence[str]) -> str:
    if CleverRole.STAFF in roles or CleverRole.DISTRICT_ADMIN not in roles:
        return rule.source
    return OF_DISTRICT_ADMINS.get(rule.source, rule.source)


def _reaches(ruleset: RulesetSpec, school: int) -> bool:
    return ruleset.all_schools or school in ruleset.schools
