"""What people keep from a sync: every act is seen by the next sync, and by whoever reads on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.problems import ConsoleError
from schools import keeping
from schools.models import District, FieldLock, LocalEdit, Person, Protection
from tests.locking import locked
from tests.schools.people_files import district_with_schools

pytestmark = pytest.mark.django_db
SOON = datetime(2030, 5, 1, tzinfo=UTC)


@pytest.fixture
def maple() -> District:
    return district_with_schools()


def person(maple: District, **more: Any) -> Person:
    fields = {"kind": "student", "roles": ["student"], "last_name": "Weiss", "unsettled": False}
    return Person.objects.create(district=maple, **(fields | more))


def seen(one: Person) -> tuple[int, bool]:
    """The revision, and whether the next sync looks at the person."""
    return Person.objects.values_list("revision", "unsettled").get(pk=one.pk)


def story(one: Person) -> list[tuple[str, Any]]:
    return list(LocalEdit.objects.filter(person=one).order_by("pk").values_list("cause", "after"))


def test_C11_a_lock_and_its_end_are_both_seen(maple: District) -> None:
    ada = person(maple)
    (lock,) = locked(ada, "email", until=SOON)
    assert (lock.field, lock.locked_by, lock.reason) == (
        "email", "ada@maple.example", "Agreed with the family",
    )  # fmt: skip
    assert seen(ada) == (2, True)
    assert keeping.unlock(district=maple, lock_ids=[lock.pk], by="bo", reason="Settled") == 1
    assert seen(ada) == (3, True)
    assert not FieldLock.objects.exists()
    assert keeping.unlock(district=maple, lock_ids=[lock.pk], by="bo") == 0
    assert story(ada) == [
        ("lock", {"locked": ["email"], "reason": "Agreed with the family",
                  "until": "2030-05-01T00:00:00+00:00"}),
        ("unlock", {"locked": ["email"], "reason": "Settled"}),
    ]  # fmt: skip


def test_C11_a_lock_is_refused_without_a_reason_and_for_what_cannot_be_locked(
    maple: District,
) -> None:
    ada = person(maple)
    who: dict[str, Any] = {"district": maple, "person_ids": [ada.pk], "by": "ada"}
    with pytest.raises(ConsoleError, match="write a reason"):
        keeping.lock(**who, fields=["email"], reason=" ")
    with pytest.raises(ConsoleError, match="write a reason"):
        keeping.protect(**who, reason="")
    for field in ("clever_id", "status", "nonsense"):
        with pytest.raises(ConsoleError, match="cannot be locked"):
            keeping.lock(**who, fields=[field], reason="because")
    assert seen(ada) == (1, False)


def test_C11_locking_again_gives_the_lock_a_new_reason_and_end(maple: District) -> None:
    ada = person(maple)
    (first,) = locked(ada, "email", until=datetime(2020, 1, 1, tzinfo=UTC))
    keeping.end_expired(district=maple, now=SOON)
    (again,) = locked(ada, "email", by="bo@maple.example")
    assert (again.pk, again.until, again.ended_at, again.locked_by) == (
        first.pk, None, None, "bo@maple.example",
    )  # fmt: skip


def test_C11_only_who_has_the_field_and_is_here_is_locked(maple: District) -> None:
    student = person(maple)
    teacher = person(maple, kind="employee", roles=["teacher"])
    gone = person(maple, archived_at=SOON)
    stranger = person(District.objects.create(slug="oak", name="Oak", time_zone="UTC"))
    everybody = [one.pk for one in (student, teacher, gone, stranger)]
    count = keeping.lock(
        district=maple, person_ids=everybody, fields=["grade", "email"], by="ada", reason="so"
    )
    assert count == 3
    assert set(FieldLock.objects.values_list("person", "field")) == {
        (student.pk, "grade"), (student.pk, "email"), (teacher.pk, "email"),
    }  # fmt: skip
    assert seen(gone) == seen(stranger) == (1, False)
    others = list(FieldLock.objects.values_list("pk", flat=True))
    assert keeping.unlock(district=stranger.district, lock_ids=others, by="eve") == 0
    assert keeping.extend(district=stranger.district, lock_ids=others, until=SOON, by="eve") == 0


def test_C11_an_expired_lock_ends_once_and_its_person_is_looked_at(maple: District) -> None:
    ada, bo = person(maple), person(maple)
    (short,) = locked(ada, "email", until=SOON)
    locked(bo, "email", until=SOON + timedelta(days=1))
    Person.objects.update(unsettled=False)
    before = seen(ada), seen(bo)
    assert keeping.end_expired(district=maple, now=SOON - timedelta(seconds=1)) == 0
    assert (seen(ada), seen(bo)) == before
    assert keeping.end_expired(district=maple, now=SOON) == 1
    assert seen(ada) == (3, True)
    assert seen(bo) == before[1]
    short.refresh_from_db()
    assert short.ended_at == SOON
    assert keeping.end_expired(district=maple, now=SOON) == 0
    assert story(ada)[-1] == ("lock_ended", {"locked": ["email"]})


def test_C11_another_end_counts_only_locks_that_had_another(maple: District) -> None:
    ada = person(maple)
    one, two = locked(ada, "email", "city", until=SOON)
    FieldLock.objects.filter(pk=two.pk).update(until=None)
    everything = [one.pk, two.pk]
    assert keeping.extend(district=maple, lock_ids=everything, until=None, by="bo") == 1
    assert story(ada)[-1] == ("extend", {"locked": ["email"]})
    assert keeping.extend(district=maple, lock_ids=everything, until=SOON, by="bo") == 2
    assert story(ada)[-1][1]["locked"] == ["city", "email"]


def test_C11_a_lock_that_was_over_goes_without_a_line(maple: District) -> None:
    ada = person(maple)
    (lock,) = locked(ada, "email", until=SOON)
    keeping.end_expired(district=maple, now=SOON)
    Person.objects.update(unsettled=False)
    assert keeping.unlock(district=maple, lock_ids=[lock.pk], by="bo") == 1
    assert story(ada)[-1][0] == "lock_ended"
    assert seen(ada)[1] is False


def test_C12_protection_is_seen_and_taken_away_again(maple: District) -> None:
    ada, bo = person(maple), person(maple)
    who: dict[str, Any] = {"district": maple, "person_ids": [ada.pk, bo.pk], "by": "ada"}
    assert keeping.protect(**who, reason="Boards abroad") == 2
    assert set(Person.objects.values_list("protected", "revision", "unsettled")) == {
        (True, 2, True)
    }
    assert {(p.reason, p.protected_by) for p in Protection.objects.all()} == {
        ("Boards abroad", "ada")
    }
    assert keeping.protect(**who, reason="Still abroad") == 2
    assert Protection.objects.filter(reason="Still abroad").count() == 2
    assert keeping.unprotect(**{**who, "person_ids": [ada.pk]}) == 1
    assert keeping.unprotect(**{**who, "person_ids": [ada.pk]}) == 0
    assert [cause for cause, _ in story(ada)] == ["protect", "protect", "unprotect"]
    assert list(Protection.objects.values_list("person", flat=True)) == [bo.pk]
    assert not Person.objects.get(pk=ada.pk).protected


def test_thousands_take_as_few_statements_as_one(maple: District) -> None:
    def statements(people: list[Person]) -> int:
        numbers = [one.pk for one in people]
        who: dict[str, Any] = {"district": maple, "by": "ada"}
        with CaptureQueriesContext(connection) as captured:
            keeping.lock(**who, person_ids=numbers, fields=["email", "city"], reason="so")
            locks = FieldLock.objects.filter(person__in=numbers).values_list("pk", flat=True)
            keeping.extend(**who, lock_ids=list(locks), until=SOON)
            keeping.unlock(**who, lock_ids=list(locks))
            keeping.protect(**who, person_ids=numbers, reason="so")
            keeping.unprotect(**who, person_ids=numbers)
        return len(captured)

    one = statements([person(maple)])
    many = [
        Person(district=maple, kind="student", roles=["student"], last_name=f"P{n}")
        for n in range(3000)
    ]
    assert statements(Person.objects.bulk_create(many)) == one
