"""What the templates of Clever Data Integration Settings are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from accounts.access import Access
from core.vocabulary import DataType
from imports.calendar.queries import calendar_of
from imports.lease import database_now
from imports.models import Schedule
from imports.schedules import due_next, is_paused, schedules_of
from integration_console.rules.code_form import DefineCodesForm
from integration_console.rules.codes import fields_with_codes
from integration_console.rules.desk import NAMES, Desk, desks, runs_on
from integration_console.rules.field_form import MatchFieldsForm
from integration_console.rules.field_rows import fixed_rows, row
from integration_console.rules.samples import Samples
from integration_console.rules.scope import Place, leaving
from integration_console.rules.sync_form import SyncForm
from integration_console.rules.sync_words import ALL, IMPORT_RULES, LEAVER_RULES, SCOPES
from integration_console.rules.ways import steps
from mappings.student_id import warning
from schools.queries import label, labels


@dataclass(frozen=True)
class Choice:
    """One of several ways, with what it does."""

    value: str
    name: str
    text: str
    chosen: bool


def choices(form: SyncForm, name: str, offered: Sequence[tuple[str, str, str]]) -> list[Choice]:
    chosen = str(form[name].value())
    return [Choice(value, label, text, str(value) == chosen) for value, label, text in offered]


def settings(access: Access) -> dict[str, Any]:
    """The data types with the state of their settings."""
    schedules, now = schedules_of(access.district), database_now()
    calendar = calendar_of(access.district)
    return {
        "access": access,
        "community_id": label(access.district, "community_id"),
        "types": [
            {
                "desk": desk,
                "schedule": schedules[desk.data_type],
                "due": due_next(access.district, schedules[desk.data_type], now, calendar),
                "paused": is_paused(schedules[desk.data_type], now),
            }
            for desk in desks(access)
        ],
    }


def wizard(desk: Desk, name: str) -> dict[str, Any]:
    fields = list(fields_with_codes(desk))
    codes = f"For {', '.join(fields)}" if fields else "No field with codes is matched"
    return {
        "access": desk.access,
        "desk": desk,
        "steps": steps(desk, name, {"define_codes": codes}),
    }


def match_fields(desk: Desk, form: MatchFieldsForm, samples: Samples) -> dict[str, Any]:
    """Every field of the type; Barcode and Community ID apart from the others."""
    names = dict(labels(desk.district))
    rows = [row(form, offer, samples) for offer in form.offers if not offer.target.caution]
    return {
        **wizard(desk, "match_fields"),
        "form": form,
        "rows": [*fixed_rows(names, samples), *rows],
        "careful": [row(form, offer, samples) for offer in form.offers if offer.target.caution],
        "wrong": bool(form.errors),
        "guessed": [r.label for r in rows if r.guess],
        "scrambles": scrambles(desk),
    }


def scrambles(desk: Desk) -> str:
    """The blocking warning where the student ID comes from another field than before (A12)."""
    students = desk.data_type is DataType.STUDENT and desk.migrating
    return warning(desk.district, desk.spec) if students else ""


def define_codes(desk: Desk, form: DefineCodesForm) -> dict[str, Any]:
    """The code tables, those with open codes said first."""
    return {
        **wizard(desk, "define_codes"),
        "form": form,
        "read": desk.connection is not None,
        "open": [table for table in form.tables if table.of.open],
        "wrong": form.seen.is_bound and not form.is_valid(),
    }


def sync_settings(
    desk: Desk, form: SyncForm, found: Sequence[Place], schedule: Schedule
) -> dict[str, Any]:
    """Scope with people, timetable with the next time, rules with what they do."""
    chosen = {str(pk) for pk in form["schools"].value() or ()}
    reached = {place.school.pk for place in found if str(place.school.pk) in chosen}
    return {
        **wizard(desk, "sync_settings"),
        "form": form,
        "places": [(place, str(place.school.pk) in chosen) for place in found],
        "scopes": choices(form, "scope", SCOPES),
        "import_rules": choices(form, "import_rule", IMPORT_RULES),
        "leaver_rules": choices(form, "leaver_rule", LEAVER_RULES),
        "schedule": schedule,
        "due": due(desk, schedule),
        "leaving": leaving(found, all_schools=form["scope"].value() == ALL, chosen=reached),
        "wrong": bool(form.errors),
    }


def due(desk: Desk, schedule: Schedule) -> datetime | None:
    return due_next(desk.district, schedule, database_now())


def published(access: Access, data_type: DataType, version: int) -> str:
    """What Publish has done, and what a run that is on goes on with (H01)."""
    said = f"{NAMES[data_type]}: version {version} is published and applies from the next run."
    on = runs_on(access.district).get(data_type)
    if on is None:
        return said
    used = f"version {on.version}" if on.version else "the version it began with"
    return f"{said} Run #{on.run.pk} is on and goes on with {used}."


def way_on(access: Access) -> str:
    """Where one goes after publishing."""
    return format_html(
        'Next: <a href="{}">Import Summary</a>, where a test shows the effect.',
        reverse("import_summary", args=[access.district.slug]),
    )
