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
    page.goto("/d/maple/alerts/?state=open&sort=score&reason=likely_duplicate")
    page.locator("tbody a").first.click()
    name = page.get_by_role("heading", level=1).inner_text()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(name)
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.keyboard.press("2")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    page.keyboard.press("1")
    expect(page.get_by_role("radio").first).to_be_checked()
    page.keyboard.press("m")
    expect(page.get_by_text(f"Match is noted for {name}.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(name)
    page.goto("/d/maple/alerts/")
    page.get_by_role("link", name="Process All Updates").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Process")).to_be_visible()
    expect(page.get_by_text(name).first).to_be_visible()
    window.close()


def test_C14_keys_are_shown_can_be_switched_off_and_rest_while_somebody_types(site: Site) -> None:
    window = site.window(scenes.ALICE)
    page = window.new_page()
    page.goto("/d/maple/alerts/?state=open&sort=newest")
    page.locator("tbody a").first.click()
    heading = page.get_by_role("heading", level=1)
    name = heading.inner_text()
    expect(page.get_by_role("button", name="Match").locator("kbd")).to_be_visible()
    page.get_by_role("button", name="Switch keys off").click()
    expect(page.get_by_role("button", name="Match").locator("kbd")).to_be_hidden()
    page.keyboard.press("j")
    expect(heading).to_have_text(name)
    page.reload()
    expect(page.get_by_role("button", name="Switch keys on")).to_be_visible()
    page.get_by_role("button", name="Switch keys on").click()
    page.keyboard.press("Control+j")
    expect(heading).to_have_text(name)
    window.close()
