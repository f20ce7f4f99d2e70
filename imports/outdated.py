"""What was changed since a test, field by field, so that people see why it must run again (H02)."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.problems import ConsoleError
from core.vocabulary import DataType, Policy
from imports import words
from imports.models import Run
from mappings.queries import active_specs, school_map, specs_by_id
from mappings.spec import FieldSpec, RulesetSpec
from schools.models import District
from schools.queries import labels

NOTHING = "–"
SCHOOLS = "Schools"


@dataclass(frozen=True)
class Changed:
    """One setting with what it was at the test and what it is now."""

    of: str
    what: str
    then: str
    now: str


def since(test: Run) -> list[Changed]:
    """The settings and matched schools that are others than at the test, students first."""
    district = test.district
    tested = {
        spec.data_type: spec for spec in specs_by_id(district, map(int, test.settings.values()))
    }
    present = {spec.data_type: spec for spec in active_specs(district, list(tested))}
    found = [
        change
        for data_type in DataType
        if data_type in tested
        and data_type in present
        and tested[data_type].id != present[data_type].id
        for change in differing(district, tested[data_type], present[data_type])
    ]
    if bytes(test.schools_key or b"") != _schools_now(district):
        found.append(Changed(SCHOOLS, "Matching", "as tested", "changed since"))
    return found


def _schools_now(district: District) -> bytes:
    try:
        return school_map(district).key
    except ConsoleError:
        return b""


def differing(district: District, then: RulesetSpec, now: RulesetSpec) -> Iterator[Changed]:
    """What two versions of a data type's settings say differently."""
    of, named = words.DATA_TYPES[then.data_type], labels(district)
    before, after = _said(then), _said(now)
    for name in sorted({*before, *after}):
        old, new = before.get(name, NOTHING), after.get(name, NOTHING)
        if old != new:
            field, _, more = name.partition(" ")
            yield Changed(of, " ".join(filter(None, (named.get(field, field), more))), old, new)


def _said(spec: RulesetSpec) -> dict[str, str]:
    """Every setting under its name, as text."""
    said = {rule.field: _rule(rule) for rule in spec.fields}
    for name, table in spec.codes.items():
        said |= {f"{name} code {code}": value for code, value in table.items()}
    said |= {f"{name} for new records": value for name, value in spec.defaults.items()}
    said["Import rule"] = spec.import_rule.replace("_", " ")
    said["Leaver rule"] = spec.leaver_rule.replace("_", " ")
    scope = f"{len(spec.schools)} chosen: {', '.join(map(str, sorted(spec.schools)))}"
    said["Schools"] = "All Mapped Schools" if spec.all_schools else scope
    said["Change identifiers"] = "yes" if spec.change_identifiers else "no"
    return said


def _rule(rule: FieldSpec) -> str:
    if not rule.source or rule.policy == Policy.DO_NOT_IMPORT:
        return words.POLICIES[Policy.DO_NOT_IMPORT]
    blank = words.BLANKS[rule.blank]
    return f"{rule.source}, {words.POLICIES[rule.policy].lower()}, blank: {blank}"
