"""A district's settings as one document (C26): versioned, comparable, fit for another district.

Schools stand by their site codes; there are no ids and no times, so two documents of the same
settings are equal. A section that is missing from a document is left as it is when it is loaded.
"""

from datetime import date
from typing import Any

import msgspec

from core.vocabulary import (
    BlankPolicy,
    CalendarKind,
    DataType,
    EventKind,
    ImportRule,
    LeaverRule,
    Policy,
)
from imports.calendar.queries import calendar_of
from imports.models import Brake, Schedule
from mappings.models import Ruleset, SchoolLeftOut, SchoolMatch
from mappings.queries import active_ruleset
from notifications.models import Recipient, told_by_default
from schools.models import District
from schools.queries import site_codes

FORMAT = "clever-integration-settings/1"
ALL_SCHOOLS = "all"


class Strict(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=False):
    """A part of the document; a key that is not known is a mistake worth telling."""


class FieldPart(Strict):
    field: str
    source: str = ""
    policy: Policy = Policy.CLEVER_DECIDES
    blank: BlankPolicy = BlankPolicy.KEEP


class RulesPart(Strict):
    fields: list[FieldPart]
    codes: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    import_rule: ImportRule = ImportRule.ADD_AND_UPDATE
    leaver_rule: LeaverRule = LeaverRule.MARK_TRANSFERRED
    schools: list[str] | str = ALL_SCHOOLS
    change_identifiers: bool = False


class SchedulePart(Strict):
    automatic: bool = True
    frequency: str = "daily"
    at: str = "05:00"
    weekday: int | None = None


class BrakePart(Strict):
    """A part that is null is the default's; a brake that is off says why."""

    percent: float | None = None
    number: int | None = None
    off: bool = False
    reason: str = ""


class RecipientPart(Strict):
    """Who is told of other events than those that everybody is told of by default."""

    email: str
    events: list[EventKind]


class CalendarPart(Strict):
    """Days of the school calendar; both ends are within it."""

    kind: CalendarKind
    first: date
    last: date
    name: str


class Document(Strict):
    """The whole. `schools` is {Clever school id: site code, or null for "do not sync"}.

    A recipient is an address alone, with the events of notifications.models.TOLD_BY_DEFAULT, or
    an address with its events.
    """

    format: str
    schools: dict[str, str | None] | None = None
    left_out: list[str] | None = None
    rules: dict[DataType, RulesPart] | None = None
    schedules: dict[DataType, SchedulePart] | None = None
    brakes: dict[DataType, dict[str, BrakePart]] | None = None
    recipients: dict[DataType, list[str | RecipientPart]] | None = None
    terminology: dict[str, str] | None = None
    rollover: str | None = None
    calendar: list[CalendarPart] | None = None


def document_of(district: District) -> Document:
    """The settings that hold at present; drafts are not among them."""
    codes = site_codes(district)
    matches = SchoolMatch.objects.filter(district=district).order_by("clever_school_id")
    left_out = SchoolLeftOut.objects.filter(district=district)
    return Document(
        format=FORMAT,
        schools={
            clever_id: codes[school] if school else None
            for clever_id, school in matches.values_list("clever_school_id", "school_id")
        },
        left_out=sorted(codes[pk] for pk in left_out.values_list("school_id", flat=True)),
        rules={
            data_type: rules_part(ruleset, codes)
            for data_type in DataType
            if (ruleset := active_ruleset(district, data_type)) is not None
        },
        schedules=_schedules(district),
        brakes=_brakes(district),
        recipients=_recipients(district),
        terminology=dict(sorted(district.terminology.items())),
        rollover=f"{district.rollover_month:02}-{district.rollover_day:02}",
        calendar=[CalendarPart(d.kind, d.first, d.last, d.name) for d in calendar_of(district)],
    )


def rules_part(ruleset: Ruleset, codes: dict[int, str]) -> RulesPart:
    """One published version, codes in the spelling in which people wrote them."""
    tables: dict[str, dict[str, str]] = {}
    for code in ruleset.code_rules.order_by("field", "code"):
        tables.setdefault(code.field, {})[code.code] = code.value
    return RulesPart(
        fields=[
            FieldPart(rule.field, rule.source, Policy(rule.policy), BlankPolicy(rule.blank))
            for rule in ruleset.field_rules.order_by("field")
        ],
        codes=tables,
        defaults=dict(ruleset.default_rules.order_by("field").values_list("field", "value")),
        import_rule=ImportRule(ruleset.import_rule),
        leaver_rule=LeaverRule(ruleset.leaver_rule),
        schools=ALL_SCHOOLS
        if ruleset.all_schools
        else sorted(codes[pk] for pk in ruleset.schools if pk in codes),
        change_identifiers=ruleset.change_identifiers,
    )


def _schedules(district: District) -> dict[DataType, SchedulePart]:
    return {
        DataType(row.data_type): SchedulePart(
            automatic=row.automatic,
            frequency=row.frequency,
            at=f"{row.at_minute // 60:02}:{row.at_minute % 60:02}",
            weekday=row.weekday,
        )
        for row in Schedule.objects.filter(district=district).order_by("data_type")
    }


def _brakes(district: District) -> dict[DataType, dict[str, BrakePart]]:
    brakes: dict[DataType, dict[str, BrakePart]] = {}
    for row in Brake.objects.filter(district=district).order_by("data_type", "name"):
        percent = None if row.percent is None else float(row.percent)
        part = BrakePart(percent, row.number, row.off, row.reason)
        brakes.setdefault(DataType(row.data_type), {})[row.name] = part
    return brakes


def _recipients(district: District) -> dict[DataType, list[str | RecipientPart]]:
    recipients: dict[DataType, list[str | RecipientPart]] = {}
    for row in Recipient.objects.filter(district=district).order_by("data_type", "email"):
        events = [kind for kind in EventKind if kind in row.events]
        usual = set(events) == set(told_by_default())
        part = row.email if usual else RecipientPart(row.email, events)
        recipients.setdefault(DataType(row.data_type), []).append(part)
    return recipients


def as_json(document: Document) -> dict[str, Any]:
    """The document as plain values."""
    plain: dict[str, Any] = msgspec.to_builtins(document, str_keys=True)
    return plain
