"""python -m tests.pages.picture: the pictures of README and docs/tour.md, from the demonstration.

`script/server` must be running from this folder, freshly prepared: the pictures of connecting reset
and connect Harbor Point. Behind the command may stand where the console is, where its sandbox
Clever is, and the folder of its data. The browser is CHROMIUM, else chromium.
"""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

from clever_sandbox.control_client import Control
from integration_console.embedded.places import ROOT, Places
from tests.pages.palette import squeezed

PICTURES = ROOT / "docs" / "pictures"
MAPLE, HARBOR = "/d/maple-ridge/", "/d/harbor-point/"
WIDTH, HEIGHT, HIGHEST = 1280, 900, 1050
SPACE = 12
# Looking at things is what the pictures are for; the mouse is not.
NOWHERE = (WIDTH - 1, HEIGHT - 1)


@dataclass(frozen=True)
class Picture:
    """A page of the tour: how to come there, what it begins with and what it ends with."""

    name: str
    go: Callable[[Page], None]
    last: str = "main > :last-child"
    top: str = ""


def opens(path: str, *links: str) -> Callable[[Page], None]:
    """Opens a page of Maple Ridge, and follows links whose words begin so."""

    def go(page: Page) -> None:
        page.goto(MAPLE + path)
        for link in links:
            page.locator("main a", has_text=link).first.click()

    return go


def run_that(says: str, *links: str) -> Callable[[Page], None]:
    """Opens the newest run whose line says so, and follows links from there."""

    def go(page: Page) -> None:
        page.goto(f"{MAPLE}operations/")
        page.locator("main tbody tr", has_text=says).first.locator("a").first.click()
        for link in links:
            page.locator("main a", has_text=link).first.click()

    return go


def looks_up(page: Page) -> None:
    """Resets PowerSchool, as the page asks, and asks Clever for the name of the district."""
    page.goto(f"{HARBOR}clever/setup/?edit=1")
    reset = page.get_by_role("link", name="Reset Configuration")
    if reset.count():
        reset.first.click()
        page.get_by_label("Type harbor-point to confirm").fill("harbor-point")
        page.get_by_role("button", name="Reset Configuration").click()
    page.goto(f"{HARBOR}clever/setup/?edit=1")
    page.get_by_label("District ID / Clever ID").fill(page.harbor_id)  # type: ignore[attr-defined]
    page.get_by_role("button", name="Look it up at Clever").click()


def saves(page: Page) -> None:
    """Goes on from there to the schools."""
    save = page.get_by_role("button", name="Save", exact=True)
    if "setup" in page.url and save.count():
        save.click()
    page.goto(f"{HARBOR}clever/schools/")


def explains(page: Page) -> None:
    """Somebody who is to leave with Willow Creek High, and is held."""
    opens("holds/", "A school would be empty")(page)
    page.locator("main tbody a[href*='/people/']").first.click()
    page.locator("main a", has_text="Explain").first.click()


PLACES = (
    Picture("overview", opens(""), "main > .grid"),
    Picture("connect", looks_up),
    Picture("match-schools", saves, top="main section:has(table)"),
    Picture("settings", opens("clever/settings/student/fields/"), top="main table"),
    Picture("test", run_that("Test Import"), top="main .note"),
    Picture("import", run_that("Start Import"), top="main section:has(table)"),
    Picture("held", opens("holds/", "A school would be empty")),
    Picture("alert", opens("alerts/", "Okonkwo")),
    Picture("explain", explains),
    Picture("undo", run_that("Undo #")),
    Picture("locks", opens("people/locks/")),
    Picture("problems", opens("problems/")),
    Picture("mail", opens("clever/notifications/")),
)


def main(
    address: str = "http://localhost:8000",
    sandbox: str = "http://127.0.0.1:8100",
    var: str = "",
    *names: str,
) -> int:
    """Signs in as the demonstration's import admin and takes the pictures, or those named."""
    email, password = log_in(Places(Path(var)) if var else Places())
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            chromium_sandbox=os.geteuid() != 0,
        )
        page = browser.new_page(
            base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
        )
        page.harbor_id = Control(sandbox).describe(district="harbor")["id"]  # type: ignore[attr-defined]
        page.goto(f"/accounts/login/?next={MAPLE}")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        for picture in PLACES:
            if not names or picture.name in names:
                take(browser, page, picture)
        browser.close()
    return 0


def take(browser: Browser, page: Page, picture: Picture) -> None:
    """One picture, as wide as the window and not too high."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    picture.go(page)
    page.wait_for_load_state("networkidle")
    page.mouse.move(*NOWHERE)
    page.evaluate("document.activeElement.blur()")
    if picture.top:
        page.locator(picture.top).first.evaluate("one => one.scrollIntoView()")
    below = page.locator(picture.last).last.bounding_box()
    assert below, picture.name
    height = round(min(HIGHEST, below["y"] + below["height"] + SPACE))
    # What sticks to the lower edge of the window sticks to the picture's.
    page.set_viewport_size({"width": WIDTH, "height": height})
    taken = page.screenshot(animations="disabled")
    path = PICTURES / f"{picture.name}.png"
    path.write_bytes(squeezed(browser, taken))
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def log_in(places: Places) -> tuple[str, str]:
    """The import admin of the demonstration, with the password."""
    os.environ["SECRET_KEY"] = places.secret_key()
    os.environ.setdefault("DATABASE_URL", "postgres:///unused")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")
    django.setup()
    from integration_console.demonstration.logins import IMPORT_ADMIN

    return IMPORT_ADMIN.email, IMPORT_ADMIN.password


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
