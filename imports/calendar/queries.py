"""What holds on a day of a district by its school calendar."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.vocabulary import CalendarKind
from imports.models import CalendarRange
from imports.school_calendar import Days, at, said
from schools.models import District

Calendar = Sequence[Days]


def calendar_of(district: District) -> list[Days]:
    """Every range of the district, the earliest first."""
    return [days_of(row) for row in ranges(district)]


def ranges(district: District) -> list[CalendarRange]:
    return list(CalendarRange.objects.filter(district=district).order_by("first", "last", "pk"))


def calendar_ahead(district: District, now: datetime) -> int:
    """How many ranges are on today or still to come."""
    today = now.astimezone(ZoneInfo(district.time_zone)).date()
    return CalendarRange.objects.filter(district=district, last__gte=today).count()


def days_of(row: CalendarRange) -> Days:
    """A stored range as a plain value."""
    return Days(CalendarKind(row.kind), row.first, row.last, row.name)


def blackout_at(
    district: District, moment: datetime, calendar: Calendar | None = None
) -> Days | None:
    """The blackout that this moment falls into, if one does."""
    return _at(district, CalendarKind.BLACKOUT, moment, calendar)


def adds_only_at(district: District, moment: datetime, calendar: Calendar | None = None) -> str:
    """Until when nobody is removed, and why: "until Sep 5, 2026 (State testing)"; "" if it is not
    such a day."""
    days = _at(district, CalendarKind.ADDS_ONLY, moment, calendar)
    return f"until {said(days.last)} ({days.name})" if days else ""


def _at(
    district: District, kind: CalendarKind, moment: datetime, calendar: Calendar | None
) -> Days | None:
    known = calendar_of(district) if calendar is None else calendar
    return at(known, kind, ZoneInfo(district.time_zone), moment)
