"""A token from its making to its end, by keyboard; and the reference on a phone (C28, C31)."""

import pytest
import requests
from playwright.sync_api import expect

from accounts.models import ApiToken
from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, PASSWORD
from tests.pages.test_by_keyboard import follow, tab_to

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_C28_a_token_is_made_used_and_revoked_by_keyboard_alone(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/setup/tokens/")
    follow(page, "Make a token")
    tab_to(page, "Name of the program")
    page.keyboard.type("Zebra")
    tab_to(page, "/Read")
    page.keyboard.press("ArrowDown")
    tab_to(page, "It ends after")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Your password, once more")
    page.keyboard.type(PASSWORD)
    follow(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The token is made")
    tab_to(page, "Token")
    page.keyboard.press("Control+a")
    secret = page.evaluate("document.activeElement.value")
    assert page.evaluate("getSelection().toString()") == secret
    token = ApiToken.objects.get(name="Zebra")
    lasts = round((token.expires_at - token.made_at).total_seconds() / 86_400)
    assert (token.scope, lasts) == ("read_and_act", 730)
    status = f"{site.url}/api/v1/status"
    headers = {"Authorization": f"Bearer {secret}"}
    assert requests.get(status, headers=headers, timeout=30).json()["district"]["slug"] == "maple"

    follow(page, "I have copied it")
    follow(page, "/Revoke.*Zebra/")
    expect(page.get_by_text("Revoked: Zebra")).to_be_visible()
    assert requests.get(status, headers=headers, timeout=30).status_code == 401


def test_C28_the_reference_is_read_on_a_phone_and_leads_where_it_says(site: Site) -> None:
    window = site.window(None, width=390)
    page = window.new_page()
    page.goto("/api/")
    tab_to(page, "Menu")
    page.keyboard.press("Enter")
    tab_to(page, "Runs")
    page.keyboard.press("Enter")
    expect(page.locator("#about-runs")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    asked = page.evaluate("performance.getEntriesByType('resource').map(r => r.name)")
    assert all(name.startswith(site.url) for name in asked)
    window.close()
