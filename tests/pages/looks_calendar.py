"""The school calendar, in every state."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

LOOKS = (
    Look("calendar-empty", at("/d/juniper/setup/calendar/")),
    Look("calendar-full", at("/d/maple/setup/calendar/")),
    Look("calendar-on", at("/d/harbor/setup/calendar/")),
    Look("calendar-viewer", at("/d/maple/setup/calendar/"), BOB),
    Look("sync-in-a-blackout", at("/d/harbor/sync-now/blackout/")),
    Look("sync-without-one", at("/d/maple/sync-now/blackout/")),
)
