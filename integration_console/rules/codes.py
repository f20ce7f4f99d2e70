"""The codes of each code field (C05, C06): what Clever sends, how many people carry it, what it is
called here. Which fields have codes follows from the fields matched before (A39)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clever_sync.contents import code_counts
from core.vocabulary import Policy
from integration_console.rules.desk import Desk
from integration_console.rules.offers import source_label
from mappings.engine import OF_DISTRICT_ADMINS
from mappings.reading import GRADE_SOURCE, PLAIN_WITHOUT_CODES
from mappings.spec import FieldSpec
from mappings.transforms import code_key, grade_number
from schools.queries import label
from schools.targets import CLASS_YEAR_FROM_GRADE, GRADES, LOCAL_CODES, TARGETS


@dataclass(frozen=True)
class Code:
    """A code of Clever with the people who carry it; `value` is what stands for it here.

    `meant` says what an unmapped code is taken for all the same ("grade 9"), "" if for nothing.
    """

    code: str
    people: int
    value: str = ""
    meant: str = ""

    @property
    def open(self) -> bool:
        """Whether people carry it and nobody has said what it is. No code is nobody's fault."""
        return bool(self.people and self.code and not self.value and not self.meant)


@dataclass(frozen=True)
class CodeField:
    """One code field. `local` are the local codes to choose from; without any, text is typed."""

    key: str
    label: str
    source: str
    source_label: str
    local: tuple[str, ...]
    limit: int
    plain: bool
    codes: tuple[Code, ...] = field(default=())

    @property
    def open(self) -> list[Code]:
        return [code for code in self.codes if code.open]

    @property
    def open_people(self) -> int:
        return sum(code.people for code in self.open)


def code_fields(desk: Desk) -> list[CodeField]:
    """The code fields of the desk, those with open codes first: one query for each field."""
    rules = [r for r in desk.spec.fields if r.source and r.policy != Policy.DO_NOT_IMPORT]
    found = [code_field(desk, rule) for rule in rules if has_codes(rule)]
    return sorted(found, key=lambda field: not field.open)


def has_codes(rule: FieldSpec) -> bool:
    """Code fields, and the class year where it is based on grade (A34)."""
    return TARGETS[rule.field].kind == "code" or rule.source == CLASS_YEAR_FROM_GRADE


def code_field(desk: Desk, rule: FieldSpec) -> CodeField:
    of_grade = rule.source == CLASS_YEAR_FROM_GRADE
    source = GRADE_SOURCE if of_grade else rule.source
    table = desk.spec.codes.get(rule.field, {})
    sources = [source, *filter(None, [OF_DISTRICT_ADMINS.get(source)])]
    counts = code_counts(desk.connection, desk.data_type, sources) if desk.connection else []
    found = joined(counts, table)
    if of_grade:
        grades = {code_key(k): v for k, v in desk.spec.codes.get("grade", {}).items()}
        found = [meant(code, grades) for code in found]
    plain = rule.field in PLAIN_WITHOUT_CODES and not table
    if plain:
        found = [Code(c.code, c.people, c.value, "as it comes" if c.code else "") for c in found]
    return CodeField(
        key=rule.field,
        label=label(desk.district, rule.field),
        source=source,
        source_label=source_label(source),
        local=GRADES if of_grade else LOCAL_CODES.get(rule.field, ()),
        limit=min(TARGETS[rule.field].max_length or 50, 100),
        plain=plain,
        codes=tuple(
            sorted(found, key=lambda c: (not c.open, not c.people, -c.people, code_order(c.code)))
        ),
    )


def code_order(code: str) -> tuple[bool, int, str]:
    """Numbers by their size, then the others by the alphabet: 2, 10, Kindergarten."""
    number = code.isdecimal()
    return not number, int(code) if number else 0, code


def joined(counts: list[tuple[str, int]], table: Mapping[str, str]) -> list[Code]:
    """Codes that people carry and codes of the table; two spellings of one code are one."""
    written = {code_key(code): (code, value) for code, value in table.items()}
    people: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for code, number in counts:
        name = code_key(code)
        spelled.setdefault(name, code)
        people[name] = people.get(name, 0) + number
    codes = []
    for name in {**people, **written}:
        code, value = written.get(name, (spelled.get(name, ""), ""))
        codes.append(Code(code, people.get(name, 0), value))
    return codes


def meant(code: Code, grades: Mapping[str, str]) -> Code:
    """A grade's class year follows from its own number, or from what its code says."""
    for spelling in (code.code, grades.get(code_key(code.code), "")):
        number = grade_number(spelling)
        if number is not None and not code.value:
            return Code(code.code, code.people, "", f"grade {GRADES[number + 1]}")
    return code


def fields_with_codes(desk: Desk) -> Iterator[str]:
    """The labels of the code fields, without a look at the mirror."""
    for rule in desk.spec.fields:
        if rule.source and rule.policy != Policy.DO_NOT_IMPORT and has_codes(rule):
            yield label(desk.district, rule.field)
