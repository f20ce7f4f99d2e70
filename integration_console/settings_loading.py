"""Loading a settings document: all of it checked, all of it or nothing, only what differs (C26)."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django.db import DataError, transaction

from accounts import audit
from core.problems import ConsoleError
from core.vocabulary import DataType
from imports.brake_terms import DEFAULTS
from imports.braking.actions import check, set_brake, switch_off
from imports.calendar.actions import replace_calendar
from imports.models import Brake, Schedule
from imports.schedules import schedules_of, timetable_of
from imports.school_calendar import Days
from imports.timetable import FREQUENCIES, Timetable
from integration_console.administration.saving import move_rollover, rename_fields
from integration_console.settings_document import (
    ALL_SCHOOLS,
    FORMAT,
    BrakePart,
    CalendarPart,
    Document,
    RecipientPart,
    RulesPart,
    SchedulePart,
    document_of,
)
from mappings.actions import ask_again, clear_match, leave_school_out, match_many, publish
from mappings.models import SchoolLeftOut, SchoolMatch
from mappings.spec import FieldSpec, RulesetSpec
from notifications.actions import save_recipients
from notifications.models import told_by_default
from schools.models import District, School

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DAY = re.compile(r"(\d\d)-(\d\d)")


def read(text: bytes, name: str) -> Document:
    """The document in a file. Raises ConsoleError with a sentence that names the place."""
    try:
        document = msgspec.json.decode(text, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise ConsoleError(
            f"{name} is not a settings document: {problem}. Nothing was changed."
        ) from problem
    if b"\x00" in text or b"\\u0000" in text:
        raise ConsoleError(
            f"{name} holds a character that cannot be kept (NUL). Nothing was changed."
        )
    if document.format != FORMAT:
        raise ConsoleError(
            f"{name} has the format {document.format!r}; this console reads {FORMAT}. "
            "Nothing was changed."
        )
    return document


def foresee(*, district: District, document: Document, by: str) -> tuple[Document, Document]:
    """The settings now, and what they would be with the document; nothing is changed.

    Loaded and taken back: a few rows, and exactly what `load` will do. Raises ConsoleError.
    """
    with transaction.atomic():
        before = document_of(district)
        load(district=district, document=document, by=by)
        district.refresh_from_db()
        after = document_of(district)
        transaction.set_rollback(True)
    district.refresh_from_db()
    return before, after


@transaction.atomic
def load(*, district: District, document: Document, by: str) -> list[str]:
    """Makes the district's settings those of the document; returns the sections that changed.

    A section that the document lacks stays. Each change is told in the audit as if it had been
    made on its own page. Raises ConsoleError, and then nothing is changed.
    """
    # One at a time: rows that a document replaces are made anew.
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    before = document_of(district)
    schools = {school.site_code: school for school in School.objects.filter(district=district)}
    loaders: Mapping[str, Callable[[], None]] = {
        "terminology": lambda: _terminology(district, document.terminology or {}, by),
        "rollover": lambda: _rollover(district, document.rollover or "", by),
        "schools": lambda: _matches(district, document.schools or {}, schools, by),
        "left_out": lambda: _left_out(district, document.left_out or [], schools, by),
        "rules": lambda: _rules(district, before, document.rules or {}, schools, by),
        "schedules": lambda: _schedules(district, document.schedules or {}, by),
        "brakes": lambda: _brakes(district, document.brakes or {}, by),
        "calendar": lambda: _calendar(district, document.calendar or [], by),
        "recipients": lambda: _recipients(district, document.recipients or {}, by),
    }
    for section, loader in loaders.items():
        if getattr(document, section) is not None:
            try:
                loader()
            except ConsoleError as refusal:
                raise ConsoleError(
                    f"{section}: {refusal.sentence} Nothing was changed.", code=refusal.code
                ) from refusal
            except DataError as problem:
                raise ConsoleError(
                    f"{section}: a value is too long or too large to be kept. Nothing was changed."
                ) from problem
    after = document_of(district)
    changed = [name for name in loaders if getattr(before, name) != getattr(after, name)]
    if changed:
        audit.record(district, by, "settings.load", sections=changed)
    return changed


def _matches(
    district: District,
    wanted: Mapping[str, str | None],
    schools: Mapping[str, School],
    by: str,
) -> None:
    answers = {
        clever_id: None if code is None else _school(code, schools)
        for clever_id, code in wanted.items()
    }
    gone = SchoolMatch.objects.filter(district=district).exclude(clever_school_id__in=wanted)
    for clever_id in gone.values_list("clever_school_id", flat=True):
        clear_match(district=district, clever_school_id=clever_id, by=by)
    match_many(district=district, answers=answers, by=by)


def _school(code: str, schools: Mapping[str, School]) -> School:
    if code not in schools:
        raise ConsoleError(f"There is no school with the site code {code!r}; load it first.")
    return schools[code]


def _left_out(district: District, codes: list[str], schools: Mapping[str, School], by: str) -> None:
    wanted = [_school(code, schools) for code in codes]
    gone = SchoolLeftOut.objects.filter(district=district).exclude(school__in=wanted)
    for row in gone.select_related("school"):
        ask_again(district=district, school=row.school, by=by)
    for school in wanted:
        if SchoolMatch.objects.filter(school=school).exists():
            raise ConsoleError(f"{school.site_code} is matched, so it cannot be left out too.")
        if not SchoolLeftOut.objects.filter(school=school).exists():
            leave_school_out(district=district, school=school, by=by)


def _rules(
    district: District,
    before: Document,
    wanted: Mapping[DataType, RulesPart],
    schools: Mapping[str, School],
    by: str,
) -> None:
    for data_type, part in wanted.items():
        here = (before.rules or {}).get(data_type)
        if here is None or _comparable(part) != _comparable(here):
            publish(district=district, spec=_spec(data_type, part, schools), by=by)


def _comparable(part: RulesPart) -> object:
    fields = sorted((rule.field, rule.source, rule.policy, rule.blank) for rule in part.fields)
    scope = part.schools if isinstance(part.schools, str) else sorted(part.schools)
    return (
        fields, part.codes, part.defaults, part.import_rule, part.leaver_rule, scope,
        part.change_identifiers,
    )  # fmt: skip


def _spec(data_type: DataType, part: RulesPart, schools: Mapping[str, School]) -> RulesetSpec:
    names = [rule.field for rule in part.fields]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConsoleError(f"{data_type} has two rules for {twice[0]}.")
    if isinstance(part.schools, str) and part.schools != ALL_SCHOOLS:
        raise ConsoleError(f'{data_type}: schools is "all" or a list of site codes.')
    chosen = [] if isinstance(part.schools, str) else part.schools
    return RulesetSpec(
        id=0,
        data_type=data_type,
        fields=tuple(FieldSpec(f.field, f.source, f.policy, f.blank) for f in part.fields),
        codes=part.codes,
        defaults=part.defaults,
        import_rule=part.import_rule,
        leaver_rule=part.leaver_rule,
        all_schools=isinstance(part.schools, str),
        schools=frozenset(_school(code, schools).pk for code in chosen),
        change_identifiers=part.change_identifiers,
    )


def _schedules(district: District, wanted: Mapping[DataType, SchedulePart], by: str) -> None:
    before = schedules_of(district)
    moved = [t for t, part in wanted.items() if part.automatic != before[t].automatic]
    for data_type, part in wanted.items():
        at = _TIME.fullmatch(part.at)
        if not at:
            raise ConsoleError(f"{data_type}: at {part.at!r} is not a time; write it as 05:00.")
        if part.frequency not in FREQUENCIES:
            raise ConsoleError(
                f"{data_type}: frequency {part.frequency!r} is not one of {', '.join(FREQUENCIES)}."
            )
        if part.weekday is not None and not 0 <= part.weekday <= 6:
            raise ConsoleError(f"{data_type}: weekday is 0 (Monday) to 6 (Sunday), or null.")
        minute = int(at[1]) * 60 + int(at[2])
        values = {
            "automatic": part.automatic,
            "frequency": part.frequency,
            "at_minute": minute,
            "weekday": part.weekday,
        }
        row, new = Schedule.objects.get_or_create(
            district=district, data_type=data_type, defaults=values
        )
        if not new and any(getattr(row, name) != value for name, value in values.items()):
            # The next time is worked out anew from the new settings.
            Schedule.objects.filter(pk=row.pk).update(**values, next_due=None)
        if timetable_of(before[data_type]) != Timetable(part.frequency, minute, part.weekday):
            audit.record(
                district, by, "schedule.timetable", str(data_type), frequency=part.frequency,
                at=minute,
            )  # fmt: skip
    if moved:
        on = [t for t, row in schedules_of(district).items() if row.automatic]
        audit.record(
            district, by, "schedule.automatic",
            on=sorted(map(str, on)), moved=sorted(map(str, moved)),
        )  # fmt: skip


def _brakes(
    district: District, wanted: Mapping[DataType, Mapping[str, BrakePart]], by: str
) -> None:
    """Every brake as the document has it; of which it has nothing, the default holds."""
    for row in Brake.objects.filter(district=district):
        data_type = DataType(row.data_type)
        if row.name not in wanted.get(data_type, {}):
            set_brake(
                district=district, data_type=data_type, name=row.name, percent=None, number=None,
                by=by,
            )  # fmt: skip
    for data_type, parts in wanted.items():
        for name, part in parts.items():
            if name not in DEFAULTS:
                raise ConsoleError(
                    f"{data_type}: {name!r} is not a brake; there are {', '.join(DEFAULTS)}."
                )
            percent = None if part.percent is None else Decimal(str(part.percent))
            try:
                check(name, percent, part.number)
            except ConsoleError as refusal:
                raise ConsoleError(f"{data_type}: {name}: {refusal.sentence}") from refusal
            if part.off and not part.reason.strip():
                raise ConsoleError(f"{data_type}: {name} is off, and no reason says why.")
            of: dict[str, Any] = {
                "district": district, "data_type": data_type, "name": name, "by": by,
            }  # fmt: skip
            if part.off:
                switch_off(**of, reason=part.reason)
            else:
                set_brake(**of, percent=percent, number=part.number)


def _calendar(district: District, wanted: list[CalendarPart], by: str) -> None:
    for part in wanted:
        if not part.name.strip():
            raise ConsoleError(f"The days from {part.first} have no name.")
    replace_calendar(
        district=district,
        calendar=[Days(p.kind, p.first, p.last, p.name.strip()) for p in wanted],
        by=by,
    )


def _recipients(
    district: District, wanted: Mapping[DataType, list[str | RecipientPart]], by: str
) -> None:
    for data_type, given in wanted.items():
        told = {
            part.email if isinstance(part, RecipientPart) else part: (
                part.events if isinstance(part, RecipientPart) else told_by_default()
            )
            for part in given
        }
        save_recipients(district=district, data_type=data_type, wanted=told, by=by)


def _terminology(district: District, wanted: Mapping[str, str], by: str) -> None:
    names = {field: wanted.get(field, "") for field in {*district.terminology, *wanted}}
    rename_fields(district=district, names=names, by=by)


def _rollover(district: District, text: str, by: str) -> None:
    day = _DAY.fullmatch(text)
    if not day:
        raise ConsoleError(f"{text!r} is not a day of the year; write it as 07-16.")
    move_rollover(district=district, month=int(day[1]), day=int(day[2]), by=by)
