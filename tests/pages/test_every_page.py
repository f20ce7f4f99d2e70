"""Every page, looked at in a browser: nothing overflows, axe finds nothing, the console is quiet.

With CONTACT_SHEET set to a folder, each look leaves its pictures there (contact_sheet.py).
"""

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.pages.conftest import Site
from tests.pages.looks import LOOKS, Look

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]

# 640 is a window of 1280 at 200 % zoom.
WIDTHS = (1280, 640, 390)
OVERFLOW = """() => [...document.querySelectorAll("body *")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > innerWidth + 1 && box.width > 0 && !e.closest(".scroll, .skip, svg")
        && getComputedStyle(e).position !== "absolute";
}).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_C31_page_fits_and_has_no_axe_finding(site: Site, look: Look) -> None:
    window = site.window(look.user)
    page = window.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(look.address(site))
    assert answer is not None
    assert answer.status == look.status
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OVERFLOW) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    assert findings(page, "color-contrast", "link-in-text-block", "target-size") == []
    # Chromium itself says that an answer was not 200; nothing else may be said.
    assert [c for c in complaints if "Failed to load resource" not in c] == []
    if folder := os.environ.get("CONTACT_SHEET"):
        picture(page, Path(folder), look)
    window.close()


def findings(page: Page, *rules: str) -> list[str]:
    """What axe has to say, in a line each; by these rules, or by all."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    results = Axe().run(page, options=options)
    return [
        f"{violation['id']}: {node['html'][:160]} {[why['message'] for why in node['any']]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


def picture(page: Page, folder: Path, look: Look) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.screenshot(
                path=folder / f"{look.name}-{width}-{scheme}.png",
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": min(height(page), 2600)},
            )


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))
