"""All districts at a glance, and Support's leave: taken, shown on every page, ended (C33, H15)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, SupportGrant
from core.vocabulary import RunMode, RunState
from imports.models import Schedule
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import ALICE, BOB, LEE, OLIVE, SAM, Scene

TAKE, ACCESS = "/d/maple/setup/support/take/", "/d/maple/setup/support/"


@pytest.fixture
def sam(maple: Scene) -> Client:
    return signed_in(SAM)


def plain(client: Client, address: str) -> str:
    return client.get(address).content.decode().replace("<wbr>", "")


def take(sam: Client, reason: str = "A pair of twins", hours: str = "4") -> str:
    answer = sam.post(TAKE, {"reason": reason, "hours": hours}, follow=True)
    return answer.content.decode()


def test_C33_board_shows_the_state_of_each_district(sam: Client, juniper: Scene) -> None:
    trouble = scenes.trouble()
    rows = {row.district.slug: row for row in sam.get("/").context["rows"]}
    maple, harbor, quiet = rows["maple"], rows["harbor"], rows["juniper"]
    assert (maple.connection.label, maple.held, maple.failed) == ("Connected", 64, 0)
    assert maple.last_good and maple.punctual.label == "On time"
    assert (harbor.connection.label, harbor.failed) == ("Needs attention", 1)
    assert harbor.last_good is None and harbor.punctual.label == "Overdue"
    assert (quiet.connection.label, quiet.punctual.label) == ("Not connected", "Not by itself")
    assert next(iter(rows)) == "harbor"
    assert trouble.district.name in plain(sam, "/")
    assert str(trouble.person.last_name) not in plain(sam, "/")


@pytest.mark.parametrize(
    ("frequency", "hours", "late"),
    [("daily", 25, False), ("daily", 27, True), ("every_6_hours", 27, True),
     ("weekdays", 27, False), ("weekdays", 75, True), ("weekly", 75, False), ("weekly", 171, True)],
)  # fmt: skip
def test_C33_overdue_is_longer_than_the_timetable_allows(
    juniper: Scene, frequency: str, hours: int, late: bool
) -> None:
    now, district = timezone.now(), juniper.district
    Schedule.objects.create(
        district=district, data_type="student", frequency=frequency,
        first_import_at=now - timedelta(days=30), next_due=now + timedelta(hours=3),
    )  # fmt: skip
    run = scenes.run_row(district, RunMode.LIVE, RunState.COMPLETED, hours=hours)
    assert run.finished_at
    sam = signed_in(SAM)

    def label() -> str:
        (row,) = sam.get("/", {"q": "juniper"}).context["rows"]
        return str(row.punctual.label)

    assert label() == ("Overdue" if late else "On time")
    Schedule.objects.update(next_due=now - timedelta(hours=1))
    assert label() == "Overdue"
    Schedule.objects.update(paused_until=now + timedelta(days=2))
    assert label() == "Not by itself"


def test_C33_failures_of_long_ago_do_not_count(juniper: Scene) -> None:
    for hours in (24 * 9, 24 * 8, 24 * 6, 5):
        scenes.run_row(juniper.district, RunMode.LIVE, RunState.FAILED, hours=hours)
    (row,) = signed_in(SAM).get("/", {"q": "juniper"}).context["rows"]
    assert row.failed == 2


def test_C33_board_is_searched_ordered_and_paged_by_the_same_queries(sam: Client) -> None:
    def asked(**query: str | int) -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as queries:
            rows = sam.get("/", query).context["rows"]
        return [row.district.slug for row in rows], len(queries)

    before = asked()[1]
    for n in range(60):
        scenes.district(f"oak-{n:02}", f"Oak {n:02}")
    first, number = asked(order="name")
    assert number == before == 5
    assert first == sorted(first) and len(first) == 50
    assert asked(order="name", page=2)[0][-1] == "oak-59"
    assert asked(q="oak 07")[0] == ["oak-07"]
    for order in ("attention", "last_good", "held", "failed"):
        assert len(asked(order=order)[0]) == 50
    assert asked(order="held")[0][0] == asked(order="attention")[0][0] == "maple"
    assert (
        sam.get("/", {"order": "x", "page": "99999999999999999999", "q": "\x00"}).status_code == 200
    )


def test_C33_members_do_not_see_the_board(maple: Scene, alice: Client) -> None:
    scenes.empty("one")
    assert "page" not in alice.get("/").context
    assert signed_in(scenes.CHARLIE).get("/").context["rows"] == []


def test_H15_support_takes_leave_for_a_reason_and_a_time(sam: Client, maple: Scene) -> None:
    person = reverse("person", args=["maple", maple.person.pk])
    overview = plain(sam, "/d/maple/")
    assert "as Support and see no people" in overview
    assert sam.get(person).status_code == 404
    assert "Write why" in take(sam, reason=" ")
    assert "Choose one of these times" in take(sam, hours="1000")
    assert not SupportGrant.objects.exists()
    assert "You see people now" in take(sam)
    grant = SupportGrant.objects.get()
    assert timedelta(hours=3.9) < grant.until - timezone.now() <= timedelta(hours=4)
    assert sam.get(person).status_code == 200
    for address in (person, "/d/maple/", "/d/maple/operations/"):
        shown = plain(sam, address)
        assert "see its people until" in shown and "A pair of twins" in shown
    told = AuditEvent.objects.filter(actor=SAM).order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["support.grant", "person.seen"]


def test_H15_district_is_told_on_every_page_and_owners_end_it(
    sam: Client, maple: Scene, alice: Client
) -> None:
    take(sam)
    for email in (ALICE, BOB, OLIVE):
        shown = plain(signed_in(email), "/d/maple/")
        assert f"Support ({SAM}) may see people" in shown and "A pair of twins" in shown
        assert ("See it or end it" in shown) == (email == ALICE)
    grant = SupportGrant.objects.get()
    end = reverse("support_end", args=["maple", grant.pk])
    for email, status in ((BOB, 403), (OLIVE, 403), (LEE, 404)):
        client = signed_in(email)
        assert client.post(end).status_code == client.get(ACCESS).status_code == status
    assert "End it now" in plain(alice, ACCESS)
    assert "sees no people here any more" in alice.post(end, follow=True).content.decode()
    person = reverse("person", args=["maple", maple.person.pk])
    assert sam.get(person).status_code == 404
    assert "may see people" not in plain(alice, "/d/maple/")
    shown = plain(alice, ACCESS)
    assert "Earlier" in shown and "A pair of twins" in shown and "End it now" not in shown
    assert "had ended already" in alice.post(end, follow=True).content.decode()
    assert AuditEvent.objects.filter(verb="support.grant_end", actor=ALICE).count() == 1


def test_H15_support_ends_the_own_leave_and_no_other(sam: Client, maple: Scene) -> None:
    take(sam)
    grant = SupportGrant.objects.get()
    scenes.user("sue@support.example", is_staff=True)
    sue = signed_in("sue@support.example")
    end = reverse("support_end", args=["maple", grant.pk])
    assert sue.post(end).status_code == 404
    assert sue.get(reverse("people", args=["maple"])).status_code == 404
    sam.post(end)
    assert SupportGrant.objects.get().until <= timezone.now()


def test_H15_nobody_else_takes_leave(maple: Scene, alice: Client, charlie: Client) -> None:
    scenes.empty("other")
    for client in (alice, charlie, signed_in(BOB)):
        assert client.post(TAKE, {"reason": "x", "hours": "4"}).status_code in (403, 404)
    assert not SupportGrant.objects.exists()
    assert signed_in(SAM).get(TAKE).status_code == 405
