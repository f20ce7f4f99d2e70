"""What decides something is done with Tab, Enter, Space and letters alone: nothing is clicked."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.pages.conftest import Site
from tests.pages.looks_undo import undoable
from tests.pages.scenes import ALICE, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]

STOPS = 250
# What a screen reader calls the place that has the focus: its label, or its words.
NAME = """() => {
    const e = document.activeElement;
    const said = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || "";
    return said.replace(/\\s+/g, " ").trim();
}"""


def tab_to(page: Page, name: str) -> None:
    """Goes on with Tab until the focus is on what is called so."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(NAME).startswith(name):
            return
    raise AssertionError(f"Tab does not come to {name} on {page.url}")


def enter(page: Page, name: str) -> None:
    """Opens the link or presses the button of this name; the answer is there then."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.type(text)


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """Alice's window; no run is going on that a decision would have to wait for."""
    # By a connection of its own: the test's transaction is never committed.
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_run SET state = 'completed', finished_at = now()"
                " WHERE id = %s AND state <> 'completed'",
                [site.full.runs["running"].pk],
            )
    finally:
        other.close()
    window = site.window(ALICE)
    yield window.new_page()
    window.close()


def test_C31_a_hold_is_approved(page: Page) -> None:
    page.goto("/d/maple/holds/")
    enter(page, "Unusually many leavers at a school")
    tab_to(page, "Your password, once more")
    page.keyboard.type("not the password")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    wrong = page.get_by_text("That is not your password. Nothing was approved.")
    expect(wrong).to_be_visible()
    assert page.evaluate(NAME).startswith("Your password"), "the focus is on what is wrong"
    page.keyboard.type(PASSWORD)
    enter(page, "Approve all 64")
    expect(page.get_by_text("Approved").first).to_be_visible()
    expect(wrong).to_have_count(0)


def test_C31_an_alert_is_decided_and_taken_back(page: Page) -> None:
    page.goto("/d/maple/alerts/?sort=newest&reason=likely_duplicate&state=open")
    enter(page, "Luca Ueda-Reyes")
    tab_to(page, "Luca Ueda Score 92")
    page.keyboard.press("Space")
    enter(page, "Match")
    page.goto("/d/maple/alerts/?sort=newest&state=staged")
    enter(page, "Luca Ueda-Reyes")
    expect(page.get_by_text("Match with Luca Ueda")).to_be_visible()
    enter(page, "Take back")
    page.goto("/d/maple/alerts/?sort=newest&state=staged")
    expect(page.get_by_role("link", name="Luca Ueda-Reyes")).to_have_count(0)


def test_C31_an_alert_is_decided_with_single_keys(page: Page) -> None:
    page.goto("/d/maple/alerts/?sort=newest&reason=likely_duplicate&state=open")
    enter(page, "Luca Ueda-Reyes")
    page.keyboard.press("1")
    expect(page.get_by_role("radio").first).to_be_checked()
    with page.expect_navigation():
        page.keyboard.press("n")
    page.goto("/d/maple/alerts/decisions/?decision=never")
    expect(page.get_by_role("row", name="Luca Ueda-Reyes")).to_be_visible()
    enter(page, "Take back the decision about Luca Ueda-Reyes")
    expect(page.get_by_role("row", name="Luca Ueda-Reyes")).to_have_count(0)


def test_C31_many_alerts_are_decided_after_a_look(page: Page) -> None:
    page.goto("/d/maple/alerts/?state=open&reason=likely_duplicate&q=Vargas-Reyes")
    tab_to(page, "Those I tick")
    page.keyboard.press("ArrowDown")
    enter(page, "Create Record")
    expect(page.get_by_text("1 new record will be made.")).to_be_visible()
    enter(page, "Create Record for 1")
    expect(page.get_by_text("Create Record is noted for 1 alert.")).to_be_visible()


def test_C31_a_run_is_undone(page: Page, site: Site) -> None:
    page.goto(f"/d/harbor/operations/{undoable(site).pk}/")
    enter(page, "Undo")
    write(page, "Your password, once more", PASSWORD)
    enter(page, "Undo 10 changes")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Undo #")


def test_C31_a_lock_is_set_and_taken_away_in_the_list(page: Page, site: Site) -> None:
    address = f"/d/maple/people/{site.full.person.pk}/"
    page.goto(f"{address}lock/")
    tab_to(page, "Postal code")
    page.keyboard.press("Space")
    write(page, "Reason", "The school office keeps it")
    enter(page, "Lock")
    expect(page).to_have_url(f"{site.url}{address}")
    page.goto("/d/maple/people/locks/?q=100001")
    row = page.get_by_role("row", name="Postal code")
    expect(row).to_contain_text("The school office keeps it")
    tab_to(page, "Tick Postal code of Bo Eriksen")
    page.keyboard.press("Space")
    enter(page, "Unlock")
    enter(page, "Unlock 1")
    page.goto("/d/maple/people/locks/?q=100001")
    expect(row).to_have_count(0)


def test_C31_a_brake_is_tried_and_set(page: Page) -> None:
    page.goto("/d/maple/setup/brakes/")
    enter(page, "A field would be emptied for many")
    write(page, "Hold when it is more than this percentage", "3")
    enter(page, "See what it would hold")
    expect(page.get_by_text("Tried, not saved")).to_be_visible()
    enter(page, "Save")
    expect(page.get_by_text("more than 3 %").first).to_be_visible()
    expect(page.get_by_text("Tried, not saved")).to_have_count(0)


def test_C31_days_are_added_to_the_calendar_and_removed(page: Page) -> None:
    day = timezone.now() + timedelta(days=100)
    page.goto("/d/maple/setup/calendar/")
    tab_to(page, "What these days are for")
    page.keyboard.press("A")
    write(page, "Name", "State testing")
    write(page, "First day", f"{day:%m%d%Y}")
    write(page, "Last day", f"{day:%m%d%Y}")
    enter(page, "Add these days")
    row = page.get_by_role("row", name="State testing")
    expect(row).to_contain_text("Adds only")
    enter(page, "Remove State testing")
    expect(row).to_have_count(0)
