"""The landing page's Configure, the question before it, and the three steps."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent
from clever_sync.models import Connection
from core.vocabulary import AlertState, DataType, SourceSystem
from imports.models import Alert, Schedule
from integration_console.configure.order import blocked_by_setup
from integration_console.configure.steps import way
from integration_console.stepper import StepState
from mappings.drafts import keep_draft
from mappings.models import Ruleset, SchoolLeftOut, SchoolMatch
from mappings.queries import spec_of
from notifications.models import Recipient
from schools.arrival import LARGEST_PICTURE
from schools.models import District, RosterSource
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_administration import PNG, known

HOME, CONFIGURE = "/d/maple/", "/d/maple/clever/configure/"
ARRIVAL, PICTURE = "/d/maple/clever/arrival/", "/d/maple/clever/sources/sif/picture/"
SETUP, SETTINGS, TELLING = (
    "Clever Data Integration Setup",
    "Clever Data Integration Settings",
    "Manage Email Notifications",
)


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def before_the_first_import(scene: Scene) -> District:
    Schedule.objects.filter(district=scene.district).update(first_import_at=None)
    return scene.district


def all_matched(scene: Scene) -> None:
    SchoolMatch.objects.create(
        district=scene.district, clever_school_id=f"{12:024x}", school=scene.schools[-1]
    )


def states(district: District) -> list[StepState]:
    return [part.state for part in way(district).parts]


def test_A19_A53_landing_page_has_configure_which_leads_back_to_the_settings(
    maple: Scene, alice: Client, bob: Client
) -> None:
    known(maple, SourceSystem.NONE)
    page = text(alice, HOME)
    assert "<h1>Clever Integration</h1>" in page
    assert f'href="{CONFIGURE}"' in page
    # The first import of this district is long done: the settings are there all the same.
    assert alice.get(CONFIGURE).status_code == 200
    assert CONFIGURE not in text(bob, HOME)
    assert bob.get(CONFIGURE).status_code == 403


def test_A20_configure_lists_three_steps_in_that_order(maple: Scene, alice: Client) -> None:
    known(maple, SourceSystem.NONE)
    page = text(alice, CONFIGURE)
    heads = page.split("<h2")[1:]
    places = [
        next(n for n, head in enumerate(heads) if title in head.split("</h2>")[0])
        for title in (SETUP, SETTINGS, TELLING)
    ]
    assert places == sorted(places)
    assert [part.title for part in way(maple.district).parts] == [SETUP, SETTINGS, TELLING]


def test_A21_steps_two_and_three_are_blocked_until_setup_is_done(
    maple: Scene, alice: Client
) -> None:
    known(maple, SourceSystem.NONE)
    district = before_the_first_import(maple)
    assert "1 school is neither matched nor set to “do not sync” yet" in blocked_by_setup(district)
    assert states(district) == [StepState.OPEN, StepState.BLOCKED, StepState.BLOCKED]
    page = text(alice, CONFIGURE)
    assert page.count("Blocked until step 1 is done.") == 2
    SchoolLeftOut.objects.create(district=district, school=maple.schools[-1])
    assert blocked_by_setup(district) == ""
    assert states(district) == [StepState.DONE, StepState.OPEN, StepState.OPEN]
    assert "Blocked" not in text(alice, CONFIGURE)


def test_A21_what_blocks_is_said_in_turn(maple: Scene) -> None:
    district = before_the_first_import(maple)
    all_matched(maple)
    assert blocked_by_setup(district) == ""
    SchoolMatch.objects.all().delete()
    assert "none is matched yet" in blocked_by_setup(district)
    Connection.objects.all().delete()
    assert "Save your District ID there." in blocked_by_setup(district)
    district.clever_enabled = False
    assert "Support has not enabled" in blocked_by_setup(district)


def test_A21_school_that_comes_after_the_first_import_blocks_nothing(maple: Scene) -> None:
    assert way(maple.district).connection
    assert blocked_by_setup(maple.district) == ""


def test_A21_notifications_are_recommended_before_the_settings(maple: Scene, alice: Client) -> None:
    known(maple, SourceSystem.NONE)
    district = before_the_first_import(maple)
    all_matched(maple)

    def upcoming() -> list[str]:
        return [part.title for part in way(district).parts if part.next]

    assert upcoming() == [TELLING]
    page = text(alice, CONFIGURE)
    assert "Complete the Clever Data Integration Setup first." in page
    assert "set up email notifications as your next step: 1, then 3, then 2" in page
    for kind in (DataType.STUDENT, DataType.TEACHER):
        Recipient.objects.create(district=district, data_type=kind, email="a@maple.example")
    assert upcoming() == [SETTINGS]
    assert "our first guess stands; nobody has looked at it yet" in text(alice, CONFIGURE)
    Ruleset.objects.filter(district=district, state="active").update(version=2)
    assert upcoming() == []
    assert way(district).finished


def test_A20_settings_are_looked_at_once_somebody_saved_them_as_they_are(
    maple: Scene, alice: Client
) -> None:
    district = before_the_first_import(maple)
    all_matched(maple)
    active = Ruleset.objects.get(district=district, data_type="student", state="active")
    part = way(district).parts[1]
    assert part.notes[0].startswith("Students and Teachers: our first guess stands")
    kept = keep_draft(district=district, spec=spec_of(active), by=scenes.ALICE, seen=active.pk)
    assert kept is None
    assert way(district).parts[1].notes[0].startswith("Teachers: our first guess stands")
    keep_draft(district=district, spec=spec_of(active), by=scenes.OLIVE, seen=active.pk)
    active.refresh_from_db()
    assert active.confirmed_by == scenes.ALICE
    assert AuditEvent.objects.filter(verb="rules.confirm", subject="student").count() == 1
    Ruleset.objects.create(district=district, data_type="teacher", version=9, state="draft")
    assert way(district).parts[1].notes == ["Teachers: changes that are not published yet."]


def test_unpublished_settings_are_not_done(maple: Scene) -> None:
    assert states(maple.district)[1] == StepState.DONE
    Ruleset.objects.create(district=maple.district, data_type="student", version=9, state="draft")
    part = way(maple.district).parts[1]
    assert part.state == StepState.OPEN
    assert part.notes == ["Students: changes that are not published yet."]


def test_A11_A46_first_configure_asks_how_records_arrive_once(maple: Scene, alice: Client) -> None:
    Connection.objects.update(enabled=False)
    assert alice.get(CONFIGURE)["Location"] == ARRIVAL
    page = text(alice, ARRIVAL)
    for name in ("Not at all", "PowerSchool SIS", "SIF", "Older Clever integration", "Files"):
        assert f"<strong>{name}</strong>" in page
    answer = alice.post(ARRIVAL, {"system": "powerschool", "student_id_field": "student_number"})
    assert (answer.status_code, answer["Location"]) == (303, CONFIGURE)
    source = RosterSource.objects.get()
    assert (source.system, source.state, source.student_id_field, source.answered_by) == (
        *("powerschool", "on", "student_number"),
        scenes.ALICE,
    )
    assert "PowerSchool SIS, which still delivers." in text(alice, CONFIGURE)
    event = AuditEvent.objects.get(verb="arrival.answer")
    assert (event.subject, event.details) == ("powerschool", {"student_id_field": "student_number"})


def test_A15_old_mapping_is_kept_as_text_and_picture(maple: Scene, alice: Client) -> None:
    Connection.objects.update(enabled=False)
    mapping = "Student ID: SIS ID\nÄrger & <b>Namen</b>"
    sent = {"system": "sif", "student_id_field": "sis_id", "old_mapping": mapping}
    alice.post(ARRIVAL, {**sent, "picture": upload(PNG, "page.html", "text/html")})
    page = alice.get(ARRIVAL).content.decode()
    assert "Ärger &amp; &lt;b&gt;Namen&lt;/b&gt;" in page
    assert f'src="{PICTURE}"' in page
    shown = alice.get(PICTURE)
    assert (shown.content, shown["Content-Type"]) == (PNG, "image/png")
    assert shown["X-Content-Type-Options"] == "nosniff"
    # An answer without a new picture keeps the old one, until it is taken away.
    alice.post(ARRIVAL, sent)
    assert alice.get(PICTURE).content == PNG
    alice.post(ARRIVAL, {**sent, "remove_picture": "on"})
    assert alice.get(PICTURE).status_code == 404


def test_A15_picture_is_for_those_who_may_see_personal_data(
    maple: Scene, bob: Client, alice: Client
) -> None:
    known(maple, SourceSystem.SIF, picture=PNG)
    assert alice.get(PICTURE).status_code == 200
    assert bob.get(PICTURE).status_code == 403
    assert signed_in(scenes.LEE).get(PICTURE).status_code == 404
    scenes.empty()
    assert alice.get("/d/juniper/clever/sources/sif/picture/").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload=alert(1)>", "no picture that we can show"),
        (b"GIF89a" + b"x" * 100, "no picture that we can show"),
        (b"<html>", "no picture that we can show"),
        (PNG + b"x" * LARGEST_PICTURE, "larger than 2 MB"),
    ],
)
def test_A15_what_is_no_picture_is_refused_by_its_content(
    maple: Scene, alice: Client, content: bytes, said: str
) -> None:
    sent = {"system": "sif", "picture": upload(content, "page.png", "image/png")}
    page = alice.post(ARRIVAL, {**sent, "old_mapping": "kept"}).content.decode()
    assert said in page
    assert "kept</textarea>" in page
    assert not RosterSource.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "Choose how records arrive today."),
        ({"system": "clever"}, "Choose one of the answers."),
        ({"system": "sif\x00"}, "Choose one of the answers."),
        ({"system": "sif", "student_id_field": "email"}, "Choose one of the fields of the list."),
        ({"system": "sif", "old_mapping": "x" * 20_001}, "20,000 characters at most"),
        ({"system": "sif", "old_mapping": "a\x00"}, "Null characters are not allowed."),
        ({"system": "none", "state": "on", "district": "7", "picture": "text"}, ""),
    ],
)
def test_answer_that_cannot_be_is_refused(
    maple: Scene, alice: Client, wrong: dict[str, Any], said: str
) -> None:
    answer = alice.post(ARRIVAL, wrong)
    if said:
        assert said in answer.content.decode()
        assert not RosterSource.objects.exists()
    else:
        assert answer.status_code == 303
        assert RosterSource.objects.get().state == "off"


def test_A61_A62_A63_more_menu_leads_to_the_logs_and_to_alerts_if_there_are_any(
    maple: Scene, alice: Client
) -> None:
    def menu() -> str:
        return text(alice, HOME).split('<details class="more">')[1].split("</details>")[0]

    assert "View Log</a>" in menu()
    assert '<a href="/d/maple/updates/">' in menu()
    assert '<a href="/d/maple/alerts/">' in menu()
    Alert.objects.filter(district=maple.district).update(state=AlertState.STAGED)
    assert '<a href="/d/maple/alerts/">' in menu()
    Alert.objects.filter(district=maple.district).update(state=AlertState.CLOSED)
    assert "Resolve Alerts" not in menu()


def test_B47_no_answer_puts_another_source_beside_clever(maple: Scene, alice: Client) -> None:
    page = alice.post(ARRIVAL, {"system": "sif"}).content.decode()
    assert "Clever and SIF cannot both be on, and Clever is on here." in page
    assert not RosterSource.objects.exists()
    # One that was switched off is only noted.
    RosterSource.objects.create(district=maple.district, system="sif", state="off")
    assert alice.post(ARRIVAL, {"system": "sif", "old_mapping": "x"}).status_code == 303
    assert RosterSource.objects.get().state == "off"


def test_landing_page_leads_an_unready_district_to_get_ready(
    juniper: Scene, alice: Client, bob: Client
) -> None:
    page = text(alice, "/d/juniper/")
    assert 'href="/d/juniper/clever/get-ready/"' in page
    assert "/d/juniper/clever/configure/" not in page
    assert "get-ready" not in text(bob, "/d/juniper/")


def upload(content: bytes, name: str, kind: str) -> BytesIO:
    """A file as a browser sends it, with a name and a type that may lie."""
    sent = BytesIO(content)
    sent.name = name
    sent.content_type = kind  # type: ignore[attr-defined]
    return sent
