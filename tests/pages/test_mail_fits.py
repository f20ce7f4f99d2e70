"""Every mail in HTML is as wide as a phone, also with a link that has no end (C20)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Browser

from notifications.render import Written
from notifications.render.facts import Part

FOLDERS = ("mail", "account/email")
LINK = "https://console.example/" + "a" * 300
PART = Part(
    "Held", "It is held.", "Nothing.", "Look.", LINK, "Look", rows=["Willow Creek High: 640"]
)


def letters() -> list[str]:
    """The templates of all mails, without the frame that they share."""
    root = Path(settings.BASE_DIR) / "templates"
    found = [path for folder in FOLDERS for path in (root / folder).glob("*.html")]
    return sorted(str(path.relative_to(root)) for path in found if path.stem != "frame")


@pytest.mark.needs_browser
@pytest.mark.parametrize("template", letters())
def test_C20_a_mail_fits_a_phone(template: str, browser: Browser) -> None:
    said = {
        "district": {"name": "Maple Ridge Unified", "slug": "maple"},
        "words": Written("Held", [PART], ["Yesterday: it was held"]),
        "link": LINK,
        "password_reset_url": LINK,
        "console": LINK,
        "recipients": LINK,
        "by": "alice@maple.example",
        "email": "bob@maple.example",
        "days": 3,
    }
    page = browser.new_page(viewport={"width": 375, "height": 600})
    page.set_content(render_to_string(template, said))
    assert page.locator("h2").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.close()
