"""The way from the gear to Clever, as a person goes it: by the mouse, and by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Site
from tests.pages.scenes import ALICE

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_A17_A18_A19_A20_from_the_gear_to_the_three_steps(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    page.goto("/d/maple/people/")
    page.get_by_role("link", name="Setup").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("District Administration")
    page.get_by_role("link", name="Clever Student Integration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clever Integration")
    page.get_by_role("main").get_by_role("link", name="Configure").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Configure")
    steps = page.locator(".parts h2")
    expect(steps).to_have_text(
        [
            "Step 1 of 3: Clever Data Integration Setup",
            "Step 2 of 3: Clever Data Integration Settings",
            "Step 3 of 3: Manage Email Notifications",
        ]
    )
    window.close()


def test_B17_support_is_asked_by_keyboard_on_a_phone(site: Site) -> None:
    window = site.window(ALICE, width=390)
    page = window.new_page()
    page.goto("/d/yarrow/")
    page.get_by_role("button", name="Menu").press("Enter")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Get ready").press("Enter")
    page.get_by_role("button", name="Ask Support to enable").press("Enter")
    expect(page.get_by_text("Waiting for Support since Today")).to_be_visible()
    expect(page.get_by_role("button", name="Ask Support to enable")).to_have_count(0)
    window.close()


def test_A11_older_integration_is_asked_about_only_where_there_was_one(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    page.goto("/d/laurel/clever/configure/")
    expect(page.get_by_role("heading", level=1)).to_have_text("How do records arrive today?")
    page.get_by_role("radio", name="PowerSchool SIS").check()
    expect(page.get_by_label("Which field here did it fill")).to_be_visible()
    page.get_by_role("radio", name="Not at all").check()
    expect(page.get_by_label("Which field here did it fill")).to_be_hidden()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Configure")
    expect(page.get_by_text("Blocked until step 1 is done.")).to_have_count(2)
    window.close()
