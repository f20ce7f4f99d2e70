"""Loading local schools and people from CSV files: every line checked, all of them or nothing.

Nobody is doubled. A line whose identifier (SIS ID, or the number where there is none) belongs to a
record of the same type is refused, unless records are to be updated; then its filled cells are
written and its blank ones keep what is there. A teacher loaded as staff, or the other way round,
is recognised by the staff ID, or by the e-mail address with an agreeing last name; that record
gains the role and what it did not have yet (C16).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from core.problems import ConsoleError
from core.vocabulary import DataType
from schools.csv_lines import Sheet, opened
from schools.models import District, School
from schools.staging import Staging
from schools.targets import targets_of
from schools.values import NotAValue, Value, read, shown

NAMED_AT_MOST = 20
ROWS_AT_ONCE = 5000
SCHOOL_COLUMNS = {"site_code": 50, "name": 200, "number": 50, "nces_id": 20}
PLACES = ("site", "additional_sites")


class FileRefused(ConsoleError):
    """The file was not loaded. `errors` are the first sentences, `total` how many there are."""

    def __init__(self, errors: Sequence[str], total: int) -> None:
        self.errors = list(errors)
        self.total = total
        rest = total - len(self.errors)
        more = f" {rest} more errors." if rest > 1 else " 1 more error." if rest else ""
        super().__init__(f"{' '.join(self.errors)}{more} Nothing was loaded.")


@dataclass
class Complaints:
    """What is wrong with a file: the first twenty sentences, and how many there are."""

    name: str
    sentences: list[str] = field(default_factory=list)
    total: int = 0

    def add(self, line: int, sentence: str) -> None:
        self.total += 1
        if len(self.sentences) < NAMED_AT_MOST:
            self.sentences.append(f"{self.name} line {line}: {sentence}.")

    def settle(self) -> None:
        """Raises FileRefused if there were any."""
        if self.total:
            raise FileRefused(self.sentences, self.total)


@dataclass(frozen=True)
class Loaded:
    """What a load did: people made, people changed, people who gained a role, people as before."""

    created: int
    updated: int = 0
    joined: int = 0
    unchanged: int = 0


def columns_of(data_type: DataType) -> tuple[str, ...]:
    """The columns that a file of people may have."""
    return (*(target.key for target in targets_of(data_type)), "legacy_id")


@transaction.atomic
def load_people(
    *, district: District, path: Path, data_type: DataType, update: bool = False, by: str
) -> Loaded:
    """Loads a CSV file of people in constant memory. Raises ConsoleError; then nothing happened."""
    needed = () if update else ("last_name",)
    with opened(path, known=columns_of(data_type), needed=needed) as sheet:
        complaints = Complaints(sheet.name)
        staging = Staging(district, data_type, sheet.columns)
        _fill(staging, sheet, complaints, _site_ids(district), need_name=not update)
        complaints.settle()
        for line, sentence in staging.objections(update=update):
            complaints.add(line, sentence)
        complaints.settle()
        return Loaded(**staging.write(by=by))


def _fill(
    staging: Staging,
    sheet: Sheet,
    complaints: Complaints,
    sites: Mapping[str, int],
    *,
    need_name: bool,
) -> None:
    rows: list[Sequence[object]] = []
    for line, cells in sheet.records:
        row = _row(line, sheet.columns, cells, complaints, sites, need_name=need_name)
        if not complaints.total:
            rows.append(row)
        if len(rows) >= ROWS_AT_ONCE:
            staging.add(rows)
            rows.clear()
    if not complaints.total:
        staging.add(rows)


def _row(
    line: int,
    columns: Sequence[str],
    cells: Sequence[str],
    complaints: Complaints,
    sites: Mapping[str, int],
    *,
    need_name: bool,
) -> Sequence[object]:
    row: list[object] = [line]
    for column, cell in zip(columns, cells, strict=True):
        value: object = None
        try:
            value = _places(column, cell, sites) if column in PLACES else read(column, cell)
        except NotAValue as problem:
            complaints.add(line, f"{shown(column, cell)} {problem}")
        else:
            if value is None and column == "last_name" and need_name:
                complaints.add(line, "last_name is blank; every record needs one")
        row.append(value)
    return row


def _places(column: str, cell: str, sites: Mapping[str, int]) -> int | list[int] | None:
    codes = [code.strip() for code in cell.split(";")] if column != "site" else [cell.strip()]
    found = []
    for code in filter(None, codes):
        if code.lower() not in sites:
            raise NotAValue(f"names no school of this district ({code!r}); load the school first")
        found.append(sites[code.lower()])
    if column == "site":
        return found[0] if found else None
    return sorted(set(found)) or None


def _site_ids(district: District) -> dict[str, int]:
    pairs = School.objects.filter(district=district).values_list("site_code", "pk")
    return {code.lower(): pk for code, pk in pairs}


@transaction.atomic
def load_schools(*, district: District, path: Path) -> Loaded:
    """Loads a CSV file of schools; a site code that is here already is brought up to date."""
    with opened(path, known=tuple(SCHOOL_COLUMNS), needed=("site_code", "name")) as sheet:
        complaints = Complaints(sheet.name)
        rows = dict(_school_rows(sheet, complaints))
        complaints.settle()
    here = {school.site_code: school for school in School.objects.filter(district=district)}
    changed = []
    for code, facts in rows.items():
        school = here.get(code)
        if school and any(getattr(school, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(school, name, value)
            changed.append(school)
    new = [School(district=district, **facts) for code, facts in rows.items() if code not in here]
    School.objects.bulk_create(new)
    School.objects.bulk_update(changed, ["name", "number", "nces_id"])
    same = len(rows) - len(new) - len(changed)
    return Loaded(created=len(new), updated=len(changed), unchanged=same)


def _school_rows(sheet: Sheet, complaints: Complaints) -> Iterator[tuple[str, dict[str, Value]]]:
    lines: dict[str, int] = {}
    for line, cells in sheet.records:
        facts: dict[str, Value] = {}
        for column, cell in zip(sheet.columns, cells, strict=True):
            limit = SCHOOL_COLUMNS[column]
            value = read(column, cell) or ""
            if len(str(value)) > limit:
                complaints.add(line, f"{shown(column, cell)} is longer than {limit} characters")
            if not value and column in ("site_code", "name"):
                complaints.add(line, f"{column} is blank; every school needs one")
            facts[column] = value
        code = str(facts["site_code"])
        if code.lower() in lines and code:
            complaints.add(line, f"site_code {code!r} stands in line {lines[code.lower()]} already")
        lines[code.lower()] = line
        yield code, facts
