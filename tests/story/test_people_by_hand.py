"""What people do to records by hand, and what the next real sync makes of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core.vocabulary import ImportRule, RulesetState, RunMode, RunState, Status
from imports.models import PlannedChange
from mappings.models import Ruleset
from schools.models import LocalEdit, Person
from tests.locking import locked
from tests.pages.people_setting import act, edited, made, member_of, shown, told
from tests.world import World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=24, teachers=4, staff=2, schools=3) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


@pytest.fixture
def alice(maple: World) -> Client:
    return member_of(maple.district)


def actions(maple: World, run: Any) -> list[str]:
    return [row.action for row in maple.rows(run)]


def deleted(maple: World, alice: Client, person: Person) -> None:
    """Deletes somebody in the Transferred list, as people do."""
    if person.status != Status.TRANSFERRED:
        told(alice, edited(alice, person, status="4"))
    told(alice, act(alice, "maple", "delete", {"pick": person.pk}, number="1"))
    person.refresh_from_db()
    assert person.archived_at is not None


def test_A08_B15_edit_by_hand_lasts_only_in_a_field_that_is_not_synced(
    maple: World, alice: Client
) -> None:
    maple.sync()
    one = maple.person(maple.students()[0])
    was = one.first_name
    said = told(alice, edited(alice, one, first_name="Edited", home_language="Spanish"))
    assert "Clever will set back at the next sync: First name." in said
    run = maple.sync()
    (row,) = maple.rows(run)
    assert (row.person_id, row.before, row.after) == (
        one.pk, {"first_name": "Edited"}, {"first_name": was},
    )  # fmt: skip
    one.refresh_from_db()
    assert (one.first_name, one.home_language) == (was, "Spanish")
    facts = shown(alice, "person", "maple", one.pk).context["groups"]
    owner = next(f.owner for _, of in facts for f in of if f.label == "First name")
    assert (owner.kind, owner.written.run, owner.set_back) == ("clever", run.pk, False)


def test_B13_record_made_by_hand_is_found_by_the_sync_and_not_doubled(
    maple: World, alice: Client
) -> None:
    who = next(iter(maple.clever.control.people(role="student", limit=1)))
    role, name = who["roles"]["student"], who["name"]
    maple.connect()
    school = maple.district.schools.filter(is_district_office=False).first()
    assert school
    told(alice, made(
        alice, "maple", last_name=name["last"], first_name=name["first"],
        sis_id=role["sis_id"], site=str(school.pk), home_language="Spanish",
    ))  # fmt: skip
    mine = Person.objects.get()
    maple.sync()
    assert maple.person(who["id"]).pk == mine.pk
    assert maple.person(who["id"]).home_language == "Spanish"
    assert Person.objects.filter(kind="student").count() == 24


def test_B32_B33_deleted_leaver_who_returns_is_the_same_record(maple: World, alice: Client) -> None:
    maple.sync()
    who = maple.students()[0]
    one = maple.person(who)
    maple.clever.control.remove(who)
    left = maple.sync()
    (line,) = shown(alice, "transferred", "maple").context["lines"]
    assert (line.row.person.pk, line.written.run) == (one.pk, left.pk)
    page = shown(alice, "person_edit", "maple", one.pk)
    assert "what you write here stays until the person returns" in page.content.decode()
    assert "Clever" not in page.context["form"]["city"].help_text
    one.refresh_from_db()
    deleted(maple, alice, one)
    assert maple.rows(maple.sync(full=True)) == []
    assert not Person.objects.filter(clever_id=who).exists()

    maple.clever.control.bring_back(who)
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    assert actions(maple, maple.test()) == ["restore"]
    run = maple.sync()
    assert run.state == RunState.COMPLETED
    assert actions(maple, run) == ["restore"]
    back = maple.person(who)
    assert (back.pk, back.status, back.first_name) == (one.pk, Status.ACTIVE, "Marigold")
    assert (back.archived_at, back.former_clever_id, back.status_before) == (None, None, None)
    assert Person.objects.filter(sis_id=one.sis_id).count() == 1
    newest = shown(alice, "person", "maple", one.pk).context["history"].events[0]
    assert newest.row.run_id == run.pk
    assert "Deleted here, and shared by Clever" in newest.why
    assert maple.rows(maple.sync(full=True)) == []


@pytest.mark.parametrize("full", [True, False])
def test_B33_deleted_person_whom_clever_still_shares_comes_back_with_the_next_sync(
    maple: World, alice: Client, full: bool
) -> None:
    maple.sync()
    one = maple.person(maple.students()[0])
    told(alice, edited(alice, one, status="4"))
    page = shown(alice, "transferred_act", "maple", "delete", pick=one.pk).content.decode()
    assert "Clever still shares 1 of them: the next sync brings that record back." in page
    deleted(maple, alice, one)
    run = maple.sync(full=full)
    assert actions(maple, run) == ["restore"]
    back = maple.person(str(maple.students()[0]))
    assert (back.pk, back.archived_at) == (one.pk, None)
    assert back.status == Status.TRANSFERRED, "what people set here stays"
    assert maple.rows(maple.sync(full=full)) == []


def test_B33_update_only_brings_nobody_back_until_it_is_changed(
    maple: World, alice: Client
) -> None:
    maple.sync()
    one = maple.person(maple.students()[0])
    rules = Ruleset.objects.filter(data_type="student", state=RulesetState.ACTIVE)
    rules.update(import_rule=ImportRule.UPDATE_ONLY)
    told(alice, edited(alice, one, status="4"))
    one.refresh_from_db()
    page = shown(alice, "transferred_act", "maple", "delete", pick=one.pk).content.decode()
    assert "brings that record back" not in page
    deleted(maple, alice, one)
    assert maple.rows(maple.sync()) == []
    assert maple.rows(maple.sync(full=True)) == []
    rules.update(import_rule=ImportRule.ADD_AND_UPDATE)
    assert actions(maple, maple.sync()) == ["restore"]


def test_B33_living_record_with_the_same_number_is_linked_and_the_deleted_one_stays(
    maple: World, alice: Client
) -> None:
    maple.sync()
    who = maple.students()[0]
    one = maple.person(who)
    deleted(maple, alice, one)
    told(alice, made(
        alice, "maple", last_name=one.last_name, first_name=str(one.first_name),
        sis_id=str(one.sis_id), site=str(one.school_id), confirmed="1",
    ))  # fmt: skip
    mine = Person.objects.get(sis_id=one.sis_id, archived_at=None)
    assert actions(maple, maple.sync()) == ["link"]
    assert maple.person(who).pk == mine.pk
    assert Person.objects.get(pk=one.pk).archived_at is not None
    told(alice, alice.post("/d/maple/people/deleted/restore/", {"pick": [one.pk]}))
    back = Person.objects.get(pk=one.pk)
    assert (back.archived_at, back.clever_id) == (None, None), "the link is somebody else's by now"
    # Two living records with one number are what somebody wanted; the invariants do not.
    Person.objects.filter(pk=one.pk).update(sis_id="other")


def test_B33_status_set_in_bulk_lasts_unless_it_says_that_they_are_here(
    maple: World, alice: Client
) -> None:
    maple.sync()
    gone = maple.students()[:2]
    for who in gone:
        maple.clever.control.remove(who)
    maple.sync()
    inactive, active = (maple.person(who) for who in gone)
    told(alice, act(alice, "maple", "status", {"pick": inactive.pk}, status=5))
    told(alice, act(alice, "maple", "status", {"pick": active.pk}, status=1))
    run = maple.sync(full=True)
    assert [(row.action, row.person_id) for row in maple.rows(run)] == [("transfer", active.pk)]
    inactive.refresh_from_db()
    assert inactive.status == Status.INACTIVE


def test_B33_restored_leaver_stays_transferred_and_linked(maple: World, alice: Client) -> None:
    maple.sync()
    who = maple.students()[0]
    maple.clever.control.remove(who)
    maple.sync()
    one = maple.person(who)
    deleted(maple, alice, one)
    told(alice, alice.post("/d/maple/people/deleted/restore/", {"pick": [one.pk]}))
    assert maple.rows(maple.sync(full=True)) == []
    back = maple.person(who)
    assert (back.pk, back.status) == (one.pk, Status.TRANSFERRED)
    maple.clever.control.bring_back(who)
    assert actions(maple, maple.sync()) == ["restore"]
    assert maple.person(who).status == Status.ACTIVE


def test_C11_lock_of_a_deleted_person_holds_when_the_record_comes_back(
    maple: World, alice: Client
) -> None:
    maple.sync()
    who = maple.students()[0]
    one = maple.person(who)
    locked(one, "first_name")
    one.refresh_from_db()
    deleted(maple, alice, one)
    maple.clever.control.edit(who, {"name.first": "Marigold", "roles.student.location.city": "Elm"})
    maple.sync()
    back = maple.person(who)
    assert (back.first_name, back.city) == (one.first_name, "Elm")


def test_every_edit_by_hand_leaves_a_line(maple: World, alice: Client) -> None:
    maple.sync()
    one = maple.person(maple.students()[0])
    deleted(maple, alice, one)
    edits = LocalEdit.objects.filter(person=one).order_by("pk")
    assert [sorted(edit.after) for edit in edits] == [["status"], ["deleted"]]
    live = PlannedChange.objects.filter(person=one.pk, run__mode=RunMode.LIVE)
    assert live.count() == 1
