"""Sync Settings; publishing, discarding, and two people at one desk."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from imports.models import Schedule
from mappings.actions import publish, save_draft
from mappings.models import Ruleset, SchoolMatch
from mappings.queries import draft_of
from schools.models import Person, School
from tests.pages import scenes, scenes_rules
from tests.pages.conftest import signed_in
from tests.pages.rules import STUDENT, active, at, draft, said, send, source
from tests.pages.scenes import Scene

DANA = "dana@maple.example"


@pytest.fixture
def dana(maple: Scene) -> Client:
    """A second owner."""
    Membership.objects.create(district=maple.district, user=scenes.user(DANA), role="owner")
    return signed_in(DANA)


def linked_at(school: School) -> int:
    people = Person.objects.filter(school=school, roles__contains=["student"], status=1)
    return people.exclude(clever_id=None).count()


def test_A41_A42_all_mapped_schools_or_chosen_ones(maple: Scene, alice: Client) -> None:
    address = at("sync_settings", maple)
    places = [place.school for place, _ in alice.get(address).context["places"]]
    assert maple.schools[0] in places
    assert maple.schools[-1] not in places, "it is not matched"
    chosen = [maple.schools[0].pk, maple.schools[1].pk]
    send(alice, address, scope="chosen", schools=chosen)
    assert not draft(maple).all_schools
    assert draft(maple).schools == set(chosen)
    send(alice, address, scope="all")
    assert draft_of(maple.district, STUDENT) is None or draft(maple).all_schools


def test_A42_whoever_leaves_the_scope_is_no_leaver(maple: Scene, alice: Client) -> None:
    address = at("sync_settings", maple)
    inside = maple.schools[:-1]
    send(alice, address, scope="chosen", schools=[school.pk for school in inside[2:]])
    out = sum(linked_at(school) for school in inside[:2])
    page = said(alice.get(address))
    assert out
    assert f"{out} people at 2 schools are outside these settings" in page
    assert "Nobody is marked as a leaver because of a setting." in page
    kept = draft_of(maple.district, STUDENT)
    assert kept
    alice.post(at("publish_rules", maple), {"seen": kept.pk})
    assert "outside these settings" not in said(alice.get(address)), "they were outside before"


def test_A42_no_school_chosen_is_said_at_the_field(maple: Scene, alice: Client) -> None:
    refused = send(alice, at("sync_settings", maple), scope="chosen", schools=[])
    assert refused.status_code == 200
    assert "Choose one school at least, or all mapped schools." in said(refused)


def test_A42_thousand_schools_are_chosen_in_one_go(maple: Scene, alice: Client) -> None:
    schools = School.objects.bulk_create(
        School(district=maple.district, site_code=f"X{n}", name=f"School {n}") for n in range(1000)
    )
    SchoolMatch.objects.bulk_create(
        SchoolMatch(district=maple.district, clever_school_id=f"{n:024x}", school=school)
        for n, school in enumerate(schools, start=1000)
    )
    chosen = [school.pk for school in schools]
    answer = send(alice, at("sync_settings", maple), scope="chosen", schools=chosen)
    assert answer.status_code == 303
    assert draft(maple).schools == set(chosen)


def test_A43_frequency_holds_at_once_and_the_next_time_is_shown(
    maple: Scene, alice: Client
) -> None:
    address = at("sync_settings", maple)
    sent = {"frequency": "weekly", "at": "21:30", "weekday": "6"}
    assert send(alice, address, **sent).status_code == 303
    schedule = Schedule.objects.get(district=maple.district, data_type="student")
    assert (schedule.frequency, schedule.at_minute, schedule.weekday) == ("weekly", 1290, 6)
    assert schedule.next_due is not None
    assert timezone.now() < schedule.next_due < timezone.now() + timedelta(days=7, hours=2)
    assert draft_of(maple.district, STUDENT) is None, "the timetable is no part of a version"
    page = said(alice.get(address))
    assert "21:30 MST" in page or "21:30 MDT" in page
    offered = alice.get(address).context["form"].fields["frequency"].choices
    assert [value for value, _ in offered] == [
        "every_6_hours", "every_12_hours", "daily", "weekdays", "weekly",
    ]  # fmt: skip


def test_A43_weekly_needs_a_day(maple: Scene, alice: Client) -> None:
    refused = send(alice, at("sync_settings", maple), frequency="weekly", weekday="")
    assert "Choose the day of the week." in said(refused)


def test_A44_import_rule_and_leaver_rule_say_what_they_do(maple: Scene, alice: Client) -> None:
    address = at("sync_settings", maple)
    page = said(alice.get(address))
    assert "Nobody new is added." in page
    assert "Nobody is deleted." in page
    send(alice, address, import_rule="update_only", leaver_rule="leave_alone")
    assert (draft(maple).import_rule, draft(maple).leaver_rule) == ("update_only", "leave_alone")


def test_A45_next_leads_to_the_import_summary_or_to_publish_first(
    maple: Scene, alice: Client
) -> None:
    answer = send(alice, at("sync_settings", maple), "next")
    assert answer["Location"] == "/d/maple/clever/import/"
    answer = send(alice, at("sync_settings", maple), "next", import_rule="update_only")
    assert answer["Location"] == at("settings", maple) + "#student"
    page = said(alice.get(at("settings", maple)))
    assert "Not published yet." in page
    assert "Runs go on with version 1 until it is published." in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "none\x00"}, {"schools": ["1e9"]}, {"schools": ["\x00"]},
        {"frequency": "never"}, {"at": "25:99"},
        {"at": "\x00"}, {"weekday": "9", "frequency": "weekly"}, {"import_rule": "<b>"},
        {"leaver_rule": ""}, {"seen": "-1"},
    ],
)  # fmt: skip
def test_hostile_sync_settings_get_a_sentence_and_nothing_is_written(
    maple: Scene, alice: Client, wrong: dict[str, Any]
) -> None:
    before = Schedule.objects.get(district=maple.district, data_type="student")
    sent = {"import_rule": "update_only", "scope": "chosen", **wrong}
    assert send(alice, at("sync_settings", maple), **sent).status_code == 200
    assert alice.post(at("sync_settings", maple), wrong).status_code == 200
    assert draft_of(maple.district, STUDENT) is None
    after = Schedule.objects.get(district=maple.district, data_type="student")
    assert (after.frequency, after.at_minute) == (before.frequency, before.at_minute)


def test_another_districts_school_cannot_be_chosen(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    other = School.objects.create(district=juniper.district, site_code="X", name="Elsewhere")
    refused = send(alice, at("sync_settings", maple), scope="chosen", schools=[other.pk])
    assert "Schools: choose among those of the list." in said(refused)


def test_publish_makes_the_draft_count(maple: Scene, alice: Client) -> None:
    send(alice, at("match_fields", maple), city__source="none")
    kept = draft_of(maple.district, STUDENT)
    assert kept
    answer = alice.post(at("publish_rules", maple), {"seen": kept.pk}, follow=True)
    assert "Student: version 2 is published and applies from the next run." in said(answer)
    assert active(maple).version == 2
    assert active(maple).field_rules.get(field="city").source == ""
    nothing = alice.post(at("publish_rules", maple), {"seen": 1}, follow=True)
    assert "There is nothing to publish" in said(nothing)


def test_H01_run_that_is_on_goes_on_with_its_version(juniper: Scene, alice: Client) -> None:
    scene = scenes.full("cedar", students=5, teachers=2, running=True)
    run = scene.runs["running"]
    send(alice, at("match_fields", scene), city__source="none")
    page = said(alice.get(at("match_fields", scene)))
    assert f"Run #{run.pk}</a> is on and uses version 1." in page
    kept = draft_of(scene.district, STUDENT)
    assert kept
    answer = said(alice.post(at("publish_rules", scene), {"seen": kept.pk}, follow=True))
    assert f"Run #{run.pk} is on and goes on with version 1." in answer
    assert "Version 2 applies from the next run." in said(alice.get(at("match_fields", scene)))


def test_discard_brings_the_published_settings_back(maple: Scene, alice: Client) -> None:
    send(alice, at("match_fields", maple), city__source="none")
    kept = draft_of(maple.district, STUDENT)
    assert kept
    alice.post(at("discard_rules", maple), {"seen": kept.pk})
    assert draft_of(maple.district, STUDENT) is None
    assert active(maple).version == 1
    assert AuditEvent.objects.filter(verb="rules.discard").count() == 1


def test_draft_that_cannot_be_is_kept_and_not_published(maple: Scene, alice: Client) -> None:
    bad = scenes_rules.with_fields(
        scenes_rules.spec_of_type(maple.district, STUDENT), sis_id="", first_name="email"
    )
    kept = save_draft(district=maple.district, spec=bad, by=DANA)
    page = said(alice.get(at("settings", maple)))
    assert "SIS ID is used to identify people" in page
    assert "cannot feed First name" in page
    answer = alice.post(at("publish_rules", maple), {"seen": kept.pk}, follow=True)
    assert "Student: SIS ID is used to identify people" in said(answer)
    assert active(maple).version == 1


def test_two_people_do_not_write_over_each_other(maple: Scene, alice: Client, dana: Client) -> None:
    address = at("match_fields", maple)
    form = alice.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value()}
    send(dana, address, state__source="none")
    answer = alice.post(address, {**sent, "city-source": "none", "then": "next"})
    page = said(answer)
    assert f"{DANA} has saved these settings meanwhile" in page
    assert answer.context["form"]["city-source"].value() == "none", "nothing typed is lost"
    assert source(draft(maple), "state") == ""
    assert source(draft(maple), "city") == "student.location.city"
    seen = answer.context["form"]["seen"].value()
    again = alice.post(address, {**sent, "city-source": "none", "seen": seen, "then": "next"})
    assert again.status_code == 303
    assert source(draft(maple), "city") == ""


def test_publishing_what_another_has_changed_is_refused(
    maple: Scene, alice: Client, dana: Client
) -> None:
    send(alice, at("match_fields", maple), city__source="none")
    seen = draft_of(maple.district, STUDENT)
    assert seen
    send(dana, at("match_fields", maple), state__source="none")
    for name in ("publish_rules", "discard_rules"):
        answer = alice.post(at(name, maple), {"seen": seen.pk}, follow=True)
        assert f"{DANA} has saved these settings meanwhile" in said(answer)
    assert active(maple).version == 1
    assert source(draft(maple), "state") == ""


def test_version_published_meanwhile_is_told_before_it_is_taken_back(
    maple: Scene, alice: Client
) -> None:
    send(alice, at("match_fields", maple), city__source="none")
    kept = draft_of(maple.district, STUDENT)
    assert kept
    assert kept.based_on == 1
    student = scenes_rules.spec_of_type(maple.district, STUDENT)
    publish(district=maple.district, spec=scenes_rules.with_fields(student, state=""), by=DANA)
    assert draft_of(maple.district, STUDENT) == kept, "the draft is kept"
    page = said(alice.get(at("settings", maple)))
    assert f"Version {active(maple).version} was published by" in page
    refused = alice.post(at("publish_rules", maple), {"seen": kept.pk}, follow=True)
    assert "since this draft was begun. Nothing was published." in said(refused)
    over = active(maple).version
    alice.post(at("publish_rules", maple), {"seen": kept.pk, "over": over})
    assert active(maple).based_on == over
    assert active(maple).field_rules.get(field="state").source == "student.location.state"


GOLDEN = {"settings": 18, "match_fields": 19, "define_codes": 19, "sync_settings": 21}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_queries_do_not_grow_with_people_or_schools(maple: Scene, alice: Client, name: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(at(name, maple)).status_code == 200
        return len(captured)

    student = scenes_rules.spec_of_type(maple.district, STUDENT)
    save_draft(district=maple.district, spec=replace(student, all_schools=False), by=DANA)
    scenes_rules.mirror(maple.district, 3)
    few = count()
    schools = School.objects.bulk_create(
        School(district=maple.district, site_code=f"X{n}", name=f"School {n}") for n in range(200)
    )
    SchoolMatch.objects.bulk_create(
        SchoolMatch(district=maple.district, clever_school_id=f"{n:024x}", school=school)
        for n, school in enumerate(schools, start=1000)
    )
    Person.objects.filter(district=maple.district).update(school=schools[0])
    assert (count(), few) == (GOLDEN[name],) * 2


def test_C33_another_districts_drafts_are_out_of_reach(
    maple: Scene, juniper: Scene, alice: Client, charlie: Client
) -> None:
    send(alice, at("match_fields", maple), city__source="none")
    kept = draft_of(maple.district, STUDENT)
    assert kept
    alice.post(at("publish_rules", juniper), {"seen": kept.pk})
    alice.post(at("discard_rules", juniper), {"seen": kept.pk})
    assert charlie.post(at("publish_rules", maple), {"seen": kept.pk}).status_code == 404
    assert Ruleset.objects.filter(pk=kept.pk, state="draft").exists()
