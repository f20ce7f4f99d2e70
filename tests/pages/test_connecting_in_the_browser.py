"""What only a browser shows: choices kept as they are made, and all of it by forms alone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clever_sandbox.running import running_sandbox
from tests.pages.conftest import Site
from tests.pages.scenes import ALICE
from tests.world import speaking_to

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_A28_B44_a_choice_is_kept_at_once_and_in_force_after_save(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/d/maple/clever/schools/")
    choice = page.get_by_label("Matching Clever School for Hawthorn Academy")
    expect(choice.locator("option:checked")).to_have_text("Suggestion: Hawthorn Academy")
    choice.focus()
    choice.select_option(label="Willow Creek Night School (1012)")
    expect(page.get_by_text("1 choice is not saved yet")).to_be_visible()
    # The row is new; whoever uses the keyboard is still where they were.
    expect(choice).to_be_focused()
    page.get_by_role("link", name="Operations").click()
    page.goto("/d/maple/clever/schools/")
    expect(page.get_by_text("1 choice is not saved yet")).to_be_visible()
    row = page.get_by_role("row").filter(has=choice)
    expect(row.get_by_text("In force: No answer")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 answer is saved. Every local school has an answer.")).to_be_visible()
    page.get_by_role("button", name="Clear the match of Hawthorn Academy").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 of 12 local schools have none yet")).to_be_visible()
    assert complaints == []
    window.close()


def test_B40_B41_B45_by_forms_alone_from_the_id_to_the_switch(site: Site) -> None:
    window = site.browser.new_context(base_url=site.url, java_script_enabled=False)
    session = {"name": "sessionid", "value": site.sessions[ALICE], "url": site.url}
    window.add_cookies([session])  # type: ignore[list-item]
    page = window.new_page()
    with running_sandbox(students=12, schools=3) as clever, speaking_to(clever):
        page.goto("/d/ironwood/clever/setup/")
        page.get_by_role("link", name="Edit Clever Integration Settings").click()
        link = f"https://clever.com/oauth/instant-login?district_id={clever.district_id}"
        page.get_by_label("District ID / Clever ID").fill(link)
        page.get_by_role("button", name="Look it up at Clever").click()
        expect(page.get_by_text("Clever calls it #DEMO Maple Ridge Unified")).to_be_visible()
        if folder := os.environ.get("CONTACT_SHEET"):
            page.screenshot(path=Path(folder) / "setup-found.png", full_page=True)
        page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Create local schools from Clever's list").first.click()
    page.get_by_role("button", name="Create the ticked schools").click()
    expect(page.get_by_text("3 local schools are made and matched.")).to_be_visible()
    page.get_by_role("link", name="Two lists").click()
    page.get_by_role("radiogroup", name="Local schools").get_by_role("radio").first.check()
    page.get_by_role("button", name="Clear the current match").click()
    page.get_by_role("radiogroup", name="Local schools").get_by_role("radio").first.check()
    page.get_by_role("radiogroup", name="Clever schools").get_by_role("radio").first.check()
    page.get_by_role("button", name="Match", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Next: Enable Clever").click()
    page.get_by_role("switch", name="Enable Clever").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Clever is switched on.")).to_have_count(2)
    window.close()
