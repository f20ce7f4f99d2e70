"""How a compiled mapper reads a payload: the loops of the hot path, and what feeds them. Pure.

There are no objects to look into in here: steps are tuples, and answers that come again (a date, a
code, a school) are remembered. Findings are rare and may take their time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clever_sync.sources import UNREADABLE
from core.problems import Finding
from core.vocabulary import DataType
from mappings import transforms
from mappings.spec import FieldSpec, Mapped, Payload, Place, Value
from schools.targets import CLASS_YEAR_FROM_GRADE, TARGETS

Reader = Callable[[Payload, Place, int | None], Mapped]
Program = Callable[[Payload], Mapped]
Answer = tuple[Place, int | None, Reader]
Convert = Callable[[str], Value]
Codes = Mapping[str, Mapping[str, str]]

# (field, source, length up to which there is nothing to say)
TextStep = tuple[str, str, int]
# (field, source, convert, problem code when it gives None, value for a blank or None)
ConvertStep = tuple[str, str, Convert, str, Value]

GRADE_SOURCE = "student.grade"
# Values that many share are told; a date of birth, a GPA or an address is the person's own.
TOLD = frozenset({"code_unknown", "year_invalid"})
REMEMBERED_CODES = 1000
BY_KIND: Mapping[str, tuple[Convert, str]] = {
    "date": (transforms.iso_date, "date_invalid"),
    "integer": (transforms.four_digit_year, "year_invalid"),
    "decimal": (transforms.decimal_text, "number_invalid"),
}
# Without a code table these are taken as they come (fields.md); the others need a rule per code.
PLAIN_WITHOUT_CODES = frozenset({"state", "title"})


def read_for(sources: Iterable[str]) -> frozenset[str]:
    """What is read of Clever for the sources that rules name; a class year is made of the grade."""
    return frozenset(
        GRADE_SOURCE if source == CLASS_YEAR_FROM_GRADE else source for source in sources if source
    )


class CodeTable(dict[str, Value]):
    """Raw code -> local value, None for a code without a rule; spellings are remembered."""

    def __init__(self, value_of: Convert) -> None:
        super().__init__()
        self._value_of = value_of

    def __missing__(self, raw: str) -> Value:
        value = self._value_of(transforms.code_key(raw))
        if len(self) < REMEMBERED_CODES:
            self[raw] = value
        return value


@dataclass
class Steps:
    """What a reader does: plain texts, conversions, and the sources of other schools."""

    texts: list[TextStep] = field(default_factory=list)
    conversions: list[ConvertStep] = field(default_factory=list)
    site_lists: list[str] = field(default_factory=list)

    def add(self, name: str, source: str, codes: Codes, school_year_end: int) -> None:
        """One mapped field; its kind decides how it is read."""
        target = TARGETS[name]
        table = codes.get(name, {})
        if source == CLASS_YEAR_FROM_GRADE:
            convert = _class_year(table, codes.get("grade", {}), school_year_end)
            self.conversions.append((name, GRADE_SOURCE, convert, "code_unknown", None))
        elif target.kind == "code" and (table or name not in PLAIN_WITHOUT_CODES):
            blank = table.get("")
            lookup = CodeTable(table.get).__getitem__
            self.conversions.append((name, source, lookup, "code_unknown", blank))
        elif target.kind in BY_KIND:
            convert, problem = BY_KIND[target.kind]
            self.conversions.append((name, source, _of_text(convert, source), problem, None))
        else:
            longest = min(filter(None, (target.max_length, target.warn_length)))
            self.texts.append((name, source, longest))


def _of_text(convert: Convert, source: str) -> Convert:
    """An extension field may hold a list, which is no date and no number."""
    if ".ext." not in source:
        return convert
    return lambda value: convert(value) if isinstance(value, str) else None


def _class_year(
    class_codes: Mapping[str, str], grade_codes: Mapping[str, str], school_year_end: int
) -> Convert:
    """Class year based on grade (A34): by the grade's own number, else by what its code says."""

    def year_of(code: str) -> Value:
        spellings = (class_codes.get(code, ""), code, grade_codes.get(code, ""))
        for spelling in spellings:
            number = transforms.grade_number(spelling)
            if number is not None:
                return transforms.class_year(school_year_end, number)
        return None

    return CodeTable(year_of).__getitem__


def reader(
    steps: Steps,
    rules: Mapping[str, FieldSpec],
    roles: tuple[DataType, ...],
    data_type: DataType,
    local: Mapping[str, int | None],
) -> Reader:
    """The reader of one combination of roles."""
    texts, conversions = tuple(steps.texts), tuple(steps.conversions)
    has_email = "email" in rules
    other_schools = _other_schools(tuple(steps.site_lists), local)

    def read(payload: Payload, place: Place, school: int | None) -> Mapped:
        values: dict[str, Value] = {}
        blanks: list[str] = []
        findings: list[Finding] = []
        get = payload.get
        for name, source, longest in texts:
            text = get(source)
            if not text:
                blanks.append(name)
            elif len(text) <= longest:
                values[name] = text  # type: ignore[assignment]
            else:
                _long_text(name, text, values, findings)
        for name, source, convert, problem, when_blank in conversions:
            text = get(source)
            if text:
                value = convert(text)  # type: ignore[arg-type]
                if value is None:
                    findings.append(Finding(problem, name, _told(problem, text)))
                else:
                    values[name] = value
            elif when_blank is None:
                blanks.append(name)
            else:
                values[name] = when_blank
        if has_email and "email" in values and not transforms.usable_email(values["email"]):  # type: ignore[arg-type]
            findings.append(Finding("email_invalid", "email"))
        if UNREADABLE in payload:
            _unread(rules, payload[UNREADABLE], blanks, findings)
        return Mapped(
            values, blanks, rules, roles, data_type, place, school,
            other_schools(payload, school), findings,
            "" if "last_name" in values else _without_last_name(findings),
        )  # fmt: skip

    return read


def _told(problem: str, value: object) -> str:
    return str(value) if problem in TOLD else ""


def _unread(
    rules: Mapping[str, FieldSpec],
    unread: str | list[str],
    blanks: list[str],
    findings: list[Finding],
) -> None:
    """What came but could not be read is not blank: the field stays as it is."""
    for name in [name for name in blanks if rules[name].source in unread]:
        blanks.remove(name)
        findings.append(Finding("unreadable", name))


def _without_last_name(findings: list[Finding]) -> str:
    """Why there is none: it was too long or unreadable, or it is simply not there."""
    found = (finding.code for finding in findings if finding.field == "last_name")
    return next(found, "last_name_missing")


def _long_text(
    name: str, text: str | list[str], values: dict[str, Value], findings: list[Finding]
) -> None:
    """Too long to keep: the field stays as it is. Longer than others like it: a word of warning."""
    limit = TARGETS[name].max_length
    if isinstance(text, list) or (limit is not None and len(text) > limit):
        findings.append(Finding("too_long", name))
        return
    values[name] = text
    findings.append(Finding("name_long", name))


def _other_schools(
    sources: Sequence[str], local: Mapping[str, int | None]
) -> Callable[[Payload, int | None], tuple[int, ...]]:
    """The matched local schools of a person beside the primary one, in order of their ids."""

    def others(payload: Payload, school: int | None) -> tuple[int, ...]:
        found: set[int] = set()
        for source in sources:
            clever_ids = payload.get(source)
            if clever_ids:
                for clever_id in clever_ids:
                    matched = local.get(clever_id)
                    if matched is not None and matched != school:
                        found.add(matched)
        return tuple(sorted(found)) if found else ()

    return others


def program(
    held: Sequence[DataType],
    answers: Mapping[str, Answer],
    unmatched: Answer,
    without_school: Answer,
) -> Program:
    """Looks up the primary school (engine.md 3) and reads the payload by what applies there."""
    singles = tuple(f"{t}.school" for t in held if t != DataType.STAFF)
    has_staff = DataType.STAFF in held

    def run(payload: Payload) -> Mapped:
        school = None
        for source in singles:
            school = payload.get(source)
            if school:
                break
        if not school and has_staff:
            schools = payload.get("staff.schools")
            school = schools[0] if schools else None
        found = answers.get(school, unmatched) if school else without_school  # type: ignore[arg-type]
        place, local, read = found
        return read(payload, place, local)

    return run
