"""Daily Operations, in every state."""

from tests.pages.looks import Look, at, press
from tests.pages.scenes import BOB

DAILY = "/d/{}/setup/daily/"

LOOKS = (
    Look("daily-empty", at(DAILY.format("juniper"))),
    Look("daily-full", at(DAILY.format("maple"))),
    Look("daily-paused", at(DAILY.format("harbor"))),
    Look("daily-error", at(DAILY.format("maple")), then=press("Pause")),
    Look("daily-viewer", at(DAILY.format("maple")), BOB),
)
