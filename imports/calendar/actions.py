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
def replace_calendar(*, district: District, calendar: Iterable[Days]) -> None:
    """Makes the calendar this one; ranges that are over are kept too. Raises ConsoleError."""
    _lock(district)
    wanted: list[Days] = []
    for days in calendar:
        if refusal := objection(days, wanted):
            raise ConsoleError(refusal)
        wanted.append(days)
    if set(wanted) != set(calendar_of(district)):
        CalendarRange.objects.filter(district=district).delete()
        _create(district, wanted)
        plan_anew(district)


def _create(district: District, wanted: Iterable[Days]) -> None:
    CalendarRange.objects.bulk_create(
        CalendarRange(
            district=district, kind=days.kind, first=days.first, last=days.last, name=days.name
        )
        for days in wanted
    )


def _lock(district: District) -> None:
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
