"""Every page, looked at in a browser: nothing overflows, axe finds nothing, the console is quiet.

With CONTACT_SHEET set to a folder, each look leaves its pictures there (contact_sheet.py).
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page

from tests.pages.conftest import Site
from tests.pages.looks import Look, every_look

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]

# 640 is a window of 1280 at 200 % zoom.
WIDTHS = (1280, 900, 640, 390)
OVERFLOW = """() => [...document.querySelectorAll("body *")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > innerWidth + 1 && box.width > 0 && !e.closest(".scroll, .skip, svg")
        && getComputedStyle(e).position !== "absolute";
}).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""


# Words that are broken over two lines, of the first rows of each table and of all facts.
BROKEN = """() => {
    const broken = [];
    for (const cell of document.querySelectorAll("tr:nth-child(-n + 8) > *, dt, dd")) {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            for (const {0: word, index} of texts.currentNode.data.matchAll(/[#\\p{L}\\d]+/gu)) {
                if (word.length > 20) continue;  // An identifier of Clever may have to.
                const range = document.createRange();
                range.setStart(texts.currentNode, index);
                range.setEnd(texts.currentNode, index + word.length);
                const tops = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
                if (tops.size > 1) broken.push(word);
            }
        }
    }
    return broken.slice(0, 5);
}"""
FITS = f"() => [document.documentElement.scrollWidth, ({OVERFLOW})(), ({BROKEN})()]"
# Run in the page, which is quicker than to hand the whole report over.
AXE = """async ([rules]) => {
    const options = {resultTypes: ["violations"], ...(rules.length ? {runOnly: rules} : {})};
    const {violations} = await axe.run(document, options);
    return violations.flatMap(violation => violation.nodes.map(node =>
        violation.id + ": " + node.html.slice(0, 160) + " " + node.any.map(why => why.message)));
}"""
# For axe a few rows of each table do: all rows are written by the same lines of a template.
FEW_ROWS = (
    """() => document.querySelectorAll("tbody tr:nth-child(n + 9)").forEach(e => e.remove())"""
)

# A page below an entry of the sidebar, as its way back says, whose entry is not marked there.
LOST = """() => {
    const entries = [...document.querySelectorAll("#navigation > ul a")].slice(1);
    const back = [...document.querySelectorAll(".crumbs a")].map(a => a.pathname);
    const below = entries.filter(a => back.includes(a.pathname)).map(a => a.textContent.trim());
    return document.querySelector("#navigation [aria-current]") ? [] : below;
}"""

FOCUSED = """() => {
    const e = document.activeElement;
    if (e === document.body) return null;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const boxes = e.matches("input[type=checkbox], input[type=radio]");
    return {
        seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        on: right > left && bottom > top,
        free: there !== null && (e.contains(there) || there.contains(e) || boxes),
        name: e.tagName + " " + (e.innerText || e.name || "").slice(0, 40),
    };
}"""
# A form that is shown again has the focus at what was wrong; where it was is left behind, too.
FROM_THE_TOP = """() => {
    const first = document.createElement("span");
    first.tabIndex = -1;
    document.body.prepend(first);
    first.focus();
    first.remove();
}"""
FOCUSABLE = """() => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
)].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled).length"""
# So many stops show a page's order; a list of fifty people goes on like that.
STOPS = 60


def kinds() -> list[Look]:
    """One look of each page, the one with the most on it."""
    found: dict[str, Look] = {}
    for look in every_look():
        kind = look.name.rpartition("-")[0] or look.name
        if kind not in found or look.name.endswith("-full"):
            found[kind] = look
    return list(found.values())


@pytest.mark.parametrize("look", kinds(), ids=lambda look: look.name)
def test_C31_keyboard_reaches_the_page_and_shows_where_it_is(site: Site, look: Look) -> None:
    page = site.page(look.user)
    look.open(page, site)
    page.evaluate(FROM_THE_TOP)
    wanted = min(page.evaluate(FOCUSABLE), STOPS)
    walked = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        walked.append(focused)
    assert len(walked) >= wanted - radios(page)
    assert [stop["name"] for stop in walked if not (stop["seen"] and stop["on"])] == []
    # Nothing that sticks to the window may cover what has the focus (WCAG 2.4.11).
    assert [stop["name"] for stop in walked if not stop["free"]] == []


def radios(page: Page) -> int:
    """How many radio buttons share the stop of their group."""
    return int(
        page.evaluate(
            """() => {
                const all = [...document.querySelectorAll("input[type=radio]")];
                return all.length - new Set(all.map(e => e.name)).size;
            }"""
        )
    )


@pytest.mark.parametrize("look", every_look(), ids=lambda look: look.name)
def test_C31_page_fits_and_has_no_axe_finding(site: Site, look: Look) -> None:
    page = site.page(look.user)
    complaints: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", note)
    page.on("pageerror", fail)
    try:
        looked_at(page, look, site)
    finally:
        page.remove_listener("console", note)
        page.remove_listener("pageerror", fail)
    # Chromium itself says that an answer was not 200; nothing else may be said.
    assert [c for c in complaints if "Failed to load resource" not in c] == []


def looked_at(page: Page, look: Look, site: Site) -> None:
    """At every width, in the dark and in the light."""
    page.emulate_media(color_scheme="dark")
    look.open(page, site)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide, over, broken = page.evaluate(FITS)
        assert (wide <= width, over, broken) == (True, [], [])
    assert page.evaluate(LOST) == []
    if folder := os.environ.get("CONTACT_SHEET"):
        picture(page, Path(folder), look)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": WIDTHS[-1], "height": 900})
    page.evaluate(FEW_ROWS)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE, [[]]) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    assert page.evaluate(AXE, [["color-contrast", "link-in-text-block", "target-size"]]) == []


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
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))
