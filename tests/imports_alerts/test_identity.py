"""Unlink and merge: what is written, what is remembered, and that each can be taken back (C15)."""

from datetime import date
from typing import Any

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import Decision
from imports import identity, joining
from imports.models import IdentityChange, MatchDecision
from schools.digest import state_digest
from schools.models import (
    District,
    ExternalIdentity,
    LocalEdit,
    Person,
    PersonSite,
    Protection,
)
from tests.imports_alerts.setting import district, mirrored, person, run, school
from tests.imports_alerts.test_alert_rows import ANA

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district()


@pytest.fixture
def linked(maple: District) -> Person:
    """Somebody whom Clever shares, with a value in every kind of column."""
    mirrored(maple, "c1")
    one = person(
        maple, clever_id="c1", sis_id="100", birth_date=date(2012, 5, 6), weighted_gpa="3.25",
        class_year=2030, school=school(maple, 1), extra={"locker": "7"}, email="m@x.example",
    )  # fmt: skip
    PersonSite.objects.create(person=one, school=school(maple, 3))
    return one


@pytest.fixture
def double(maple: District) -> Person:
    """The same person once more, written down by hand."""
    one = person(
        maple, "Garcia-Lopez", student_number="S-9", grade="6", school=school(maple, 2),
        extra={"locker": "8", "bus": "4"}, protected=True, status=2, birth_date=date(2012, 6, 5),
    )  # fmt: skip
    PersonSite.objects.create(person=one, school=school(maple, 1))
    return one


def unlink(one: Person) -> IdentityChange:
    one.refresh_from_db()
    return identity.unlink(district=one.district, person_id=one.pk, revision=one.revision, by=ANA)


def merge(survivor: Person, other: Person, *chosen: str) -> IdentityChange:
    for one in (survivor, other):
        one.refresh_from_db()
    return identity.merge(
        district=survivor.district, survivor_id=survivor.pk, other_id=other.pk, chosen=chosen,
        revisions={survivor.pk: survivor.revision, other.pk: other.revision}, by=ANA,
    )  # fmt: skip


def back(change: IdentityChange) -> joining.WayBack:
    return identity.take_back(district=change.district, change_id=change.pk, by=ANA)


def everything(maple: District) -> list[dict[str, Any]]:
    """Every column of every record but those that count writes."""
    counting = {"revision", "changed_at", "unsettled"}
    return [
        {k: v for k, v in row.items() if k not in counting}
        for row in Person.objects.filter(district=maple).order_by("pk").values()
    ]


def test_C15_unlinked_record_keeps_its_values_and_its_former_link(
    maple: District, linked: Person
) -> None:
    before = linked.revision
    change = unlink(linked)
    linked.refresh_from_db()
    assert (linked.clever_id, linked.former_clever_id, linked.sis_id) == (None, "c1", "100")
    assert linked.revision == before + 1
    assert linked.unsettled
    never = MatchDecision.objects.get()
    assert (never.decision, never.person, never.staged) == (Decision.NEVER, linked, False)
    edit = LocalEdit.objects.get()
    assert (edit.cause, edit.before, edit.after) == (
        "unlink", {"clever_id": "c1"}, {"clever_id": None},
    )  # fmt: skip
    assert AuditEvent.objects.get(verb="person.unlinked").details["change"] == change.pk


def test_C15_taking_unlink_back_links_again_and_forgets_never(
    maple: District, linked: Person
) -> None:
    digest, rows = state_digest(maple), everything(maple)
    change = unlink(linked)
    assert state_digest(maple) != digest
    back(change)
    assert (state_digest(maple), everything(maple)) == (digest, rows)
    assert not MatchDecision.objects.exists()
    change.refresh_from_db()
    assert change.taken_back_by == ANA
    with pytest.raises(ConsoleError, match="taken this back already"):
        back(change)


def test_C15_unlink_is_not_taken_back_where_another_record_has_the_link(
    maple: District, linked: Person
) -> None:
    change = unlink(linked)
    other = person(maple, "Okafor", clever_id="c1")
    with pytest.raises(ConsoleError, match=rf"is record {other.pk} .*merge the two records"):
        back(change)
    Person.objects.filter(pk=other.pk).update(clever_id=None)
    Person.objects.filter(pk=linked.pk).update(clever_id="c2")
    with pytest.raises(ConsoleError, match="linked to Clever again already"):
        back(change)


def test_C15_merge_takes_chosen_values_and_the_link_and_deletes_nothing(
    maple: District, linked: Person, double: Person
) -> None:
    change = merge(double, linked, "sis_id", "birth_date", "weighted_gpa", "email")
    double.refresh_from_db()
    linked.refresh_from_db()
    assert (double.clever_id, double.sis_id, double.email) == ("c1", "100", "m@x.example")
    assert (double.last_name, double.grade, double.status) == ("Garcia-Lopez", "6", 2)
    assert (str(double.birth_date), str(double.weighted_gpa)) == ("2012-05-06", "3.2500")
    assert double.extra == {"locker": "8", "bus": "4"}
    assert double.protected
    sites = set(double.sites.values_list("school__site_code", flat=True))
    assert (double.school, sites) == (school(maple, 2), {"S1", "S3"})
    assert linked.archived_at is not None
    assert (linked.merged_into, linked.clever_id, linked.former_clever_id) == (double, None, "c1")
    assert linked.email == "m@x.example", "what it was, it still is"
    assert change.clever_id == "c1"
    assert {e.person_id: e.cause for e in LocalEdit.objects.all()} == {
        double.pk: "merge", linked.pk: "merge",
    }  # fmt: skip


@pytest.mark.parametrize("chosen", [(), joining.CHOOSABLE])
def test_C15_taking_merge_back_restores_both_exactly(
    maple: District, linked: Person, double: Person, chosen: tuple[str, ...]
) -> None:
    mine = ExternalIdentity.objects.create(
        district=maple, person=linked, system="library", external_id="L7"
    )
    for one, number in ((linked, "1"), (double, "2")):
        ExternalIdentity.objects.create(
            district=maple, person=one, system="meals", external_id=number
        )
    reason = Protection.objects.create(
        district=maple, person=double, reason="Exchange year", protected_by=ANA
    )
    for survivor, other in ((double, linked), (linked, double)):
        digest, rows = state_digest(maple), everything(maple)
        change = merge(survivor, other, *chosen)
        mine.refresh_from_db()
        reason.refresh_from_db()
        assert mine.person_id == reason.person_id == survivor.pk
        assert state_digest(maple) != digest
        assert back(change).stays == {survivor.pk: [], other.pk: []}
        assert (state_digest(maple), everything(maple)) == (digest, rows)
        mine.refresh_from_db()
        reason.refresh_from_db()
        assert (mine.person_id, reason.person_id) == (linked.pk, double.pk)
        assert ExternalIdentity.objects.get(system="meals", person=double).external_id == "2"


def test_C15_what_was_changed_since_stays_when_a_merge_is_taken_back(
    maple: District, linked: Person, double: Person
) -> None:
    change = merge(linked, double, "last_name", "grade")
    Person.objects.filter(pk=linked.pk).update(grade="7")
    way = back(change)
    linked.refresh_from_db()
    assert way.stays[linked.pk] == ["grade"]
    assert (linked.last_name, linked.grade) == ("Garcia", "7")


def test_C15_a_link_that_somebody_else_has_by_now_stays_there(
    maple: District, linked: Person, double: Person
) -> None:
    Person.objects.filter(pk=double.pk).update(clever_id="gone")
    change = merge(linked, double)
    third = person(maple, "Okafor", clever_id="gone")
    back(change)
    double.refresh_from_db()
    assert (double.clever_id, double.former_clever_id) == (None, "gone")
    assert Person.objects.get(clever_id="gone") == third


def test_C15_two_whom_clever_shares_as_two_people_are_not_merged(
    maple: District, linked: Person, double: Person
) -> None:
    mirrored(maple, "c2")
    Person.objects.filter(pk=double.pk).update(clever_id="c2")
    with pytest.raises(ConsoleError, match="Clever shares these two as two people"):
        merge(linked, double)
    assert not IdentityChange.objects.exists()


@pytest.mark.parametrize("survivor_is_gone", [True, False])
def test_C15_of_two_links_the_one_that_clever_shares_goes_on(
    maple: District, linked: Person, double: Person, survivor_is_gone: bool
) -> None:
    Person.objects.filter(pk=double.pk).update(clever_id="gone")
    survivor, other = (double, linked) if survivor_is_gone else (linked, double)
    merge(survivor, other)
    survivor.refresh_from_db()
    other.refresh_from_db()
    assert survivor.clever_id == "c1"
    former = (survivor if survivor_is_gone else other).former_clever_id
    assert former == "gone"


def test_C16_a_teacher_and_the_same_person_as_staff_become_one_record_with_two_roles(
    maple: District,
) -> None:
    employee = {"kind": "employee"}
    teacher = person(maple, roles=["teacher"], teacher_number="T1", **employee)
    staff = person(maple, roles=["staff"], staff_id="F1", **employee)
    change = merge(teacher, staff, "staff_id")
    teacher.refresh_from_db()
    assert teacher.roles == ["staff", "teacher"]
    assert (teacher.teacher_number, teacher.staff_id) == ("T1", "F1")
    back(change)
    teacher.refresh_from_db()
    assert teacher.roles == ["teacher"]


def test_a_merge_ends_a_never_of_its_pair_and_taking_it_back_brings_it_again(
    maple: District, linked: Person, double: Person
) -> None:
    MatchDecision.objects.create(
        district=maple, clever_id="c1", person=double, decision="never", decided_by=ANA,
        staged=False,
    )  # fmt: skip
    change = merge(double, linked)
    assert not MatchDecision.objects.exists()
    back(change)
    assert MatchDecision.objects.get().person == double


def test_what_cannot_be_is_refused_and_nothing_is_written(
    maple: District, linked: Person, double: Person
) -> None:
    before = everything(maple)
    teacher = person(maple, kind="employee", roles=["teacher"])
    with pytest.raises(ConsoleError, match="never share one record"):
        merge(linked, teacher)
    with pytest.raises(ConsoleError, match=r"no longer here|same record"):
        merge(linked, linked)
    with pytest.raises(ConsoleError, match="not linked"):
        unlink(double)
    with pytest.raises(ConsoleError, match="changed since it was shown"):
        identity.unlink(district=maple, person_id=linked.pk, revision=99, by=ANA)
    with pytest.raises(ConsoleError, match="no longer here"):
        identity.unlink(district=district("cedar"), person_id=linked.pk, revision=1, by=ANA)
    with pytest.raises(ConsoleError, match="nothing to be taken back"):
        identity.take_back(district=maple, change_id=1 << 40, by=ANA)
    assert everything(maple)[: len(before)] == before


def test_a_chain_is_taken_back_from_its_end(
    maple: District, linked: Person, double: Person
) -> None:
    third = person(maple, "Garcia L")
    first = merge(linked, double)
    second = merge(third, linked)
    with pytest.raises(ConsoleError, match="Take that back first"):
        back(first)
    back(second)
    back(first)
    assert not Person.objects.exclude(archived_at=None).exists()
    assert joining.not_taken_back(linked) == []
    assert run(maple).pk
