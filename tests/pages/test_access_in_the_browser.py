"""Access as a browser shows it: the Librarian's schools, the QR code under our policy, Support."""

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, PASSWORD, SAM
from tests.pages.scenes_access import FRESH

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def opened(site: Site, email: str | None) -> Iterator[Page]:
    """A window of this user; at the end the browser must have complained of nothing."""
    window = site.window(email)
    page = window.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    window.close()
    assert said == []


@pytest.fixture
def alice(site: Site) -> Iterator[Page]:
    yield from opened(site, ALICE)


@pytest.fixture
def fern(site: Site) -> Iterator[Page]:
    yield from opened(site, FRESH)


@pytest.fixture
def sam(site: Site) -> Iterator[Page]:
    yield from opened(site, SAM)


def test_A02_an_owner_invites_a_librarian_by_keyboard(alice: Page) -> None:
    alice.goto("/d/maple/setup/users/")
    alice.get_by_role("link", name="Invite a user").press("Enter")
    schools = alice.get_by_role("group", name="Schools of the Librarian")
    alice.get_by_label("E-mail address").press_sequentially("wren@maple.example")
    expect(schools).to_be_hidden()
    alice.get_by_role("radio", name="Viewer").press("ArrowDown")
    expect(schools).to_be_visible()
    alice.get_by_role("checkbox", name="Elm Park Elementary").press("Space")
    alice.get_by_role("button", name="Send the invitation").press("Enter")
    expect(alice.get_by_text("wren@maple.example is invited.")).to_be_visible()
    row = alice.get_by_role("row", name="wren@maple.example")
    expect(row.get_by_text("Elm Park Elementary")).to_be_visible()


def test_the_qr_code_is_seen_and_the_code_of_the_phone_is_asked_for(fern: Page) -> None:
    fern.goto("/accounts/2fa/")
    fern.get_by_role("link", name="Set it up").click()
    fern.get_by_label("Password").fill(PASSWORD)
    fern.get_by_role("button", name="Confirm").click()
    picture = fern.get_by_role("img", name="QR code")
    assert picture.evaluate("picture => picture.naturalWidth") > 50
    secret = fern.get_by_label("Or write this key into the app").input_value()
    fern.get_by_label("Authenticator code").fill(code(secret))
    fern.get_by_role("button", name="Switch it on").click()
    expect(fern.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    recovery = fern.locator(".codes li").first.inner_text()
    fern.get_by_role("button", name="Sign out").click()
    fern.get_by_label("Email").fill(FRESH)
    fern.get_by_label("Password", exact=True).fill(PASSWORD)
    fern.get_by_role("button", name="Sign in").click()
    expect(fern.get_by_role("heading", level=1)).to_have_text("Second factor")
    fern.get_by_label("Code").fill(recovery)
    fern.get_by_role("button", name="Sign in").click()
    expect(fern.get_by_role("heading", level=1)).to_have_text("Districts")


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_B01_support_enables_a_waiting_district_by_keyboard(sam: Page) -> None:
    sam.goto("/support/schools/district/")
    button = sam.get_by_role("button", name="Enable Clever for Juniper Valley School District")
    button.press("Enter")
    told = "Juniper Valley School District: enabled. alice@maple.example was told by mail."
    expect(sam.get_by_text(told)).to_be_visible()
    expect(button).to_have_count(0)
    sam.goto("/support/accounts/supportgrant/add/")
    expect(sam.get_by_label("Until")).to_be_visible()
