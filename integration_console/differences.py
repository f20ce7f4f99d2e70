"""What differs between two versions of settings, in plain words: where, from, to (C26)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.vocabulary import CalendarKind, DataType
from imports.brake_terms import DEFAULTS
from imports.brake_words import held_when
from imports.catalogue import said
from imports.school_calendar import said as said_day
from imports.settings_words import (
    ALL_SCHOOLS,
    NOTHING,
    RULES,
    field_said,
    identifiers_said,
    scope_said,
)
from imports.words import DATA_TYPES
from integration_console.settings_document import (
    BrakePart,
    Document,
    RecipientPart,
    RulesPart,
    SchedulePart,
)
from notifications import words
from notifications.models import told_by_default
from schools.models import District
from schools.queries import label
from schools.targets import TARGETS

Place = tuple[str, str]
Lines = dict[Place, str]
CALENDAR = {CalendarKind.BLACKOUT: "Blackout", CalendarKind.ADDS_ONLY: "Adds only"}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Difference:
    """One line that differs: its section, what it is about, and both sides in words."""

    section: str
    what: str
    old: str
    new: str


def between(old: Lines, new: Lines) -> list[Difference]:
    """What differs, in the order of the settings; a side that has no such line shows a dash."""
    places = list(dict.fromkeys([*old, *new]))
    found = [(place, old.get(place, NOTHING), new.get(place, NOTHING)) for place in places]
    return [Difference(*place, before, after) for place, before, after in found if before != after]


def of_rules(district: District, part: RulesPart) -> Lines:
    """The lines of one version of a data type's rules."""
    lines: Lines = {}
    rules = {rule.field: rule for rule in part.fields}
    for name in sorted(rules, key=_place):
        lines["Match Fields", _name(district, name)] = field_said(rules[name])
    for name, table in sorted(part.codes.items()):
        for code, value in sorted(table.items()):
            lines[f"Define Codes: {_name(district, name)}", code or "No code"] = value
    for name, value in sorted(part.defaults.items()):
        lines["New records", _name(district, name)] = value
    lines["Sync Settings", "Import rule"] = RULES[part.import_rule]
    lines["Sync Settings", "When somebody has left"] = RULES[part.leaver_rule]
    lines["Sync Settings", "Schools"] = (
        ALL_SCHOOLS if isinstance(part.schools, str) else scope_said(part.schools)
    )
    lines["Sync Settings", "Barcode and Community ID of records that are here"] = identifiers_said(
        part.change_identifiers
    )
    return lines


def of_document(district: District, document: Document) -> Lines:
    """The lines of a whole document; a section that it lacks has none."""
    lines: Lines = {}
    for data_type, part in (document.rules or {}).items():
        for (section, what), value in of_rules(district, part).items():
            lines[f"{DATA_TYPES[data_type]} · {section}", what] = value
    for clever_id, code in (document.schools or {}).items():
        lines["Matched schools", f"Clever school {clever_id}"] = code or "Do not sync"
    for code in document.left_out or []:
        lines["Schools left out", code] = "Do not sync"
    lines.update(_schedules(document.schedules or {}))
    lines.update(_brakes(document.brakes or {}))
    lines.update(_recipients(document.recipients or {}))
    for name, term in sorted((document.terminology or {}).items()):
        lines["Terminology", TARGETS[name].label if name in TARGETS else name] = term
    if document.rollover is not None:
        lines["School calendar", "The school year begins (month-day)"] = document.rollover
    for days in document.calendar or []:
        what = f"{said_day(days.first)} to {said_day(days.last)}: {days.name}"
        lines["School calendar", what] = CALENDAR[days.kind]
    return lines


def _schedules(schedules: Mapping[DataType, SchedulePart]) -> Iterator[tuple[Place, str]]:
    for data_type, part in schedules.items():
        day = "" if part.weekday not in range(7) else f" on {DAYS[part.weekday or 0]}"
        section = f"{DATA_TYPES[data_type]} · Data Update Frequency"
        automatic = "On" if part.automatic else "Off"
        yield (section, "Automatically Update During Daily Operations"), automatic
        yield (section, "Frequency"), f"{part.frequency.capitalize()}{day} at {part.at}"


def _brakes(brakes: Mapping[DataType, Mapping[str, BrakePart]]) -> Iterator[tuple[Place, str]]:
    for data_type, parts in brakes.items():
        for name, part in parts.items():
            percent = None if part.percent is None else Decimal(str(part.percent))
            limit = DEFAULTS[name].replaced(percent, part.number)
            when = f"Off: {part.reason}" if part.off else f"Held: {held_when(name, limit)}"
            yield (f"{DATA_TYPES[data_type]} · Brakes", said(name).title), when


def _recipients(
    recipients: Mapping[DataType, list[str | RecipientPart]],
) -> Iterator[tuple[Place, str]]:
    for data_type, parts in recipients.items():
        for part in parts:
            known = isinstance(part, RecipientPart)
            email, events = (part.email, part.events) if known else (part, told_by_default())  # type: ignore[union-attr]
            yield (f"{DATA_TYPES[data_type]} · Email recipients", str(email)), words.summary(events)


def _name(district: District, field: str) -> str:
    return label(district, field) if field in TARGETS else field


def _place(field: str) -> tuple[int, str]:
    """The order of the field table."""
    names = list(TARGETS)
    return (names.index(field) if field in TARGETS else len(names), field)
