"""District Administration: the way there, A18 in one place, Terminology, the school year."""

from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.access import find
from accounts.models import AuditEvent
from clever_sync.admission import admission
from clever_sync.models import Connection, MirrorObject
from core.vocabulary import ConnectionState, SourceSystem
from imports.models import Alert, Hold, PlannedChange, RunProblem
from integration_console.administration.cards import cards
from integration_console.administration.year import year_of
from mappings.models import FieldRule
from schools.models import District
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_administration import known

SETUP, CONFIGURE = "/d/maple/setup/", "/d/maple/clever/configure/"
TERMS, YEAR = "/d/maple/setup/terminology/", "/d/maple/setup/school-year/"
ENTRY = "<strong>Clever Student Integration</strong>"


def text(client: Client, address: str = SETUP) -> str:
    return client.get(address).content.decode()


def of(email: str, scene: Scene) -> list[bool]:
    """The three conditions as this user finds them, and whether the entry is there."""
    access = find(scenes.user(email), scene.slug)
    assert access
    found = admission(access)
    return [found.enabled, found.shared, found.allowed, found.open]


def test_A17_gear_leads_to_district_administration_and_on_to_clever(
    maple: Scene, alice: Client
) -> None:
    page = text(alice, "/d/maple/")
    assert f'<a href="{SETUP}">' in page
    assert 'class="lucide lucide-settings' in page or "Setup" in page
    page = text(alice)
    assert "<h1>District Administration</h1>" in page
    assert ENTRY in page
    assert '<a href="/d/maple/"' in page


def test_A18_all_three_conditions_give_the_entry(maple: Scene, alice: Client) -> None:
    assert of(scenes.ALICE, maple) == [True, True, True, True]
    page = text(alice)
    assert ENTRY in page
    assert f'href="{CONFIGURE}"' in page
    assert "is not here yet" not in page


def test_A18_without_supports_leave_the_entry_is_gone(maple: Scene, alice: Client) -> None:
    District.objects.update(clever_enabled=False)
    assert of(scenes.ALICE, maple) == [False, True, True, False]
    page = text(alice)
    assert ENTRY not in page
    assert f'href="{CONFIGURE}"' not in page
    assert "Support has not enabled the Clever integration for your district yet." in page
    assert "/d/maple/clever/get-ready/" in page


def test_A18_without_data_sharing_the_entry_is_gone(maple: Scene, alice: Client) -> None:
    MirrorObject.objects.filter(type="school").delete()
    assert of(scenes.ALICE, maple) == [True, False, True, False]
    page = text(alice)
    assert ENTRY not in page
    assert f'href="{CONFIGURE}"' not in page
    assert "no school of your district can be read" in page


def test_A18_without_a_token_the_entry_is_gone(maple: Scene, alice: Client) -> None:
    for state in set(ConnectionState) - {ConnectionState.READY}:
        Connection.objects.update(state=state)
        assert of(scenes.ALICE, maple) == [True, False, True, False]
    assert ENTRY not in text(alice)


def test_A18_a_role_that_may_not_import_has_no_entry_and_is_told_of_none(
    maple: Scene, bob: Client
) -> None:
    assert of(scenes.BOB, maple) == [True, True, False, False]
    District.objects.update(clever_enabled=False)
    for client in (bob, signed_in(scenes.OLIVE)):
        page = text(client)
        assert "Clever Student Integration" not in page
        assert CONFIGURE not in page
        assert "get-ready" not in page


def test_B01_locked_until_support_has_enabled_it(juniper: Scene, alice: Client) -> None:
    page = text(alice, "/d/juniper/setup/")
    assert ENTRY not in page
    assert "is not here yet" in page
    assert alice.get("/d/juniper/clever/configure/")["Location"] == "/d/juniper/clever/get-ready/"


def test_B02_one_configuration_for_the_whole_district(maple: Scene, alice: Client) -> None:
    assert "one configuration for the whole system" in text(alice)
    # No address of the configuration names a school.
    assert reverse("configure", args=["maple"]) == CONFIGURE
    with pytest.raises(NoReverseMatch):
        reverse("configure", args=["maple", maple.schools[0].pk])


def test_no_card_leads_nowhere(maple: Scene, alice: Client, bob: Client) -> None:
    for client in (alice, bob):
        answer = client.get(SETUP)
        page = answer.content.decode()
        for card in answer.context["cards"]:
            try:
                address = reverse(card.url_name, args=["maple"])
            except NoReverseMatch:
                assert card.title not in page
            else:
                assert client.get(address).status_code == 200, card.title


def test_librarian_and_stranger_find_no_administration(maple: Scene, charlie: Client) -> None:
    for address in (SETUP, TERMS, YEAR, "/d/maple/clever/get-ready/", CONFIGURE):
        assert signed_in(scenes.LEE).get(address).status_code == 404
        assert charlie.get(address).status_code == 404
    assert "Setup" not in text(signed_in(scenes.LEE), "/d/maple/people/")


def test_sidebar_says_what_waits_and_where(maple: Scene, alice: Client) -> None:
    page = text(alice)
    held = sum(Hold.objects.values_list("count", flat=True))
    assert f'{held}<span class="visually-hidden"> changes held</span>' in page
    assert '1<span class="visually-hidden"> school to match</span>' in page
    Alert.objects.all().delete()
    Hold.objects.all().delete()
    page = text(alice)
    assert "changes held" not in page
    assert "to decide" not in page


def test_B31_new_name_stands_in_lists_and_logs_and_blank_gives_ours_back(
    maple: Scene, alice: Client
) -> None:
    answer = alice.post(TERMS, {"community_id": " Library card "}, follow=True)
    assert "The new name stands everywhere" in answer.content.decode()
    person = f"/d/maple/people/{maple.person.pk}/"
    assert "<dt>Library card</dt>" in text(alice, person)
    assert "Community ID is called Library card" in text(alice)
    event = AuditEvent.objects.get(verb="terminology.rename")
    assert (event.actor, event.details) == (scenes.ALICE, {"fields": ["community_id"]})
    alice.post(TERMS, {"community_id": ""})
    assert "<dt>Community ID</dt>" in text(alice, person)
    alice.post(TERMS, {"community_id": ""})
    assert AuditEvent.objects.filter(verb="terminology.rename").count() == 2


def test_B31_new_name_stands_in_the_log_of_a_run(maple: Scene, alice: Client) -> None:
    run = maple.runs["done"]
    row = PlannedChange.objects.filter(run=run, action="update").order_by("pk")[0]
    PlannedChange.objects.filter(pk=row.pk).update(
        before={"community_id": "1"}, after={"community_id": "2"}, why={"match": "community_id"}
    )
    RunProblem.objects.create(
        run=run, code="code_unknown", field="community_id", value="9", people=3
    )
    District.objects.update(terminology={"community_id": "Library card"})
    person = f"/d/maple/people/{row.person_id}/"
    updates = "/d/maple/updates/"
    for address in (f"/d/maple/operations/{run.pk}/", person, updates):
        page = text(alice, address)
        assert "Library card" in page
        assert "Matched by Library card" in page
        assert "Community ID" not in page
    assert "Clever sends 9 for Library card" in text(alice, f"/d/maple/operations/{run.pk}/")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 41, "40 characters at most"),
        ("a\x00b", "Null characters are not allowed."),
        ("barcode", "There is a field called barcode already"),
    ],
)
def test_B31_name_that_cannot_be_is_refused_and_not_lost(
    maple: Scene, alice: Client, name: str, said: str
) -> None:
    answer = alice.post(TERMS, {"community_id": name, "other": "field"})
    assert said in answer.content.decode()
    assert District.objects.get(slug="maple").terminology == {}
    assert not AuditEvent.objects.filter(verb="terminology.rename").exists()


def test_B31_markup_is_a_name_like_any_other(maple: Scene, alice: Client) -> None:
    alice.post(TERMS, {"community_id": "<b>Kärtchen</b>"})
    assert "&lt;b&gt;Kärtchen&lt;/b&gt;" in text(alice)


def test_B31_viewer_reads_names_and_changes_none(maple: Scene, bob: Client) -> None:
    assert "Owners and import admins of the district can change this." in text(bob, TERMS)
    assert bob.post(TERMS, {"community_id": "Mine"}).status_code == 403
    assert bob.post(YEAR, {"month": 9, "day": 1}).status_code == 403
    assert District.objects.get(slug="maple").terminology == {}


def by_grade() -> int:
    """Maps class year to "Class year based on grade"; how many students have one so."""
    rules = FieldRule.objects.filter(ruleset__data_type="student", field="class_year")
    rules.update(source="grade:class_year")
    return year_of(District.objects.get(slug="maple"), timezone.now()).students


def test_school_year_says_who_is_concerned(maple: Scene, alice: Client) -> None:
    FieldRule.objects.filter(field="class_year").update(source="student.graduation_year")
    assert "so this day changes no record" in text(alice, YEAR)
    students = by_grade()
    assert students > 10
    assert f"{students} active students have a class year" in text(alice, YEAR)


def test_school_year_is_the_districts_own(maple: Scene) -> None:
    # 03:00 in London is still the evening of July 15 in Denver.
    night = datetime(2026, 7, 16, 3, tzinfo=UTC)
    assert year_of(maple.district, night).ends == 2026
    day = datetime(2026, 7, 16, 8, tzinfo=UTC)
    year = year_of(maple.district, day)
    assert (year.ends, year.label, year.begins) == (2027, "2026-2027", "July 16")
    assert year.examples == [("Grade 12", 2027), ("Grade 9", 2030), ("Kindergarten", 2039)]


def test_day_that_moves_class_years_asks_first_with_the_figure(maple: Scene, alice: Client) -> None:
    students, today = by_grade(), timezone.now()
    tomorrow_ends_it = {"month": 12, "day": 31} if today.month > 7 else {"month": 1, "day": 1}
    page = alice.post(YEAR, tomorrow_ends_it).content.decode()
    assert f"moves the class year of {students} students by one year" in page
    district = District.objects.get(slug="maple")
    assert (district.rollover_month, district.rollover_day) == (7, 16)
    answer = alice.post(YEAR, {**tomorrow_ends_it, "sure": "on"})
    assert answer.status_code == 303
    district.refresh_from_db()
    assert district.rollover_month == tomorrow_ends_it["month"]
    event = AuditEvent.objects.get(verb="rollover.move")
    assert (event.actor, event.subject) == (
        scenes.ALICE,
        "{month:02}-{day:02}".format(**tomorrow_ends_it),
    )


def test_day_that_moves_nothing_is_saved_at_once(maple: Scene, alice: Client) -> None:
    by_grade()
    assert alice.post(YEAR, {"month": 7, "day": 20}).status_code == 303
    assert District.objects.get(slug="maple").rollover_day == 20
    assert "July 20" in text(alice)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"month": 2, "day": 30}, "is not a day of every year"),
        ({"month": 2, "day": 29}, "is not a day of every year"),
        ({"month": 13, "day": 1}, "Month: choose one of the list."),
        ({"month": "\x00", "day": "x"}, "Day: write a number from 1 to 31."),
        ({"month": 1, "day": 10**30}, "Day: write a number from 1 to 31."),
        ({}, "This field is required."),
    ],
)
def test_day_that_cannot_be_is_refused(
    maple: Scene, alice: Client, wrong: dict[str, object], said: str
) -> None:
    assert said in alice.post(YEAR, wrong).content.decode()
    assert District.objects.get(slug="maple").rollover_month == 7


GOLDEN = {SETUP: 11, TERMS: 4, YEAR: 5, "/d/maple/clever/get-ready/": 7, CONFIGURE: 14}


@pytest.mark.parametrize("address", sorted(GOLDEN))
def test_queries_do_not_grow(db: None, alice: Client, address: str) -> None:
    scenes.full("smaller", students=10, teachers=2)
    scenes.full("larger", students=400, teachers=80)
    counts = []
    for slug in ("smaller", "larger"):
        district = District.objects.get(slug=slug)
        known(Scene(district, [], {}), SourceSystem.NONE)
        with CaptureQueriesContext(database) as queries:
            assert alice.get(address.replace("maple", slug)).status_code == 200
        counts.append(len(queries))
    assert counts == [GOLDEN[address]] * 2


def test_cards_of_an_owner_are_in_their_order(maple: Scene) -> None:
    access = find(scenes.user(scenes.ALICE), "maple")
    assert access
    titles = [card.title for card in cards(access, admission(access), timezone.now())]
    assert titles[0] == "Clever Student Integration"
    assert titles[1:] == [
        *("Get ready for Clever", "Terminology", "Users and roles", "Support access"),
        *("API tokens", "Webhooks", "Data and privacy", "Other sources", "Import from a file"),
        *("School year", "New school year", "School calendar", "Brakes"),
    ]
