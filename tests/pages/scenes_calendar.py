"""What the page of the school calendar shows: a range that is on, one ahead, one that is over."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from clever_sync.models import Connection
from core.vocabulary import CalendarKind
from imports.models import CalendarRange
from tests.pages.scenes import Scene


def today() -> date:
    return timezone.now().astimezone(ZoneInfo("America/Denver")).date()


def days(
    scene: Scene, first: int, last: int, kind: CalendarKind = CalendarKind.BLACKOUT, name: str = ""
) -> CalendarRange:
    """A range that begins and ends so many days from today."""
    return CalendarRange.objects.create(
        district=scene.district, kind=kind, name=name or "Winter break",
        first=today() + timedelta(days=first), last=today() + timedelta(days=last),
    )  # fmt: skip


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Both kinds are on in the district in trouble, so that its overview tells them."""
    days(full, 20, 35)
    days(full, 200, 230, CalendarKind.ADDS_ONLY, "The first weeks of the term")
    days(full, -90, -80, name="Moving to another SIS")
    days(trouble, -2, 9, name="Moving to another SIS")
    days(trouble, -1, 4, CalendarKind.ADDS_ONLY, "Lists are being put right")
    Connection.objects.filter(district=trouble.district).update(
        pause_start=timezone.now() + timedelta(days=3), pause_end=timezone.now() + timedelta(days=9)
    )
