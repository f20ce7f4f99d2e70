"""What differs between two versions of settings, in plain words: where, from, to (C26)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clever_sync.sources import SOURCES
from core.vocabulary import BlankPolicy, DataType, Policy
from imports.words import DATA_TYPES, POLICIES
from integration_console.settings_document import (
    BrakePart,
    Document,
    FieldPart,
    RecipientPart,
    RulesPart,
    SchedulePart,
)
from notifications import words
from notifications.models import told_by_default
from schools.models import District
from schools.queries import label
from schools.targets import CLASS_YEAR_FROM_GRADE, TARGETS

Place = tuple[str, str]
Lines = dict[Place, str]
NOTHING = "–"
RULES: Mapping[str, str] = {
    "add_and_update": "Add and update",
    "update_only": "Update only",
    "add_only": "Add only",
    "mark_transferred": "Mark Transferred",
    "mark_inactive": "Mark Inactive",
    "leave_alone": "Leave alone",
}
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
    lines["Sync Settings", "Schools"] = scope_said(part.schools)
    lines["Sync Settings", "Barcode and Community ID of records that are here"] = (
        "Clever changes them" if part.change_identifiers else "Stay as they are"
    )
    return lines


def field_said(rule: FieldPart) -> str:
    """What feeds a field, with what is unusual about it."""
    if not rule.source or rule.policy == Policy.DO_NOT_IMPORT:
        return POLICIES[Policy.DO_NOT_IMPORT]
    said = [source_said(rule.source)]
    if rule.policy != Policy.CLEVER_DECIDES:
        said.append(POLICIES[rule.policy].lower())
    if rule.blank != BlankPolicy.KEEP:
        said.append("a blank clears ours")
    return ", ".join(said)


def source_said(source: str) -> str:
    """Clever's field in words."""
    if source == CLASS_YEAR_FROM_GRADE:
        return "Class year based on grade"
    return SOURCES[source].label if source in SOURCES else source


def scope_said(schools: list[str] | str) -> str:
    """Which schools are in scope, by their site codes."""
    if isinstance(schools, str):
        return "All Mapped Schools"
    return f"{len(schools)} chosen: {', '.join(schools)}" if schools else "None"


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
            limits = [] if part.percent is None else [f"{part.percent:g} %"]
            limits += [] if part.number is None else [f"{part.number} people"]
            place = f"{DATA_TYPES[data_type]} · Brakes", name.replace("_", " ").capitalize()
            yield place, " or ".join(limits) or "Off"


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
