"""From an empty district to a finished first import, as a district admin walks it."""

import pytest

from imports.models import Run
from notifications.models import Recipient
from schools.models import Person, School
from tests.walk.conftest import Walk

pytestmark = [pytest.mark.needs_browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_A50_a_person_walks_from_an_empty_district_to_the_first_import(walk: Walk) -> None:
    walk.sign_in()
    set_up(walk)
    ask_for_mail(walk)
    settle_the_settings(walk)
    try_and_start(walk)
    assert Person.objects.filter(district=walk.world.district, kind="student").count() == 60
    test, imported = Run.objects.filter(district=walk.world.district).order_by("pk")
    assert imported.tested_run == test
    assert imported.counts["student"]["create"] == test.counts["student"]["create"] == 60
    walk.follow("People", within="nav")
    walk.at("People")


def set_up(walk: Walk) -> None:
    """Step 1: the District ID, the schools, the switch (A20 to A29, B40 to B46)."""
    walk.follow("Configure")
    walk.at("How do records arrive today?")
    walk.page.get_by_label("not at all").check()
    walk.press("Save and go on")
    walk.at("Configure")
    walk.follow("Go on with step 1")
    walk.at("Clever Data Integration Setup")
    walk.follow("Edit Clever Integration Settings")
    link = f"https://clever.com/oauth/instant-login?district_id={walk.world.clever.district_id}"
    walk.page.get_by_label("District ID / Clever ID").fill(link)
    walk.press("Look it up at Clever")
    walk.sees("Is this your district?")
    walk.press("Save")
    walk.at("Match schools")
    walk.follow("Create local schools from Clever's list")
    walk.at("Create local schools")
    walk.press("Create the ticked schools")
    walk.at("Match schools")
    assert School.objects.filter(district=walk.world.district, matches__isnull=False).count() >= 3
    walk.follow("Next: Enable Clever")
    walk.at("Enable Clever")
    walk.page.get_by_role("switch").check()
    walk.press("Save")
    walk.follow("Go on with Configure")


def ask_for_mail(walk: Walk) -> None:
    """Step 3 before step 2, so that somebody is told of the first import (A21, A54 to A58)."""
    walk.at("Configure")
    walk.follow("Manage Email Notifications")
    walk.at("Manage Email Notifications")
    walk.page.locator("main a", has_text="Edit").first.click()
    walk.page.get_by_label("Add Email Recipients").fill("ada@walk.example, bo@walk.example")
    walk.press("Save")
    told = Recipient.objects.filter(district=walk.world.district)
    assert {"ada@walk.example", "bo@walk.example"} <= set(told.values_list("email", flat=True))


def settle_the_settings(walk: Walk) -> None:
    """Step 2: the wizard of the students, saved and published (A30 to A45)."""
    walk.page.goto(f"/d/{walk.slug}/clever/configure/")
    walk.follow("Clever Data Integration Settings")
    walk.at("Clever Data Integration Settings")
    walk.page.locator("section", has_text="Student").get_by_role("link", name="Edit").first.click()
    walk.at("Match Fields")
    walk.press("Next")
    walk.at("Define Codes")
    walk.press("Next")
    walk.at("Sync Settings")
    walk.press("Save and Close")
    walk.at("Configure")
    walk.follow("Clever Data Integration Settings")
    walk.at("Clever Data Integration Settings")
    # Nothing was changed, so there is nothing to publish.
    walk.sees("Published: version 1")


def try_and_start(walk: Walk) -> None:
    """Import Summary, Test Import, Start Import, Done (A47 to A52)."""
    walk.follow("Configure, step 2 of 3")
    walk.at("Configure")
    walk.follow("Import Summary")
    walk.at("Import Summary")
    walk.press("Test Import")
    walk.waits_for_the_end("Test finished")
    walk.page.goto(f"/d/{walk.slug}/clever/import/")
    with walk.nobody_works():
        walk.press("Start Import")
        walk.sees("It goes on when you leave this page.")
        walk.follow("Done")
        walk.at("Clever Integration")
    walk.page.goto(f"/d/{walk.slug}/operations/")
    walk.waits_for_the_end("Completed")
