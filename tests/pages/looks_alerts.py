"""Alerts that are decided, one and many at once, in every state."""

from collections.abc import Callable

from playwright.sync_api import Page, Response

from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.looks_operations import alert

LIST = "/d/maple/alerts/"


def for_all(button: str) -> Callable[[Page], Response | None]:
    """Asks for one decision about all alerts of the list; nothing is decided yet."""
    pressed = press(button)

    def then(page: Page) -> Response | None:
        page.get_by_label("of this list").check()
        return pressed(page)

    return then


def of_two(site: Site) -> str:
    return alert(site, "likely_duplicate")


LOOKS = (
    Look("alerts-at-once-full", at(LIST), then=for_all("Match where it is certain")),
    Look("alerts-at-once-create", at(LIST), then=for_all("Create Record")),
    Look("alerts-at-once-skip", at(LIST), then=for_all("Skip now")),
    Look("alerts-at-once-empty", at("/d/harbor/alerts/"), then=for_all("Create Record")),
    Look("alerts-at-once-error", at(LIST), then=press("Create Record")),
    Look("alert-error", of_two, then=press("Match")),
    Look("alert-staged", lambda site: alert(site, "likely_duplicate", state="staged")),
    Look("alert-not-found", at(f"{LIST}999999999/"), status=404),
)
