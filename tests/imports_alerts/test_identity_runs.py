"""What runs make of unlinked and merged records, of exchanged numbers and of those who return."""

from collections.abc import Iterator

import pytest

from core.problems import ConsoleError
from core.vocabulary import DataType, Status
from imports import alerts, identity
from imports.models import Alert, MatchDecision, RunProblem
from schools.models import Person, School
from schools.writer import archive_people
from tests.world import ADMIN, World, world

pytestmark = pytest.mark.django_db(transaction=True)
STUDENTS = [DataType.STUDENT]
ROLE = "roles.student"


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=12, teachers=4, staff=2, schools=2, corners=False) as ready:
        ready.connect()
        ready.sync(list(DataType))
        yield ready


def unlink(maple: World, clever_id: str) -> tuple[Person, int]:
    person = maple.person(clever_id)
    change = identity.unlink(
        district=maple.district, person_id=person.pk, revision=person.revision, by=ADMIN
    )
    return person, change.pk


def merge(maple: World, survivor: Person, other: Person, *chosen: str) -> int:
    for one in (survivor, other):
        one.refresh_from_db()
    return identity.merge(
        district=maple.district, survivor_id=survivor.pk, other_id=other.pk, chosen=chosen,
        revisions={survivor.pk: survivor.revision, other.pk: other.revision}, by=ADMIN,
    ).pk  # fmt: skip


def take_back(maple: World, change: int) -> None:
    identity.take_back(district=maple.district, change_id=change, by=ADMIN)


def test_C15_the_next_run_does_not_link_again_what_was_unlinked(maple: World) -> None:
    who = maple.students()[0]
    person, change = unlink(maple, who)
    run = maple.sync(STUDENTS)
    assert [row.action for row in maple.rows(run)] == ["create"]
    own = maple.person(who)
    assert own.pk != person.pk, "Clever's person has a record of its own by now"
    person.refresh_from_db()
    assert (person.clever_id, person.status) == (None, Status.ACTIVE)
    with pytest.raises(ConsoleError, match=f"is record {own.pk}"):
        take_back(maple, change)
    merge(maple, person, own)
    assert maple.person(who) == person
    assert not MatchDecision.objects.filter(decision="never").exists()
    assert not maple.rows(maple.sync(STUDENTS)), "and from now on nothing changes"


def test_C15_unlink_taken_back_before_the_next_run_leaves_no_trace_in_it(maple: World) -> None:
    digest = maple.digest()
    _, change = unlink(maple, maple.students()[0])
    take_back(maple, change)
    run = maple.sync(STUDENTS)
    assert not maple.rows(run)
    assert maple.digest() == digest


def test_C14_never_taken_back_lets_the_next_run_find_the_same_record(maple: World) -> None:
    who = maple.students()[0]
    person, _ = unlink(maple, who)
    never = MatchDecision.objects.get(decision="never")
    alerts.take_back(decision_id=never.pk, district=maple.district, by=ADMIN)
    maple.sync(STUDENTS)
    assert maple.person(who) == person


def test_C15_a_merged_record_does_not_come_back_by_itself(maple: World) -> None:
    """Its Clever ID is shared again: that is for a person, not a deleted record that returns."""
    gone, stays = maple.students()[:2]
    double, person = maple.person(gone), maple.person(stays)
    maple.clever.control.remove(gone)
    maple.sync(STUDENTS)
    change = merge(maple, person, double)
    assert maple.person(stays) == person
    maple.clever.control.bring_back(gone)
    maple.sync(STUDENTS)
    double.refresh_from_db()
    assert double.archived_at is not None
    assert double.merged_into == person
    take_back(maple, change)
    double.refresh_from_db()
    assert double.archived_at is None


def test_C16_a_teacher_written_down_as_staff_too_is_merged_and_stays_one(maple: World) -> None:
    employees = maple.clever.control.people(role="teacher", limit=100)
    plain = [str(p["id"]) for p in employees if set(p["roles"]) == {"teacher"}]
    teacher = maple.person(plain[0])
    staff = Person.objects.create(
        district=maple.district, kind="employee", roles=["staff"], staff_id="F-1",
        first_name=teacher.first_name, last_name=teacher.last_name,
    )  # fmt: skip
    merge(maple, teacher, staff, "staff_id")
    maple.sync(list(DataType), full=True)
    teacher.refresh_from_db()
    assert teacher.clever_id == plain[0]
    assert teacher.staff_id == "F-1"
    assert "teacher" in teacher.roles
    same = Person.objects.filter(
        last_name=teacher.last_name, first_name=teacher.first_name, kind="employee",
        archived_at=None,
    )  # fmt: skip
    assert same.count() == 1


@pytest.mark.parametrize("people", [2, 3])
def test_F68_exchanged_sis_ids_are_written_together_shown_and_warned_of(
    maple: World, people: int
) -> None:
    ids = maple.students()[:people]
    before = {who: maple.person(who) for who in ids}
    new = {who: before[ids[n - 1]].sis_id for n, who in enumerate(ids)}
    for who, sis_id in new.items():
        maple.clever.control.edit(who, {f"{ROLE}.sis_id": sis_id})
    run = maple.sync(STUDENTS)
    rows = {row.clever_id: row for row in maple.rows(run)}
    for who in ids:
        person = maple.person(who)
        assert (person.pk, person.sis_id) == (before[who].pk, new[who]), "the link stands"
        assert rows[who].before["sis_id"] == before[who].sis_id
        assert rows[who].after["sis_id"] == new[who]
    warned = RunProblem.objects.get(run=run, code="sis_id_of_another")
    assert warned.people == people
    assert set(warned.examples) == set(ids)
    assert not Alert.objects.exists()


def test_F68_a_new_number_that_nobody_had_is_no_warning(maple: World) -> None:
    maple.clever.control.edit(maple.students()[0], {f"{ROLE}.sis_id": "999-new"})
    run = maple.sync(STUDENTS)
    assert not RunProblem.objects.filter(run=run, code="sis_id_of_another").exists()


def test_F71_a_clever_id_that_appears_again_is_the_same_record_with_its_history(
    maple: World,
) -> None:
    who = maple.students()[0]
    person = maple.person(who)
    maple.clever.control.remove(who)
    maple.sync(STUDENTS)
    person.refresh_from_db()
    assert person.status == Status.TRANSFERRED
    maple.clever.control.bring_back(who)
    maple.sync(STUDENTS)
    person.refresh_from_db()
    assert (maple.person(who).pk, person.status) == (person.pk, Status.ACTIVE)
    archive_people(district=maple.district, person_ids=[person.pk], by=ADMIN)
    maple.sync(STUDENTS, full=True)
    assert maple.person(who).pk == person.pk
    actions = person.changes.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["create", "transfer", "restore", "restore"]
    assert School.objects.exists()
