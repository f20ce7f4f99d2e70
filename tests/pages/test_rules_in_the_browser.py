"""What only a browser can show of the settings' wizard."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Site
from tests.pages.scenes import ALICE

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_A37_C05_unsaved_work_is_guarded_and_samples_follow_the_choice(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    page.goto("/d/maple/clever/settings/student/fields/")
    sample = page.locator("#sample-barcode")
    expect(sample).to_have_text("Not imported")
    page.get_by_label("Barcode: Matching Clever Field").select_option("student.sis_id")
    expect(sample).to_contain_text("10000")
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.get_by_role("link", name="People").click(no_wait_after=True)
    page.wait_for_function("() => true")
    expect(page.get_by_role("heading", level=1)).to_have_text("Match Fields: Student")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#id_confirm_error")).to_contain_text("wreak untold havoc")
    assert asked == ["beforeunload"], "sending is no leaving"
    window.close()


def test_A42_schools_are_found_by_their_names(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    page.goto("/d/maple/clever/settings/student/sync/")
    page.get_by_label("Find a school").fill("elementary gar")
    shown = page.locator("#school-list label:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Garden Street Elementary")
    page.get_by_role("link", name="People").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    window.close()
