"""Sign in with Clever as a person does it: the sandbox's own page, and back, in a real browser."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import override_settings
from playwright.sync_api import Page, expect

from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync.models import Connection
from schools.models import District
from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, OLIVE, PASSWORD
from tests.world import speaking_to

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]
SIZE = {"students": 5, "schools": 1, "corners": False}


@pytest.fixture
def clever(site: Site) -> Iterator[RunningSandbox]:
    """A Clever to which Maple Ridge is connected, and which knows the way back to the console."""
    way_back = f"{site.url}/accounts/clever/back/"
    scenario = {"districts": [SIZE], "redirect_uris": [way_back]}
    with (
        running_sandbox(scenario=scenario) as sandbox,
        speaking_to(sandbox),
        override_settings(CONSOLE_URL=site.url),
        # In a thread, whose connection is none of the test's transaction: the site has to see it.
        ThreadPoolExecutor(1) as other,
    ):
        other.submit(connected, site.full.district, sandbox.district_id).result()
        yield sandbox


def connected(district: District, clever_id: str) -> None:
    Connection.objects.filter(district=district).update(clever_district_id=clever_id)
    connection.close()


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """Somebody who is signed in nowhere; at the end the browser must have complained of nothing."""
    window = site.window(None)
    page, complaints = window.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    yield page
    window.close()
    # Clever's pages have no icon.
    assert [c for c in complaints if "Failed to load resource" not in c] == []


def who_are_you(page: Page, clever: RunningSandbox) -> None:
    """Chooses an admin on Clever's page."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in to #DEMO Maple Ridge")
    assert page.url.startswith(clever.auth_url)
    page.locator("tbody a").first.click()


def test_C29_an_account_is_connected_and_then_entered_by_clever(
    site: Site, clever: RunningSandbox, page: Page
) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(OLIVE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Connect with Clever").click()
    who_are_you(page, clever)
    expect(page.get_by_role("heading", name="Is this you in Clever?")).to_be_visible()
    page.get_by_label("Your password here, once more").fill(PASSWORD)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("from now on you sign in for Maple Ridge Unified")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in with Clever").click()
    who_are_you(page, clever)
    expect(page.get_by_role("heading", level=1)).to_have_text("Clever Integration")
    # No code stays in the address, nor behind the Back button.
    assert page.url == f"{site.url}/d/maple/"
    page.get_by_role("button", name="Sign out").click()
    portal = f"?client_id={clever.client_id}&district_id={clever.district_id}"
    page.goto(f"{clever.auth_url}/oauth/instant-login{portal}")
    who_are_you(page, clever)
    who_are_you(page, clever)
    page.wait_for_url(f"{site.url}/d/maple/")
    owner = site.page(ALICE)
    owner.goto("/d/maple/activity/?kind=access")
    shown = owner.locator("main")
    expect(shown.get_by_text("Signed in with Clever.").first).to_be_visible()
    expect(shown.get_by_text("Connected the account with a log-in of Clever.")).to_be_visible()


def test_C29_whoever_does_not_sign_in_at_clever_is_back_with_a_sentence(
    site: Site, clever: RunningSandbox, page: Page
) -> None:
    page.goto("/d/maple/people/")
    page.get_by_role("link", name="Sign in with Clever").click()
    page.get_by_role("link", name="Do not sign in").click()
    expect(page.get_by_text("Clever has not signed you in.")).to_be_visible()
    assert page.url == f"{site.url}/accounts/login/"
