"""The people pages as somebody uses them: by keyboard, with mistakes, in a real browser."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from schools.models import Person
from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, OLIVE
from tests.pages.test_every_page import AXE, OVERFLOW

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def looked_at(page: Page, name: str) -> None:
    """No axe finding and no overflow, at both widths; with CONTACT_SHEET a picture of each."""
    page.evaluate(AXE_SCRIPT)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) == []
        assert page.evaluate(AXE, [[]]) == []
        if folder := os.environ.get("CONTACT_SHEET"):
            page.screenshot(path=Path(folder) / f"{name}-{width}-light.png", full_page=True)


def test_B13_new_record_by_keyboard_with_its_mistakes(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/people/?type=student")
    page.get_by_role("link", name="New student").click()
    page.get_by_label("Last name").focus()
    page.keyboard.type("Quill")
    page.keyboard.press("Tab")
    page.keyboard.type("Nora")
    page.get_by_label("Email").fill("nobody")
    page.get_by_label("SIS ID").fill("100001")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is not an e-mail address")).to_be_visible()
    expect(page.get_by_label("First name", exact=True)).to_have_value("Nora")
    looked_at(page, "person-new-error")
    page.get_by_label("Email").fill("")
    page.get_by_label("Site", exact=True).select_option(index=1)
    page.get_by_role("button", name="Create Record").click()
    expect(page.get_by_text("the same SIS ID")).to_be_visible()
    looked_at(page, "person-new-alike")
    page.get_by_label("save anyway").check()
    page.get_by_role("button", name="Create Record").click()
    expect(page.get_by_role("heading", name="Nora Quill")).to_be_visible()
    expect(page.get_by_text("The record was created.")).to_be_visible()


def test_B15_second_editor_sees_the_first_ones_change(site: Site) -> None:
    number = site.full.person.pk
    first, second = site.page(ALICE), site.page(OLIVE)
    for page in (first, second):
        page.goto(f"/d/maple/people/{number}/edit/")
    first.get_by_label("City").fill("Aliceton")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("Clever will set back at the next sync: City.")).to_be_visible()
    second.get_by_label("Home language").fill("Spanish")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("heading", name="Changed meanwhile")).to_be_visible()
    expect(second.get_by_text(ALICE)).to_be_visible()
    expect(second.get_by_label("City")).to_have_value("Aliceton")
    expect(second.get_by_label("Home language")).to_have_value("Spanish")
    looked_at(second, "person-edit-overtaken")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Saved: Home language.")).to_be_visible()


def test_B33_a_whole_page_is_deleted_by_its_number_and_restored(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/people/transferred/?type=student")
    page.get_by_label("Tick everybody on this page").check()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete 50 records")).to_be_visible()
    page.get_by_label("Number of records").fill("5")
    page.get_by_role("button", name="Delete 50 records").click()
    expect(page.get_by_text("Nothing was deleted.")).to_be_visible()
    looked_at(page, "transferred-delete-error")
    page.get_by_label("Number of records").fill("50")
    page.get_by_role("button", name="Delete 50 records").click()
    expect(page.get_by_text("50 records deleted.")).to_be_visible()
    page.get_by_role("link", name="Deleted people").click()
    page.get_by_label("Tick everybody on this page").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("50 records restored, as they were.")).to_be_visible()
    assert Person.objects.filter(district=site.full.district, status=4, archived_at=None).exists()
