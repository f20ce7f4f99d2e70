"""What only a browser can show of a hold: it is decided by keyboard alone."""

import pytest
from playwright.sync_api import expect

from imports.models import Hold
from tests.pages import scenes
from tests.pages.conftest import Site

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_C09_schools_are_ticked_and_the_password_is_typed_by_keyboard_alone(site: Site) -> None:
    window = site.window(scenes.ALICE)
    page = window.new_page()
    page.goto("/d/maple/")
    page.get_by_role("link", name="Held changes").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Unusually many leavers", exact=True).focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name="Tick Foxglove Middle (S03)")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.get_by_label("Your password, once more").focus()
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That is not your password. Nothing was approved.")).to_be_visible()
    expect(box).to_be_checked()
    assert Hold.objects.filter(district=site.full.district, state="open", count=600).exists()
    window.close()
