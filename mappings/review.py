"""What is wrong with a ruleset, and what is missing before a test or an import may run. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.problems import Finding
from core.vocabulary import DataType, Policy
from mappings.pairing import Reach
from mappings.spec import RulesetSpec
from schools.targets import SOURCES_WHILE_MIGRATING, TARGETS, targets_of
from schools.values import NotAValue, read

NO_DEFAULT = frozenset({"clever_id", "site", "additional_sites", "last_name", "status"})
STUDENT_ID_DEFAULTS = {"sis_id": "student.sis_id", "student_number": "student.student_number"}


def objections(
    spec: RulesetSpec, *, local_schools: Collection[int], migrating: bool = False
) -> list[Finding]:
    """Why this ruleset may not be published; empty if it may.

    `migrating`: an older integration was recorded, so the SIS ID may come from its field (A11).
    """
    return [
        *_fields(spec, migrating=migrating),
        *_codes(spec),
        *_defaults(spec),
        *_scope(spec, local_schools),
    ]


def _fields(spec: RulesetSpec, *, migrating: bool) -> Iterator[Finding]:
    rules = {rule.field: rule for rule in spec.fields}
    for target in targets_of(spec.data_type):
        if spec.data_type not in target.required or target.key not in _mappable(spec.data_type):
            continue
        rule = rules.get(target.key)
        if rule is None or not rule.source or rule.policy == "do_not_import":
            yield Finding("field_required", target.key)
    for rule in spec.fields:
        if rule.field not in _mappable(spec.data_type):
            yield Finding("field_unknown", rule.field)
        elif rule.source and not TARGETS[rule.field].accepts(spec.data_type, rule.source):
            older = SOURCES_WHILE_MIGRATING.get(spec.data_type, ()) if migrating else ()
            if rule.field != "sis_id" or rule.source not in older:
                yield Finding("source_unfit", rule.field, rule.source)


def _mappable(data_type: DataType) -> frozenset[str]:
    return frozenset(t.key for t in targets_of(data_type) if data_type in t.choices)


def _codes(spec: RulesetSpec) -> Iterator[Finding]:
    for name, table in spec.codes.items():
        if name not in _mappable(spec.data_type) or TARGETS[name].kind not in {"code", "integer"}:
            yield Finding("field_unknown", name)
            continue
        limit = TARGETS[name].max_length or 50
        for value in table.values():
            if not value or len(value) > limit:
                yield Finding("code_unfit", name, value)


def _defaults(spec: RulesetSpec) -> Iterator[Finding]:
    known = {target.key for target in targets_of(spec.data_type)} - NO_DEFAULT
    for name, value in spec.defaults.items():
        if name not in known:
            yield Finding("field_unknown", name)
            continue
        try:
            fits = read(name, value) is not None
        except NotAValue:
            fits = False
        if not fits:
            yield Finding("default_unfit", name, value)


def _scope(spec: RulesetSpec, local_schools: Collection[int]) -> Iterator[Finding]:
    if not spec.all_schools and not spec.schools.intersection(local_schools):
        yield Finding("scope_empty")


@dataclass(frozen=True)
class Setup:
    """How far a district has come, in plain values.

    `matched` are the local schools that are matched, `open_schools` how many have no answer.
    `other_sources` are the systems that still deliver; `old_student_id` is the local field that
    the old integration filled with the student ID, "" if there was none. `student_id_confirmed`:
    somebody has compared real people for the Clever field that feeds it now. `reach` tells for
    each data type, where Clever has been read, how many people here an import would recognise.
    """

    enabled: bool
    connected: bool
    specs: Mapping[DataType, RulesetSpec]
    matched: frozenset[int] = frozenset()
    open_schools: int = 0
    other_sources: tuple[str, ...] = ()
    old_student_id: str = ""
    student_id_confirmed: bool = False
    reach: Mapping[DataType, Reach] = field(default_factory=dict)


def missing_for_test(setup: Setup, data_types: Sequence[DataType]) -> list[Finding]:
    """What keeps a test from running, and warnings; PROBLEMS tells which are errors."""
    return [*_connection(setup), *_settings(setup, data_types)]


def missing_for_start(
    setup: Setup, data_types: Sequence[DataType], first: Collection[DataType] | None = None
) -> list[Finding]:
    """What keeps an import from starting: the same, and the old integration (A11, A46).

    `first` are the types that were never imported, None for all: later on people are recognised
    by their links, and the student ID is nobody's question any more.
    """
    others = [Finding("other_source_on", value=system) for system in setup.other_sources]
    new = [t for t in data_types if first is None or t in first]
    return [*missing_for_test(setup, data_types), *others, *student_id(setup, new)]


def _connection(setup: Setup) -> Iterator[Finding]:
    if not setup.enabled:
        yield Finding("clever_not_enabled")
    if not setup.connected:
        yield Finding("not_connected")
    if not setup.matched:
        yield Finding("no_school_matched")
    elif setup.open_schools:
        yield Finding("schools_open", value=str(setup.open_schools))


def _settings(setup: Setup, data_types: Sequence[DataType]) -> Iterator[Finding]:
    for data_type in data_types:
        spec = setup.specs.get(data_type)
        if spec is None:
            yield Finding("no_ruleset", value=str(data_type))
        elif setup.matched and not spec.all_schools and not spec.schools & setup.matched:
            yield Finding("scope_unmatched", value=str(data_type))


def student_id(setup: Setup, data_types: Sequence[DataType]) -> Iterator[Finding]:
    """Who came with an old integration must be found again by the same student ID (A11 to A14)."""
    for data_type in data_types:
        found = setup.reach.get(data_type)
        if found is None or not found.too_few:
            continue
        if data_type is not DataType.STUDENT:
            yield Finding("few_employees_found", value=f"{found.percent} %")
        elif not setup.student_id_confirmed:
            yield Finding("few_students_found", value=f"{found.percent} %")
    if DataType.STUDENT in data_types and not setup.student_id_confirmed:
        yield from moved_student_id(setup.specs.get(DataType.STUDENT), setup.old_student_id)


def moved_student_id(spec: RulesetSpec | None, old_student_id: str) -> Iterator[Finding]:
    """What these rules do with the field that the old integration filled with the student ID.

    It must keep the Clever field that it always had (A11), and somebody must have looked (A14).
    """
    if spec is None or not old_student_id:
        return
    source = fed_by(spec, old_student_id)
    if source != STUDENT_ID_DEFAULTS.get(old_student_id, source):
        yield Finding("student_id_moved", old_student_id, source)
    else:
        yield Finding("student_id_unverified", old_student_id, source)


def fed_by(spec: RulesetSpec, name: str) -> str:
    """The Clever field that feeds a local field; "" where none does."""
    rules = {rule.field: rule for rule in spec.fields if rule.policy != Policy.DO_NOT_IMPORT}
    return rules[name].source if name in rules else ""
