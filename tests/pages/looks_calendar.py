"""The school calendar, in every state."""

from imports.models import CalendarRange
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB


def change(site: Site) -> str:
    """The page with a range of the list open."""
    row = CalendarRange.objects.filter(district=site.full.district).latest("first")
    return f"/d/maple/setup/calendar/{row.pk}/"


LOOKS = (
    Look("calendar-empty", at("/d/juniper/setup/calendar/")),
    Look("calendar-full", at("/d/maple/setup/calendar/")),
    Look("calendar-change", change),
    Look("calendar-on", at("/d/harbor/setup/calendar/")),
    Look("calendar-error", at("/d/maple/setup/calendar/"), then=press("Add these days")),
    Look("calendar-viewer", at("/d/maple/setup/calendar/"), BOB),
    Look("sync-in-a-blackout", at("/d/harbor/sync-now/blackout/")),
    Look("sync-without-one", at("/d/maple/sync-now/blackout/")),
)
