"""What the match-rate page shows: the table, and what it means in plain words (C04)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from clever_sync.queries import connection_of, last_pull
from clever_sync.sources import SOURCES
from core.vocabulary import DataType
from imports.words import types
from mappings.pairing import Rates, Reach
from mappings.queries import active_specs, student_id_of
from mappings.rates import SOURCES as IDENTIFIERS
from mappings.rates import rates
from mappings.spec import RulesetSpec
from mappings.student_id import reach_of
from schools.models import District
from schools.queries import label

SHORT = {
    "sis_id": "SIS ID",
    "student_number": "Student number",
    "teacher_number": "Teacher number",
    "staff_id": "Staff ID",
    "state_id": "State ID",
    "email": "Email",
}


def short(source: str) -> str:
    """A Clever field in the words of a column head: "Student number"."""
    known = SHORT.get(source.rpartition(".")[2])
    return known or (SOURCES[source].label if source in SOURCES else source)


@dataclass(frozen=True)
class ShownCell:
    """How many people a Clever field and a field here have in common."""

    source: str
    matched: int
    agreeing: int
    percent: int
    mapped: bool

    @property
    def tone(self) -> str:
        """Good where most people agree, wait where values meet and people do not."""
        if self.agreeing * 2 >= max(self.matched, 1) and self.percent >= 50:
            return "good"
        return "wait" if self.agreeing * 2 < self.matched else ""


@dataclass(frozen=True)
class Line:
    """One field here with its cells, one for each identifier of Clever."""

    field: str
    label: str
    filled: int
    cells: list[ShownCell]


@dataclass(frozen=True)
class Rating:
    """The page. `read_at` is when Clever was read, None when it never was."""

    data_type: DataType
    people: str
    read_at: datetime | None
    rates: Rates
    columns: list[str]
    lines: list[Line]
    conclusion: list[str]
    advice: str
    tone: str
    reach: Reach | None


def rating(district: District, data_type: DataType) -> Rating:
    """The table of a data type with what it means."""
    connection = connection_of(district)
    pull = last_pull(connection) if connection else None
    found = rates(connection, data_type) if connection and pull else Rates()
    specs = active_specs(district, [data_type])
    mapped = {rule.field: rule.source for rule in specs[0].fields} if specs else {}
    identity = main_field(district, data_type, found, specs)
    said, advice, tone = concluded(district, data_type, found, identity, mapped.get(identity, ""))
    return Rating(
        data_type=data_type,
        people=types([data_type]).lower(),
        read_at=pull.finished_at or pull.started_at if pull else None,
        rates=found,
        columns=[short(source) for source in IDENTIFIERS[data_type]],
        lines=[_line(district, found, name, mapped, data_type) for name in shown_fields(found)],
        conclusion=said,
        advice=advice,
        tone=tone,
        reach=reach_of(district, [data_type]).get(data_type) if found.in_clever else None,
    )


def main_field(
    district: District, data_type: DataType, found: Rates, specs: Iterable[RulesetSpec]
) -> str:
    """The field here that people are known by: the old student ID, else the one most have."""
    if data_type is DataType.STUDENT:
        identity = student_id_of(district, next(iter(specs), None))
        if identity.old is not None:
            return identity.field
    numbers = {name: n for name, n in found.filled.items() if name != "email"}
    return max(numbers, key=lambda name: numbers[name], default="sis_id")


def shown_fields(found: Rates) -> list[str]:
    """The fields that anybody here has filled, in the order of the table."""
    return [name for name in (*SHORT, "barcode", "community_id") if found.filled.get(name)]


def _line(
    district: District, found: Rates, name: str, mapped: Mapping[str, str], data_type: DataType
) -> Line:
    cells = []
    for source in IDENTIFIERS[data_type]:
        cell, percent = found.cell(source, name), found.percent(source, name)
        is_mapped = mapped.get(name) == source
        cells.append(ShownCell(short(source), cell.matched, cell.agreeing, percent, is_mapped))
    return Line(name, label(district, name), found.filled.get(name, 0), cells)


def concluded(
    district: District, data_type: DataType, found: Rates, name: str, mapped: str
) -> tuple[list[str], str, str]:
    """The figures of the field that people are known by, what to do, and how serious it is."""
    if not found.here or not found.in_clever:
        return [], "", "quiet"
    here, best = label(district, name), found.best_source(name)
    fed = f"Clever's {short(mapped)}" if mapped else "nothing"
    figures = [
        f"{short(source)}: {found.percent(source, name)} %"
        for source in IDENTIFIERS[data_type]
        if found.sent.get(source)
    ]
    if not best or found.percent(best, name) < 50:
        return figures, (
            f"No identifier of Clever is known here by most people in {here}. Look for another "
            "field below, or ask Support before you start."
        ), "bad"  # fmt: skip
    holds = f"Your records hold Clever's {short(best)} in {here}."
    if best == mapped:
        return figures, f"{holds} This is what is mapped, so people are recognised.", "good"
    return figures, (
        f"{holds} But it is filled from {fed}: most people "
        f"would not be recognised. Under Match Fields, choose {short(best)} for {here}."
    ), "bad"  # fmt: skip
