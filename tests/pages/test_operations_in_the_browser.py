"""What only a browser can show of operations: the dialog in front, and alerts by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.pages import scenes
from tests.pages.conftest import Site

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_B53_dialog_stands_in_front_and_is_closed_by_keyboard(site: Site) -> None:
    window = site.window(scenes.ALICE)
    page = window.new_page()
    page.goto("/d/birch/operations/")
    page.get_by_role("button", name="Sync Now").click()
    page.get_by_role("button", name="Sync Now with what is published").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(
        "The Clever Sync Utility has been queued. See Operations Management for details."
    )
    expect(dialog.get_by_role("button", name="OK")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "main"
    window.close()


def test_A64_alert_is_decided_and_processed_by_keyboard_alone(site: Site) -> None:
    window = site.window(scenes.ALICE)
    page = window.new_page()
    page.goto("/d/maple/alerts/")
    card = page.locator("section[id^=alert-]").filter(has=page.get_by_role("radio")).last
    number = card.get_attribute("id")
    radio = card.get_by_role("radio").first
    radio.focus()
    page.keyboard.press("Space")
    expect(radio).to_be_checked()
    card.get_by_role("button", name="Match").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Match is noted.")).to_be_visible()
    expect(page.locator(f"#{number}").get_by_text("Decided, not processed yet")).to_be_visible()
    expect(page.get_by_role("button", name="Process All Updates")).to_be_visible()
    window.close()
