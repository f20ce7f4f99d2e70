"""What only a browser can show: the keyboard, the folding menu, progress that moves."""

import re
import threading

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.db import connection
from playwright.sync_api import Page, expect

from core.vocabulary import RunState
from imports.models import Run
from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, PASSWORD
from tests.pages.test_every_page import AXE

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]


def test_skip_link_leads_to_the_content(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    page.goto("/d/maple/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    window.close()


def test_navigation_folds_away_on_a_phone(site: Site) -> None:
    window = site.window(ALICE, width=390)
    page = window.new_page()
    page.goto("/d/maple/")
    people, menu = page.get_by_role("link", name="People"), page.get_by_role("button", name="Menu")
    expect(people).to_be_hidden()
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    people.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    window.close()


def test_without_javascript_everything_is_still_there(site: Site) -> None:
    window = site.browser.new_context(
        base_url=site.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = window.new_page()
    page.goto("/accounts/login/?next=/d/harbor/")
    page.get_by_label("Email").fill(ALICE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clever Integration")
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_label("Name, ID or e-mail").fill("100001")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    window.close()


def test_A61_more_menu_leads_to_the_log_and_closes_with_escape(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    page.goto("/d/harbor/")
    more, log = page.get_by_text("More", exact=True), page.get_by_role("link", name="View Log")
    more.click()
    expect(log).to_be_visible()
    page.keyboard.press("Escape")
    expect(log).to_be_hidden()
    more.click()
    log.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"#\d+$"))
    window.close()


def test_A60_progress_moves_and_the_page_renews_itself_at_the_end(site: Site) -> None:
    window = site.window(ALICE)
    page = window.new_page()
    run = site.full.runs["running"]
    page.goto(f"/d/maple/operations/{run.pk}/")
    expect(page.get_by_text("7,900 of 12,450")).to_be_visible()
    outside(Run, run.pk, progress={"step": "planning", "done": 9000, "total": 12450})
    expect(page.get_by_text("9,000 of 12,450")).to_be_visible()
    outside(Run, run.pk, state=RunState.COMPLETED, message="All is written.")
    expect(page.get_by_text("All is written.")).to_be_visible()
    expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    assert still(page)
    outside(Run, run.pk, state=RunState.VALIDATING, message="")
    window.close()


def test_A57_a_bad_address_is_put_right_by_keyboard_alone(site: Site) -> None:
    window = site.window(ALICE, width=390, scheme="dark")
    page = window.new_page()
    page.goto("/d/harbor/clever/notifications/student/")
    field = page.get_by_label("Add Email Recipients")
    field.fill("good@harbor.example, bad")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“bad” is not an e-mail address")).to_be_visible()
    expect(field).to_have_value("good@harbor.example, bad")
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE, [[]]) == []
    field.fill("good@harbor.example")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 recipient is in the list of Students")).to_be_visible()
    page.locator("input[name^=remove_]").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Nobody would be told when an import fails")).to_be_visible()
    page.get_by_label("Nobody is to be told").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Nobody is in the list of Students")).to_be_visible()
    window.close()


def outside(model: type[Run], number: int, **changes: object) -> None:
    """A change that the server sees at once: outside the transaction of the test."""

    def change() -> None:
        model.objects.filter(pk=number).update(**changes)
        connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()


def still(page: Page) -> bool:
    """Whether the page asks no more."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    return asked == []
