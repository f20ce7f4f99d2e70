"""Other sources in the browser's eyes: Begin, Cancel, exports, and who may do it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from clever_sync.models import Connection
from schools.models import District, ExternalIdentity, Person, RosterSource, SourceExport
from schools.sources import identifiers_of
from tests.pages import scenes
from tests.pages.scenes import Scene
from tests.pages.scenes_sources import OLD_MAPPING, from_powerschool

PAGE = reverse("sources", args=["maple"])
SWITCH = reverse("switch_source", args=["maple"])
BEGIN = reverse("begin", args=["maple"])
STATE = reverse("source_state", args=["maple"])


@pytest.fixture
def harbor(maple: Scene) -> Scene:
    """A district with PowerSchool on, connected and matched, Clever's switch off."""
    from_powerschool(maple.district)
    Connection.objects.filter(district=maple.district).update(enabled=False)
    return maple


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def state_of(district: District) -> list[Any]:
    """Everything that Begin may touch."""
    return [
        list(RosterSource.objects.filter(district=district).values()),
        list(identifiers_of(district, "powerschool")),
        list(Connection.objects.filter(district=district).values("enabled")),
        list(Person.objects.filter(district=district).order_by("pk").values()),
        SourceExport.objects.count(),
    ]


def test_A15_the_old_mapping_is_shown_as_it_was_noted(harbor: Scene, alice: Client) -> None:
    RosterSource.objects.update(old_mapping=f"<script>x</script>{OLD_MAPPING}")
    page = text(alice)
    assert "Student ID -&gt; SIS ID" in page
    assert "<script>x" not in page
    assert "PowerSchool SIS" in page
    assert "60 people have" in page


def test_A15_the_old_picture_is_served_as_a_picture_or_not_at_all(
    harbor: Scene, alice: Client, bob: Client
) -> None:
    address = reverse("source_picture", args=["maple", "powerschool"])
    assert alice.get(address).status_code == 404
    RosterSource.objects.update(old_picture=b"\x89PNG", old_picture_type="image/png")
    answer = alice.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"\x89PNG", "image/png")
    assert address in text(alice)
    assert bob.get(address).status_code == 403
    assert address not in text(bob)
    RosterSource.objects.update(old_picture=b"<html>", old_picture_type="text/html")
    assert alice.get(address).status_code == 404
    assert address not in text(alice)


def test_B47_A16_the_alert_says_that_both_cannot_be_on_and_what_begin_does(
    harbor: Scene, alice: Client
) -> None:
    page = text(alice, SWITCH)
    assert "Clever and PowerSchool SIS cannot both be on" in page
    assert "60 PowerSchool SIS identifiers are cleared" in page
    assert "No record is deleted" in page


def test_B49_cancel_changes_nothing_and_names_support(
    harbor: Scene, alice: Client, settings: Any
) -> None:
    settings.SUPPORT_EMAIL, settings.SUPPORT_PHONE = "help@console.example", "555-0100"
    before = state_of(harbor.district)
    page = text(alice, SWITCH)
    assert "If you have been using SIF, select Cancel and call Support" in page
    assert "help@console.example" in page
    assert "555-0100" in page
    assert f'<a class="button" href="{PAGE}">Cancel</a>' in page
    assert text(alice)
    assert state_of(harbor.district) == before


def test_B48_begin_exports_clears_switches_off_and_switches_clever_on(
    harbor: Scene, alice: Client
) -> None:
    people = list(Person.objects.order_by("pk").values())
    before = list(identifiers_of(harbor.district, "powerschool"))
    answer = alice.post(BEGIN)
    assert (answer.status_code, answer["Location"]) == (
        303,
        reverse("import_summary", args=["maple"]),
    )
    assert identifiers_of(harbor.district, "powerschool").count() == 0
    assert RosterSource.objects.get().state == "off"
    assert Connection.objects.get(district=harbor.district).enabled
    assert list(Person.objects.order_by("pk").values()) == people
    kept = SourceExport.objects.get()
    assert (kept.identifiers, kept.taken_by) == (60, scenes.ALICE)
    verbs = AuditEvent.objects.filter(actor=scenes.ALICE).values_list("verb", flat=True)
    assert {"source.retire", "clever.enable"} <= set(verbs)

    restored = alice.post(reverse("source_restore", args=["maple", kept.pk]), follow=True)
    assert "60 identifiers of PowerSchool SIS are back." in restored.content.decode()
    assert list(identifiers_of(harbor.district, "powerschool")) == before
    assert RosterSource.objects.get().state == "off"


@pytest.mark.parametrize("lacking", ["district_id", "schools", "support"])
def test_B46_B48_begin_does_all_or_nothing(harbor: Scene, alice: Client, lacking: str) -> None:
    if lacking == "district_id":
        Connection.objects.filter(district=harbor.district).delete()
    elif lacking == "schools":
        harbor.district.school_matches.all().delete()
    else:
        District.objects.filter(pk=harbor.district.pk).update(clever_enabled=False)
    before = state_of(harbor.district)
    assert "Begin is not available yet" in text(alice, SWITCH)
    refused = alice.post(BEGIN, follow=True)
    assert refused.redirect_chain == [(SWITCH, 303)]
    assert 'class="note bad"' in refused.content.decode()
    assert state_of(harbor.district) == before


def test_B47_A46_an_exclusive_source_is_not_switched_on_while_clever_is(
    harbor: Scene, alice: Client
) -> None:
    alice.post(BEGIN)
    refused = alice.post(STATE, {"system": "powerschool", "on": "on"}, follow=True)
    assert "Clever and PowerSchool SIS cannot both be on" in refused.content.decode()
    assert RosterSource.objects.get().state == "off"
    Connection.objects.update(enabled=False)
    assert (
        "is on now"
        in alice.post(STATE, {"system": "powerschool", "on": "on"}, follow=True).content.decode()
    )
    assert RosterSource.objects.get().state == "on"
    alice.post(STATE, {"system": "powerschool"})
    assert RosterSource.objects.get().state == "off"
    assert identifiers_of(harbor.district, "powerschool").count() == 0


def test_A15_a_kept_export_is_downloaded(harbor: Scene, alice: Client) -> None:
    alice.post(BEGIN)
    kept = SourceExport.objects.get()
    answer = alice.get(reverse("source_export_csv", args=["maple", kept.pk]))
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].lstrip("\ufeff") == "person,identifier"
    assert len(lines) == 61
    assert "60 identifiers come" in text(alice, reverse("source_export", args=["maple", kept.pk]))
    assert AuditEvent.objects.filter(verb="source.exported").count() == 1


@pytest.mark.parametrize(
    "sent",
    [{}, {"system": "\x00"}, {"system": "x" * 5000}, {"system": "none", "on": "on"},
     {"system": "<b>", "on": "maybe"}, {"system": ["sif", "files"]}],
)  # fmt: skip
def test_hostile_switching_changes_nothing(
    harbor: Scene, alice: Client, sent: dict[str, Any]
) -> None:
    before = state_of(harbor.district)
    assert alice.post(STATE, sent).status_code == 303
    assert state_of(harbor.district) == before


def test_who_may_not_sees_no_button_and_does_nothing(
    harbor: Scene, juniper: Scene, alice: Client, bob: Client, charlie: Client
) -> None:
    alice.post(BEGIN)
    kept = SourceExport.objects.get()
    numbers = {name: [kept.pk] for name in ("source_export", "source_export_csv", "source_restore")}
    posts = {"begin", "source_state", "source_restore"}
    before = state_of(harbor.district)
    for name in ("sources", "switch_source", "begin", "source_state", *numbers):
        address = reverse(name, args=["maple", *numbers.get(name, [])])
        for client, status in ((bob, 200 if name == "sources" else 403), (charlie, 404)):
            ask = client.post if name in posts else client.get
            assert ask(address).status_code == status, name
        if name in numbers:
            other = reverse(name, args=["juniper", kept.pk])
            assert (alice.post if name in posts else alice.get)(other).status_code == 404
        if name in posts:
            assert alice.get(address).status_code == 405
    assert state_of(harbor.district) == before
    assert "Restore …" not in text(bob).split("Kept exports")[1].split("</thead>")[1]


def test_a_district_without_any_source_sees_what_that_means(juniper: Scene, alice: Client) -> None:
    page = text(alice, reverse("sources", args=["juniper"]))
    assert "Nobody has said yet how records arrive" in page
    assert "No export yet" in page
    assert "Nothing stands in the way of Clever" in text(
        alice, reverse("switch_source", args=["juniper"])
    )


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_people(harbor: Scene, alice: Client) -> None:
    alice.post(BEGIN)
    before = {address: queries(alice, address) for address in (PAGE, SWITCH)}
    ExternalIdentity.objects.bulk_create(
        ExternalIdentity(district=harbor.district, person=p, system="sif", external_id="1")
        for p in Person.objects.all()
    )
    RosterSource.objects.create(district=harbor.district, system="sif", state="off")
    assert {address: queries(alice, address) for address in (PAGE, SWITCH)} == before
    # Of these, session, user, membership and the sidebar are four.
    assert before == {PAGE: 8, SWITCH: 8}
