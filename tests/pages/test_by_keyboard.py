"""The newer pages by keyboard alone: Tab, Enter, Space, Escape, and what is typed (C31)."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import SupportGrant
from imports.models import Schedule
from notifications.models import Recipient
from schools.models import FieldLock
from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, SAM

pytestmark = [pytest.mark.django_db, pytest.mark.needs_browser, pytest.mark.slow]

# So many stops a page may have before the one that is wanted.
FAR = 120
NAME = """() => {
    const e = document.activeElement;
    const label = e.labels && e.labels[0] ? e.labels[0].innerText : "";
    const name = e.getAttribute("aria-label") || label || e.innerText || "";
    return name.trim().replace(/\\s+/g, " ");
}"""


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus is called so, from the beginning or by "/a pattern/"."""
    pattern = re.compile(name[1:-1] if name.startswith("/") else re.escape(name))
    seen = []
    for _ in range(FAR):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(NAME))
        if pattern.match(seen[-1]):
            return
    raise AssertionError(f"Nothing that Tab reaches is called {name}: {seen}")


def press(page: Page, name: str, key: str = "Space") -> None:
    """Presses what stays on the page."""
    tab_to(page, name)
    page.keyboard.press(key)


def follow(page: Page, name: str = "") -> None:
    """Presses Enter on what leads to another page, and waits until that is there."""
    if name:
        tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_C31_somebody_is_found_and_explained(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/people/")
    follow(page, "Explain a person")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Explain a person")
    tab_to(page, "Clever ID, SIS ID, name or e-mail")
    page.keyboard.type("Garza")
    follow(page)
    expect(page.get_by_text("give an ID, or more of the name")).to_be_visible()
    follow(page, "Bo Garza")
    expect(heading).to_have_text("Explain Bo Garza")
    follow(page, "Open the record")
    expect(heading).to_have_text("Bo Garza")


def test_C31_charts_are_asked_for_another_school_and_read_as_a_table(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/operations/")
    follow(page, "Charts")
    tab_to(page, "School")
    page.keyboard.type("Willow")
    tab_to(page, "How far back")
    page.keyboard.press("ArrowDown")
    follow(page, "Show")
    expect(page.get_by_text("over time in Willow Creek High")).to_be_visible()
    expect(page.get_by_role("heading", name="Changes of the last 90 days")).to_be_visible()
    press(page, "Show as table")
    expect(page.get_by_role("table")).to_be_visible()


def test_C31_activity_is_filtered_and_leads_to_the_record(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/activity/")
    tab_to(page, "Who")
    page.keyboard.type("olive")
    follow(page, "Filter")
    expect(page).to_have_url(re.compile("actor=olive"))
    expect(page.locator("tbody tr").first).to_contain_text("olive@maple.example")
    follow(page, "Record ")
    expect(page).to_have_url(re.compile(r"/people/\d+/"))


def test_C31_support_takes_leave_and_an_owner_ends_it(site: Site) -> None:
    page = site.page(SAM)
    page.goto("/")
    tab_to(page, "Search by name")
    page.keyboard.type("Juniper")
    follow(page)
    follow(page, "Juniper Valley")
    follow(page, "Look at people")
    tab_to(page, "Why do you have to see people of this district?")
    page.keyboard.type("They asked about a pair of twins")
    tab_to(page, "For how long?")
    page.keyboard.press("ArrowDown")
    follow(page, "Look at people")
    expect(page.get_by_text("see its people until")).to_be_visible()
    grants = SupportGrant.objects.filter(district=site.empty.district)
    assert grants.get(until__gt=timezone.now()).reason == "They asked about a pair of twins"
    owner = site.page(ALICE)
    owner.goto("/d/juniper/")
    follow(owner, "See it or end it")
    follow(owner, "End it now")
    expect(owner.get_by_text("Support sees nobody's record now")).to_be_visible()
    assert not grants.filter(until__gt=timezone.now()).exists()


def test_C31_a_recipient_is_added_with_chosen_events_and_removed(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/clever/notifications/")
    follow(page, "/Edit the recipients of Teachers/")
    tab_to(page, "Add Email Recipients")
    page.keyboard.type("keys@maple.example")
    press(page, "Which events new recipients are told of")
    press(page, "An import or a sync has finished")
    follow(page, "Save")
    made = Recipient.objects.filter(email="keys@maple.example")
    expect(page.get_by_role("checkbox", name="Remove keys@maple.example")).to_be_visible()
    assert "finished" in made.get().events
    page.goto(reverse("recipients_edit", args=["maple", "teacher"]))
    press(page, "Remove keys@maple.example")
    follow(page, "Save")
    # They were the only one, so the page asks once more.
    press(page, "Nobody is to be told")
    follow(page, "Save")
    expect(page.get_by_text("keys@maple.example")).to_have_count(0)
    assert not made.exists()


def test_C31_a_field_is_locked_and_unlocked(site: Site) -> None:
    page = site.page(ALICE)
    person = site.full.person
    locks = FieldLock.objects.filter(person_id=person.pk, field="city")
    page.goto(f"/d/maple/people/{person.pk}/")
    follow(page, "/Lock City/")
    tab_to(page, "Reason")
    page.keyboard.type("They have moved")
    follow(page, "Lock")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bo Eriksen")
    assert locks.get().reason == "They have moved"
    follow(page, "/Unlock City/")
    follow(page, "Unlock")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bo Eriksen")
    assert not locks.exists()


def test_C31_the_schedule_is_set(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/clever/settings/student/sync/")
    tab_to(page, "Time")
    page.keyboard.type("0615AM")
    follow(page, "Save and Close")
    expect(page).to_have_url(re.compile(r"/clever/configure/$"))
    schedule = Schedule.objects.get(district=site.full.district, data_type="student")
    assert schedule.at_minute == 6 * 60 + 15


def test_C31_the_menu_opens_and_escape_closes_it(site: Site) -> None:
    page = site.page(ALICE)
    page.goto("/d/maple/")
    press(page, "More", "Enter")
    entry = page.locator(".more").get_by_role("link", name="Explain a person")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    assert page.evaluate(NAME) == "More"
    follow(page, "All charts")
    expect(page.get_by_role("heading", level=1)).to_have_text("Charts")
