"""What came after a run stays, and is listed: exactly that, and nothing else (H10)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.vocabulary import DataType, Outcome, RunState, Status
from imports import download, identity
from imports.changes import Reader, Wanted, changes
from imports.models import PlannedChange, Run
from imports.undoing.scope import Figures, Scope
from schools.models import Person
from schools.writer import archive_people, create_person, edit_person
from tests.imports_undo.conftest import night, tried, undo
from tests.locking import locked as lock
from tests.locking import protected as protect
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = "office@maple.example"


def emails(here: World, count: int = 60, address: str = "wrong{}@maple.example") -> Run:
    """A run that writes the e-mail addresses of so many students."""
    for number, who in enumerate(here.students()[:count]):
        here.clever.control.edit(who, {"email": address.format(number)}, sync=False)
    return night(here)


def why(row: PlannedChange) -> dict[str, str]:
    found: dict[str, str] = row.why["since"]
    return found


def test_H10_50_later_edits_are_exactly_50_conflicts_listed_and_kept(maple: World) -> None:
    before = maple.digest()
    run = emails(maple)
    edited = [maple.person(who) for who in maple.students()[5:55]]
    for number, person in enumerate(edited):
        edit_person(person_id=person.pk, changes={"email": f"by.hand{number}@x.example"}, by=OFFICE)
    edits = maple.digest()
    undone = undo(maple, run)
    assert undone.state == RunState.COMPLETED
    assert undone.counts["student"] == {"update": 10, "conflict": 50}
    listed = maple.rows(undone, exception=Outcome.CONFLICT)
    assert {row.person_id for row in listed} == {person.pk for person in edited}
    assert all(why(row) == {"email": "edit"} for row in listed)
    reader = Reader(maple.district, lambda _: True)
    lines = list(download.change_rows(changes(undone, Wanted(outcome="conflict")), reader, {}))
    assert len(lines) == 50 and all("Edited here since" in str(line) for line in lines)
    for number, person in enumerate(edited):
        person.refresh_from_db()
        assert person.email == f"by.hand{number}@x.example"
    assert "50 people were changed since and kept what is there now." in undone.message
    assert undo(maple, undone).counts["student"] == {"update": 10}
    assert maple.digest() == edits, "the undo of the undo is the state after the edits"
    assert before != edits


def test_H10_of_a_person_only_the_field_in_conflict_stays(maple: World) -> None:
    who = maple.students()[0]
    was = maple.person(who)
    maple.clever.control.edit(who, {"email": "new@maple.example", "name.first": "Marigold"})
    run = night(maple)
    edit_person(person_id=was.pk, changes={"email": "mine@maple.example"}, by=OFFICE)
    undone = undo(maple, run)
    now = maple.person(who)
    assert (now.email, now.first_name) == ("mine@maple.example", was.first_name)
    back, kept = maple.rows(undone)
    assert (back.before, back.after) == (
        {"first_name": "Marigold"},
        {"first_name": was.first_name},
    )
    assert (kept.before, kept.after) == ({"email": "mine@maple.example"}, {"email": was.email})
    reader = Reader(maple.district, lambda _: True)
    shown = reader.shown(list(changes(undone, Wanted(outcome="conflict"))), {})
    assert [(one.why, one.outcome.label if one.outcome else "") for one in shown] == [
        (f"Undo of run #{run.pk} · Edited here since", "In conflict")
    ]


def test_H10_a_later_run_stays_until_it_is_undone_itself(maple: World) -> None:
    before = maple.digest()
    first = emails(maple, 3)
    second = emails(maple, 2, "newer{}@maple.example")
    figures = Figures.of(tried(maple, first))
    assert figures == Figures(back=1, conflicts=2)
    assert [why(r) for r in maple.rows(tried(maple, first), exception="conflict")] == [
        {"email": "run"}
    ] * 2
    undo(maple, second)
    undone = undo(maple, first)
    assert undone.counts["student"] == {"update": 3}, "night by night, the newest first"
    assert maple.digest() == before


def test_H10_a_value_that_came_back_by_itself_is_no_conflict(maple: World) -> None:
    who = maple.person(maple.students()[0])
    run = emails(maple, 1)
    edit_person(person_id=who.pk, changes={"email": who.email or ""}, by=OFFICE)
    assert maple.rows(undo(maple, run)) == []


def test_H10_what_is_locked_or_deleted_here_stays(maple: World) -> None:
    run = emails(maple, 4)
    locked, ended, deleted, other = (maple.person(who) for who in maple.students()[:4])
    lock(locked, "email")
    lock(ended, "email", until=timezone.now() - timedelta(hours=1))
    archive_people(district=maple.district, person_ids=[deleted.pk], by=OFFICE)
    Person.objects.filter(pk=other.pk).update(email="nobody.wrote@this.example")
    undone = undo(maple, run)
    assert {row.person_id: why(row) for row in maple.rows(undone, exception="conflict")} == {
        locked.pk: {"email": "lock"},
        deleted.pk: {"email": "deleted"},
        other.pk: {"email": "value"},
    }
    assert [row.person_id for row in maple.rows(undone, exception=None)] == [ended.pk]


def test_H10_a_created_record_that_somebody_wrote_in_stays_as_a_whole(maple: World) -> None:
    ids = [
        maple.clever.control.add_student(first="Ines", last=f"Newcomer{n}", sis_id=f"99001{n}")
        for n in range(4)
    ]
    run = night(maple)
    edited, locked, protected, gone = (maple.person(who) for who in ids)
    edit_person(person_id=edited.pk, changes={"address": "9 Mill Rd"}, by=OFFICE)
    lock(locked, "grade")
    protect(protected)
    undone = undo(maple, run)
    assert undone.counts["student"] == {"remove": 1, "conflict": 3}
    gone.refresh_from_db()
    assert gone.archived_at is not None
    assert (gone.clever_id, gone.former_clever_id) == (None, ids[3])
    reasons = {
        row.person_id: set(why(row).values()) for row in maple.rows(undone)[:] if row.exception
    }
    assert reasons == {edited.pk: {"edit"}, locked.pk: {"lock"}, protected.pk: {"protected"}}


@pytest.mark.parametrize("taken_back", [False, True])
def test_H10_C15_a_created_record_that_another_was_merged_into_stays(
    maple: World, taken_back: bool
) -> None:
    double = create_person(
        district=maple.district, data_type=DataType.STUDENT,
        values={"last_name": "Written-Here", "first_name": "Wanda"}, school=None, by=OFFICE,
    )  # fmt: skip
    who = maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990011")
    run = night(maple)
    survivor = maple.person(who)
    double.refresh_from_db()
    change = identity.merge(
        district=maple.district, survivor_id=survivor.pk, other_id=double.pk, chosen=(),
        revisions={survivor.pk: survivor.revision, double.pk: double.revision}, by=OFFICE,
    )  # fmt: skip
    if taken_back:
        identity.take_back(district=maple.district, change_id=change.pk, by=OFFICE)
    undone = undo(maple, run)
    survivor.refresh_from_db()
    double.refresh_from_db()
    here = [one for one in (survivor, double) if one.archived_at is None]
    if taken_back:
        assert here == [double]
    else:
        assert here == [survivor], "or the child would have no record at all"
        assert {"edit"} == {w for row in maple.rows(undone) for w in why(row).values()}


def test_H10_a_protected_person_is_not_marked_as_a_leaver_again(maple: World) -> None:
    who = maple.students()[0]
    maple.clever.control.remove(who)
    night(maple)
    maple.clever.control.bring_back(who)
    back = night(maple)
    protect(maple.person(who))
    undone = undo(maple, back)
    assert [why(row) for row in maple.rows(undone)] == [{"status": "protected"}]
    assert maple.person(who).status == Status.ACTIVE


def test_H10_what_somebody_else_has_got_since_is_not_given_back(maple: World) -> None:
    who = maple.students()[0]
    was = maple.person(who)
    path = "roles.student.credentials.district_username"
    maple.clever.control.edit(who, {path: "other.name"})
    run = night(maple)
    heir = create_person(
        district=maple.district, data_type=DataType.STUDENT,
        values={"last_name": "Heir", "username": was.username or ""}, school=None, by=OFFICE,
    )  # fmt: skip
    undone = undo(maple, run)
    assert [why(row) for row in maple.rows(undone)] == [{"username": "taken"}]
    assert maple.person(who).username == "other.name"
    archive_people(district=maple.district, person_ids=[heir.pk], by=OFFICE)
    assert undo(maple, run).counts["student"] == {"update": 1}
    assert maple.person(who).username == was.username


@pytest.mark.parametrize("limit", ["school", "person", "field"])
def test_C10_an_undo_is_limited_to_a_school_a_person_or_a_field(maple: World, limit: str) -> None:
    was = {person.clever_id: person for person in maple.people(kind="student", archived_at=None)}
    ids = maple.students()[:12]
    for who in ids:
        maple.clever.control.edit(who, {"email": f"{who}@x.example", "name.first": "Same"})
    maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    run = night(maple)
    school = was[ids[0]].school_id
    scope = {
        "school": Scope(school=school),
        "person": Scope(person=was[ids[0]].pk),
        "field": Scope(field="email"),
    }[limit]
    undo(maple, run, scope=scope)
    for who in ids:
        now = maple.person(who)
        inside = {"school": now.school_id == school, "person": who == ids[0], "field": True}[limit]
        assert (now.email == was[who].email) == inside
        assert (now.first_name == was[who].first_name) == (inside and limit != "field")
    # The rest can still be undone, and what is back already is left out.
    rest = undo(maple, run)
    assert not rest.counts["student"].get("conflict")
    here = maple.people(kind="student", archived_at=None)
    assert {p.clever_id: (p.email, p.first_name) for p in here} == {
        who: (person.email, person.first_name) for who, person in was.items()
    }
