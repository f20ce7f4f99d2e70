"""The rows of a hold as a file, and a hold from the accident to its end through real runs."""

import csv
import io
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Membership
from core.vocabulary import HoldState, MemberRole, Status
from imports.models import Hold, PlannedChange, Run
from mappings.models import SchoolMatch
from schools.models import Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes_holds import held
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oak(transactional_db: None, alice: Client) -> Iterator[World]:
    """A district of six schools whose first import is done; Alice owns it."""
    with world(slug="oak", students=60, teachers=6, staff=0, schools=6, corners=False) as made:
        user = scenes.user(scenes.ALICE)
        Membership.objects.create(district=made.district, user=user, role=MemberRole.OWNER)
        made.connect()
        made.sync()
        yield made


def left() -> set[int]:
    people = Person.objects.filter(kind="student", status=Status.TRANSFERRED)
    return set(people.values_list("pk", flat=True))


def test_C09_unshared_schools_are_held_and_one_of_them_is_approved_in_the_page(
    oak: World, alice: Client
) -> None:
    gone = [str(school["id"]) for school in oak.clever.control.schools()[:2]]
    for school in gone:
        oak.clever.control.unshare_school(school)
    one, other = (SchoolMatch.objects.get(clever_school_id=school).school_id for school in gone)
    assert one and other
    oak.sync(full=True)
    hold = next(h for h in oak.holds() if h.data_type == "student")
    address = reverse("hold", args=["oak", hold.pk])
    approved = PlannedChange.objects.filter(hold=hold, old_school=one)
    meant = set(approved.filter(action="transfer").values_list("person", flat=True))
    moved = dict(approved.filter(action="move").values_list("person", "school"))
    assert meant and PlannedChange.objects.filter(hold=hold, old_school=other).exists()
    shown = said(alice.get(address))
    assert f"Approve all {hold.count}" in shown and not left()
    sent = {"which": "ticked", "schools": [one], "password": "not it"}
    assert "That is not your password." in said(alice.post(f"{address}approve/", sent))
    answer = alice.post(f"{address}approve/", {**sent, "password": scenes.PASSWORD})
    run = Run.objects.latest("pk")
    assert answer["Location"] == reverse("run", args=["oak", run.pk])
    oak.drive(run)
    assert left() == meant, "exactly those of the ticked school, and nobody else"
    assert moved.items() <= dict(Person.objects.values_list("pk", "school")).items()
    newer = next(h for h in oak.holds() if h.data_type == "student")
    assert [row["school"] for row in newer.schools] == [other]
    old = said(alice.get(address))
    assert f"Run #{run.pk}</a> was started for it" in old
    assert f'href="{reverse("hold", args=["oak", newer.pk])}"' in old
    assert alice.post(reverse("hold_discard", args=["oak", newer.pk])).status_code == 303
    oak.sync(full=True)
    assert not [h for h in oak.holds() if h.data_type == "student"], "not raised again"
    assert left() == meant
    assert_invariants(oak)


def test_C09_check_clever_again_closes_what_was_mended(oak: World, alice: Client) -> None:
    school = str(oak.clever.control.schools()[0]["id"])
    oak.clever.control.unshare_school(school)
    oak.sync(full=True)
    hold = next(h for h in oak.holds() if h.data_type == "student")
    oak.clever.control.do("share_school", school_id=school)
    alice.post(reverse("hold_check", args=["oak", hold.pk]))
    oak.drive(Run.objects.latest("pk"))
    hold.refresh_from_db()
    assert (hold.state, left()) == (HoldState.REPLACED, set())
    assert not [h for h in oak.holds() if h.data_type == "student"]
    shown = said(alice.get(reverse("hold", args=["oak", hold.pk])))
    assert "The newer run held nothing for this reason." in shown


def test_C09_rows_are_downloaded_exactly_safe_and_audited(transactional_db: None) -> None:
    maple = scenes.full()
    hold, alice = held(maple, 60), signed_in(scenes.ALICE)
    nasty = PlannedChange.objects.filter(hold=hold).order_by("pk")[0]
    assert nasty.person
    Person.objects.filter(pk=nasty.person.pk).update(first_name="=cmd|' /C calc'!A0")
    address = reverse("hold_csv", args=["maple", hold.pk])
    answer = alice.get(address)
    assert answer.streaming and answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == f'attachment; filename="maple-hold-{hold.pk}.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    rows = PlannedChange.objects.filter(hold=hold).order_by("pk")
    assert [int(line["row"]) for line in lines] == list(rows.values_list("pk", flat=True))
    assert lines[0]["name"].startswith("'=cmd")
    event = AuditEvent.objects.get(verb="hold.exported")
    assert (event.actor, event.subject) == (scenes.ALICE, f"hold:{hold.pk}")
    school = maple.schools[0].pk
    some = alice.get(address, {"school": school}).getvalue().decode("utf-8-sig")
    here = rows.filter(old_school=school).count()
    assert len(list(csv.DictReader(io.StringIO(some)))) == here > 0
    assert Hold.objects.get(pk=hold.pk).state == HoldState.OPEN
