"""What people do to the school calendar. What is due next follows at once."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from accounts import audit
from core.problems import ConsoleError
from imports.calendar.queries import calendar_of, days_of
from imports.models import CalendarRange
from imports.schedules import plan_anew
from imports.school_calendar import Days, objection
from schools.models import District


@transaction.atomic
def add_range(*, district: District, days: Days, today: date, by: str) -> None:
    """Adds a range. Raises ConsoleError if it is over, out of order, or overlaps with another."""
    _lock(district)
    refusal = objection(days, calendar_of(district), today)
    if refusal:
        raise ConsoleError(f"{refusal} Nothing was saved.")
    _create(district, [days])
    plan_anew(district)
    audit.record(district, by, "calendar.add", str(days.kind), range=str(days))


@transaction.atomic
def change_range(
    *, district: District, number: int, days: Days, was: str, today: date, by: str
) -> None:
    """Makes a range that is on or ahead this one; `was` is the range as it was shown.

    Raises ConsoleError if it is not there as shown any more, is over, or cannot be so.
    """
    _lock(district)
    row = CalendarRange.objects.filter(district=district, pk=number).first()
    before = days_of(row) if row else None
    if row is None or str(before) != was:
        raise ConsoleError("That range was changed or removed meanwhile. Nothing was saved.")
    others = CalendarRange.objects.filter(district=district).exclude(pk=number)
    refusal = _over(before, today) or objection(days, map(days_of, others), today)
    if refusal:
        raise ConsoleError(f"{refusal} Nothing was saved.")
    row.kind, row.first, row.last, row.name = days.kind, days.first, days.last, days.name
    row.save()
    plan_anew(district)
    audit.record(
        district, by, "calendar.change", str(days.kind), before=str(before), range=str(days)
    )


def _over(days: Days | None, today: date) -> str:
    over = days is not None and days.last < today
    return "This range is over; it stays as it was." if over else ""


@transaction.atomic
def remove_range(*, district: District, number: int, by: str) -> Days | None:
    """Takes a range out of the calendar; returns it, or None if it is not there any more."""
    _lock(district)
    row = CalendarRange.objects.filter(district=district, pk=number).first()
    if row is None:
        return None
    days = days_of(row)
    row.delete()
    plan_anew(district)
    audit.record(district, by, "calendar.remove", str(days.kind), range=str(days))
    return days


@transaction.atomic
def replace_calendar(*, district: District, calendar: Iterable[Days], by: str) -> None:
    """Makes the calendar this one; ranges that are over are kept too. Raises ConsoleError."""
    _lock(district)
    wanted: list[Days] = []
    for days in calendar:
        if refusal := objection(days, wanted):
            raise ConsoleError(refusal)
        wanted.append(days)
    before = calendar_of(district)
    if set(wanted) == set(before):
        return
    CalendarRange.objects.filter(district=district).delete()
    _create(district, wanted)
    plan_anew(district)
    for verb, ranges, others in (
        ("calendar.remove", before, wanted),
        ("calendar.add", wanted, before),
    ):
        for days in ranges:
            if days not in others:
                audit.record(district, by, verb, str(days.kind), range=str(days))


def _create(district: District, wanted: Iterable[Days]) -> None:
    CalendarRange.objects.bulk_create(
        CalendarRange(
            district=district, kind=days.kind, first=days.first, last=days.last, name=days.name
        )
        for days in wanted
    )


def _lock(district: District) -> None:
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
