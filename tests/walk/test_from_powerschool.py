"""Harbor Point leaves PowerSchool, whose student IDs are shifted: nobody is scrambled."""

import pytest

from core.vocabulary import DataType, SourceSystem
from imports.models import Run
from integration_console.demonstration import residents
from mappings.models import SchoolMatch
from schools.models import ExternalIdentity, Person, RosterSource
from tests.walk.conftest import EMAIL, Walk

pytestmark = [pytest.mark.needs_browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_C04_shifted_ids_are_seen_and_start_waits_until_they_are_dealt_with(walk: Walk) -> None:
    before = harbor_point(walk)
    walk.sign_in()
    reset_and_connect(walk)
    first_test(walk)
    put_right(walk)
    import_all(walk)
    people = Person.objects.filter(district=walk.world.district, kind="student")
    assert people.count() == len(before) == 60
    assert set(people.values_list("pk", flat=True)) == before
    assert not people.filter(clever_id=None).exists()


def harbor_point(walk: Walk) -> set[int]:
    """The district as PowerSchool has left it: our SIS ID holds Clever's student number."""
    district, control = walk.world.district, walk.world.clever.control
    schools = control.schools()
    codes = residents.site_codes(schools)
    residents.load_sites(district, schools, codes)
    rows = residents.shifted_students(list(control.people(role="student", limit=100)), codes, 0)
    residents.load(district, DataType.STUDENT, rows, EMAIL)
    people = list(Person.objects.filter(district=district))
    RosterSource.objects.create(district=district, system=SourceSystem.POWERSCHOOL)
    ExternalIdentity.objects.bulk_create(
        ExternalIdentity(
            district=district,
            person=person,
            system=SourceSystem.POWERSCHOOL,
            external_id=f"ps-{person.pk}",
        )
        for person in people
    )
    return {person.pk for person in people}


def reset_and_connect(walk: Walk) -> None:
    """PowerSchool is set up, so Reset Configuration comes first (A16, A24); nothing is lost."""
    walk.follow("Configure")
    walk.at("Configure")
    walk.follow("Go on with step 1")
    walk.follow("Edit Clever Integration Settings")
    walk.sees("PowerSchool SIS is set up")
    walk.follow("Reset Configuration")
    walk.at("Reset Configuration")
    walk.page.get_by_label("Type walk to confirm").fill("walk")
    walk.press("Reset Configuration")
    walk.page.goto(f"/d/{walk.slug}/clever/setup/?edit=1")
    walk.page.get_by_label("District ID / Clever ID").fill(walk.world.clever.district_id)
    walk.press("Look it up at Clever")
    walk.press("Save")
    walk.at("Match schools")
    walk.page.get_by_role("button", name="Accept all").click()
    walk.press("Save")
    walk.follow("Next: Enable Clever")
    walk.page.get_by_role("switch").check()
    walk.press("Save")
    walk.follow("Go on with Configure")
    district = walk.world.district
    assert RosterSource.objects.get(district=district, system="powerschool").state == "off"
    assert SchoolMatch.objects.filter(district=district, school__isnull=False).count() >= 3
    assert ExternalIdentity.objects.filter(district=district).count() == 60


def first_test(walk: Walk) -> None:
    """A test shows what the mapping would do; Start Import is blocked (C04)."""
    walk.page.goto(f"/d/{walk.slug}/clever/import/")
    walk.press("Test Import")
    walk.waits_for_the_end("Test finished")
    walk.page.goto(f"/d/{walk.slug}/clever/match-rates/")
    walk.sees("100 %")
    walk.page.goto(f"/d/{walk.slug}/clever/import/")
    walk.at("Import Summary")
    assert walk.page.get_by_role("button", name="Start Import").count() == 0
    walk.sees("Start Import is blocked")


def put_right(walk: Walk) -> None:
    """The SIS ID is filled from Clever's student number, as it always was (A11, A14)."""
    walk.page.goto(f"/d/{walk.slug}/clever/settings/student/fields/")
    walk.at("Match Fields")
    walk.page.locator("tr", has_text="SIS ID").first.get_by_role("combobox").first.select_option(
        label="Student number"
    )
    walk.press("Save and Close")
    walk.at("Configure")
    walk.follow("Clever Data Integration Settings")
    walk.page.get_by_role("button", name="Publish").first.click()
    walk.sees("Published: version 2")
    walk.page.goto(f"/d/{walk.slug}/clever/import/")
    walk.page.get_by_role("button", name="Test").first.click()
    walk.waits_for_the_end("Test finished")
    walk.page.goto(f"/d/{walk.slug}/clever/match-rates/")
    walk.page.locator("input[name=compared]").check()
    walk.press("Confirm the student ID")
    walk.sees("Verified")


def import_all(walk: Walk) -> None:
    walk.page.goto(f"/d/{walk.slug}/clever/import/")
    walk.press("Start Import")
    walk.waits_for_the_end("Completed")
    imported = Run.objects.filter(district=walk.world.district).latest("pk")
    assert imported.counts["student"].get("link") == 60
    assert "create" not in imported.counts["student"]
