"""Locked fields, drift and protected people through real syncs."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from core.vocabulary import RunMode, Status
from imports.models import PlannedChange, Run, RunProblem
from schools import keeping
from schools.models import FieldLock, LocalEdit, Person
from schools.writer import edit_person
from tests.locking import locked
from tests.pages.people_setting import member_of, shown
from tests.world import World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CITY = "roles.student.location.city"


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=24, teachers=4, schools=3) as ready:
        ready.connect()
        ready.sync()
        yield ready
        assert_invariants(ready)


@pytest.fixture
def alice(maple: World) -> Client:
    return member_of(maple.district)


def kept(run: Run) -> dict[str, int]:
    """How many people each field is kept for, as the run tells."""
    rows = RunProblem.objects.filter(run=run, code="kept_by_lock")
    return dict(rows.values_list("field", "people"))


def test_H12_C11_a_lock_keeps_the_value_and_every_run_tells_it(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    one = maple.person(who)
    locked(one, "city")
    assert maple.rows(maple.sync()) == [], "a lock changes nothing by itself"
    maple.clever.control.edit(who, {CITY: "Elm"})
    first = maple.sync()
    assert maple.rows(first) == [], "a person of whom all is kept has no row"
    one.refresh_from_db()
    assert one.city != "Elm"
    assert kept(first) == {"city": 1}
    assert FieldLock.objects.get().kept_from == "Elm"
    assert kept(maple.sync()) == {"city": 1}, "told in every run, also of a quiet person"
    assert kept(maple.test()) == {"city": 1}
    text = shown(alice, "run", "maple", first.pk).content.decode()
    assert "Locked here, Clever says otherwise: City" in text
    assert "/d/maple/people/locks/?state=differs" in text
    (line,) = shown(alice, "locks", "maple", state="differs").context["lines"]
    assert (line.field, line.clever, line.here) == ("City", "Elm", one.city)
    maple.clever.control.edit(who, {CITY: one.city})
    assert kept(maple.sync()) == {}
    assert FieldLock.objects.get().kept_from is None


def test_H12_the_log_says_who_keeps_it_and_until_when(maple: World, alice: Client) -> None:
    who = maple.students()[0]
    locked(maple.person(who), "city", until=timezone.now() + timedelta(days=3))
    maple.clever.control.edit(who, {CITY: "Elm", "name.first": "Marigold"})
    (row,) = maple.rows(maple.sync())
    assert sorted(row.after) == ["first_name"]
    assert row.why["kept"]["city"]["locked_by"] == "ada@maple.example"
    for name, asked in (("updates_log", {"outcome": "kept"}), ("run", {})):
        more = [row.run_id] if name == "run" else []
        page = shown(alice, name, "maple", *more, **asked).content.decode().replace("<wbr>", "")
        assert "(Clever: Elm; locked by ada@maple.example until" in page, name


def test_C11_an_unlocked_field_is_written_by_the_next_sync(maple: World) -> None:
    who = maple.students()[0]
    (lock,) = locked(maple.person(who), "city")
    maple.clever.control.edit(who, {CITY: "Elm"})
    maple.sync()
    keeping.unlock(district=maple.district, lock_ids=[lock.pk], by="bo")
    (row,) = maple.rows(maple.sync())
    assert row.after == {"city": "Elm"}
    assert maple.rows(maple.sync()) == []


def test_C11_an_expired_lock_ends_by_itself_in_the_next_run(maple: World) -> None:
    who = maple.students()[0]
    (lock,) = locked(maple.person(who), "city", until=timezone.now() + timedelta(days=1))
    maple.clever.control.edit(who, {CITY: "Elm"})
    maple.sync()
    assert maple.rows(maple.sync()) == []
    FieldLock.objects.filter(pk=lock.pk).update(until=timezone.now() - timedelta(hours=1))
    (tested,) = maple.rows(maple.test())
    assert tested.after == {"city": "Elm"}, "a test shows it, too"
    (row,) = maple.rows(maple.sync())
    assert row.after == {"city": "Elm"}
    lock.refresh_from_db()
    assert (lock.ended_at, lock.kept_from) == (lock.until, None)
    assert LocalEdit.objects.filter(cause="lock_ended").count() == 1
    assert maple.rows(maple.sync()) == []


def test_C11_many_locks_are_no_accident_to_the_brakes(maple: World) -> None:
    people = maple.people(kind="student")
    keeping.lock(
        district=maple.district, person_ids=[one.pk for one in people], fields=["city"],
        by="ada", reason="so",
    )  # fmt: skip
    for who in maple.students():
        maple.clever.control.edit(who, {CITY: "Elm"})
    run = maple.sync()
    assert kept(run) == {"city": len(people)}
    assert maple.holds() == []
    assert run.state == "completed", "what people keep on purpose is no error"


def drifted(maple: World, **changes: str) -> Person:
    one = maple.person(maple.students()[0])
    edit_person(person_id=one.pk, changes=changes, by="bo@maple.example")
    return one


def test_B15_drift_set_back_is_shown_as_such_everywhere(maple: World, alice: Client) -> None:
    one = drifted(maple, first_name="Edited")
    run = maple.sync()
    (row,) = maple.rows(run)
    assert row.why["edited"]["first_name"]["by"] == "bo@maple.example"
    assert row.why["cause"] == "local_edit"
    for name, number in (("run", run.pk), ("person", one.pk), ("updates_log", None)):
        more = [number] if number else []
        text = shown(alice, name, "maple", *more).content.decode().replace("<wbr>", "")
        assert "was changed here by bo@maple.example on" in text, name
        assert "set back to Clever&#x27;s value" in text, name
        assert "Edited here, set back" in text, name


def test_B15_what_clever_changed_is_no_drift(maple: World) -> None:
    one = drifted(maple, first_name="Edited")
    maple.clever.control.edit(str(one.clever_id), {CITY: "Elm"})
    (row,) = maple.rows(maple.sync())
    assert sorted(row.after) == ["city", "first_name"]
    assert sorted(row.why["edited"]) == ["first_name"], "the city was changed at Clever"
    assert "cause" not in row.why


def test_B15_an_old_edit_that_was_set_back_is_not_told_again(maple: World) -> None:
    one = drifted(maple, first_name="Edited")
    who = str(one.clever_id)
    maple.sync()
    maple.clever.control.edit(who, {"name.first": "Edited"})
    maple.sync()
    Person.objects.filter(pk=one.pk).update(unsettled=True)
    maple.clever.control.edit(who, {"name.first": "Other"})
    (row,) = maple.rows(maple.sync())
    assert (row.before, "edited" in row.why) == ({"first_name": "Edited"}, False)


def test_C12_a_protected_person_who_vanishes_is_kept_with_the_reason(
    maple: World, alice: Client
) -> None:
    who, other = maple.students()[:2]
    one = maple.person(who)
    keeping.protect(
        district=maple.district, person_ids=[one.pk], by="ada@maple.example", reason="Abroad"
    )
    maple.clever.control.remove(who)
    maple.clever.control.remove(other)
    run = maple.sync()
    assert [row.clever_id for row in maple.rows(run)] == [other]
    one.refresh_from_db()
    assert one.status == Status.ACTIVE
    page = shown(alice, "protected_people", "maple")
    (line,) = page.context["lines"]
    assert (line.row.person.pk, line.gone, line.reason) == (one.pk, True, "Abroad")
    assert page.context["kept"] == 1
    keeping.unprotect(district=maple.district, person_ids=[one.pk], by="ada")
    assert [row.action for row in maple.rows(maple.sync())] == ["transfer"]


def test_C12_nobody_who_was_never_linked_is_transferred(maple: World) -> None:
    Person.objects.create(
        district=maple.district, kind="student", roles=["student"], last_name="Unlinked"
    )
    assert maple.rows(maple.sync(full=True)) == []


def test_C11_a_locked_field_of_the_plan_is_never_written_meanwhile(maple: World) -> None:
    """Locked between the plan and its import: the row is stale, and planned anew."""
    who = maple.students()[0]
    maple.clever.control.edit(who, {CITY: "Elm"})
    maple.test()
    locked(maple.person(who), "city")
    live: Any = PlannedChange.objects.filter(run__mode=RunMode.LIVE, person=maple.person(who).pk)
    before = live.count()
    maple.sync()
    assert maple.person(who).city != "Elm"
    assert live.count() == before


def test_C11_csv_of_the_locks_runs_nothing_in_a_spreadsheet(maple: World, alice: Client) -> None:
    one, other = maple.people(kind="student")[:2]
    (lock,) = locked(one, "city")
    locked(one, "additional_sites")
    locked(other, "grade")
    FieldLock.objects.filter(pk=lock.pk).update(reason="=HYPERLINK(1)", kept_from="+Elm")
    answer: Any = alice.get("/d/maple/people/locks.csv", {"q": str(one.sis_id)})
    rows = {
        row["field"]: row
        for row in csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    }
    assert sorted(rows) == ["additional_sites", "city"]
    row = rows["city"]
    assert (row["lock"], row["person"]) == (str(lock.pk), str(one.pk))
    assert (row["reason"], row["clever_says"], row["over"]) == ("'=HYPERLINK(1)", "'+Elm", "")
    assert AuditEvent.objects.filter(verb="locks.exported").count() == 1
