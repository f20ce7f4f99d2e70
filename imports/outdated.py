"""What was changed since a test, field by field, so that people see why it must run again (H02)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.problems import ConsoleError
from core.vocabulary import DataType
from imports import words
from imports.models import Run
from imports.settings_words import (
    ALL_SCHOOLS,
    NOTHING,
    RULES,
    field_said,
    identifiers_said,
    scope_said,
)
from mappings.queries import active_specs, school_map, specs_by_id
from mappings.spec import RulesetSpec
from schools.models import District
from schools.queries import labels, site_codes

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
    codes = site_codes(district)
    before, after = _said(then, codes), _said(now, codes)
    for name in sorted({*before, *after}):
        old, new = before.get(name, NOTHING), after.get(name, NOTHING)
        if old != new:
            field, _, more = name.partition(" ")
            yield Changed(of, " ".join(filter(None, (named.get(field, field), more))), old, new)


def _said(spec: RulesetSpec, codes: Mapping[int, str]) -> dict[str, str]:
    """Every setting under its name, as text."""
    said = {rule.field: field_said(rule) for rule in spec.fields}
    for name, table in spec.codes.items():
        said |= {f"{name} code {code}": value for code, value in table.items()}
    said |= {f"{name} for new records": value for name, value in spec.defaults.items()}
    said["Import rule"] = RULES[spec.import_rule]
    said["Leaver rule"] = RULES[spec.leaver_rule]
    chosen = sorted(codes[school] for school in spec.schools if school in codes)
    said["Schools"] = ALL_SCHOOLS if spec.all_schools else scope_said(chosen)
    said["Identifiers of records that are here"] = identifiers_said(spec.change_identifiers)
    return said
