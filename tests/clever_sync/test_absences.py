"""Who is gone, and what it takes to be sure."""

from collections.abc import Callable
from typing import Any

import pytest

from clever_sync import absences
from clever_sync.models import MirrorObject, PullAbsence
from schools.models import Person
from tests.clever_sync.conftest import Crash, World

pytestmark = pytest.mark.django_db
STUDENTS: dict[str, Any] = {"path": "/users", "role": "student"}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many are asked for one by one in these tests, instead of 200."""
    monkeypatch.setattr(absences, "MOST_ASKED", 5)
    return 5


def asked_by_id(world: World) -> list[str]:
    paths = world.sandbox.requests.paths()
    return [path.rpartition("/")[2] for path in paths if path.startswith("/v3.1/users/")]


def verdicts(world: World) -> dict[str, str]:
    return dict(PullAbsence.objects.values_list("clever_id", "verdict"))


def test_C07_a_404_between_two_good_answers_confirms(pulled: World) -> None:
    first, second, *_ = pulled.ids("student")
    pulled.link(first, second)
    pulled.control.remove(first)
    pull = pulled.pull()
    assert pulled.gone() == {first}
    assert verdicts(pulled) == {first: "gone"}
    before, person, after = asked_by_id(pulled)
    assert (person, before) == (first, after)
    assert before != first
    row = MirrorObject.objects.get(clever_id=first)
    assert (row.gone_in_id, row.changed_in_id, row.roles) == (pull.pk, pull.pk, ["student"])


def test_people_nobody_is_linked_to_are_not_asked_for(pulled: World) -> None:
    first = pulled.ids("student")[0]
    pulled.control.remove(first)
    pulled.pull()
    assert pulled.gone() == {first}
    assert not asked_by_id(pulled)


def test_an_archived_person_counts_as_nobody(pulled: World) -> None:
    first = pulled.ids("student")[0]
    pulled.link(first)
    Person.objects.update(archived_at=pulled.time.now)
    pulled.control.remove(first)
    pulled.pull()
    assert pulled.gone() == {first}
    assert not asked_by_id(pulled)


def test_who_comes_back_is_back(pulled: World) -> None:
    first = pulled.ids("student")[0]
    pulled.link(first)
    pulled.control.remove(first)
    pulled.pull()
    pulled.control.bring_back(first)
    pull = pulled.pull()
    pulled.assert_mirror_is_truth()
    row = pulled.live()[first]
    assert (row.gone_in, row.absent_in, row.changed_in_id) == (None, None, pull.pk)


@pytest.mark.parametrize("count", [1, 30])
def test_F39_an_omitted_person_who_is_there_by_id_stays(pulled: World, count: int) -> None:
    students = pulled.ids("student")
    pulled.link(*students)
    pulled.control.remove(students[100])
    pulled.control.faults([{"do": "omit", "count": count, "on": 1, **STUDENTS}])
    pull = pulled.pull()
    assert not pulled.gone()
    assert pulled.walk(pull).proved is False
    assert pulled.walk(pull).doubt == "people_omitted"
    assert set(students[:100]) <= pulled.live().keys()
    pulled.control.clear_faults()
    pulled.pull()
    assert pulled.gone() == {students[100]}
    pulled.assert_mirror_is_truth()


def test_F39_an_unproved_walk_keeps_its_own_people_only(pulled: World) -> None:
    student, teacher = pulled.ids("student")[0], pulled.ids("teacher")[0]
    pulled.link(student, teacher)
    pulled.control.remove(teacher)
    pulled.control.faults([{"do": "omit", "ids": [student], **STUDENTS}])
    pulled.pull()
    assert pulled.gone() == {teacher}


def test_F40_many_missing_wait_for_a_second_pull_of_newer_data(pulled: World, few: int) -> None:
    students = pulled.ids("student")
    pulled.link(*students)
    left = set(students[: few + 1])
    for student in left:
        pulled.control.remove(student)
    first = pulled.pull()
    assert not asked_by_id(pulled)
    assert not pulled.gone()
    assert pulled.absent() == left
    rows = MirrorObject.objects.filter(clever_id__in=left)
    assert set(rows.values_list("changed_in", "absent_in")) == {(first.pk, first.pk)}
    pulled.pull()
    assert not pulled.gone(), "Clever's data did not move on since"
    pulled.control.advance(3600)
    pulled.control.sync()
    second = pulled.pull()
    assert pulled.gone() == left
    assert set(rows.values_list("gone_in", "absent_in")) == {(second.pk, first.pk)}
    pulled.assert_mirror_is_truth()


def test_F40_many_omitted_come_back(pulled: World, few: int) -> None:
    students = pulled.ids("student")
    pulled.link(*students)
    pulled.control.faults([{"do": "omit", "count": few + 1, "on": 1, **STUDENTS}])
    pulled.pull()
    assert len(pulled.absent()) == few + 1
    pulled.control.clear_faults()
    pulled.control.advance(3600)
    pulled.control.sync()
    pulled.pull()
    assert not pulled.gone()
    pulled.assert_mirror_is_truth()


def test_F40_as_many_as_may_be_asked_for_are_asked_for(pulled: World, few: int) -> None:
    students = pulled.ids("student")
    pulled.link(*students)
    for student in students[:few]:
        pulled.control.remove(student)
    pulled.pull()
    assert pulled.gone() == set(students[:few])


def test_F40_absent_ones_are_asked_for_when_few_are_left(pulled: World, few: int) -> None:
    students = pulled.ids("student")
    pulled.link(*students)
    for student in students[: few + 1]:
        pulled.control.remove(student)
    pulled.pull()
    pulled.control.bring_back(students[0])
    pulled.pull()
    assert pulled.gone() == set(students[1 : few + 1])
    pulled.assert_mirror_is_truth()


def test_F49_an_unshared_school_is_seen_to_be_gone_with_its_people(pulled: World) -> None:
    school = pulled.control.schools()[0]["id"]
    before = set(pulled.live())
    pulled.control.unshare_school(school)
    pulled.pull()
    assert MirrorObject.objects.get(clever_id=school).gone_in is not None
    assert before - pulled.live().keys() == pulled.gone() != set()
    pulled.assert_mirror_is_truth()
    pulled.control.share_school(school)
    pulled.pull()
    assert MirrorObject.objects.get(clever_id=school).gone_in is None
    assert set(pulled.live()) == before


def test_F48_if_nobody_is_there_nobody_can_be_confirmed(pulled: World) -> None:
    everybody = set(pulled.live())
    pulled.link(*everybody)
    pulled.control.faults([{"do": "empty_list", "path": "/users"}])
    pull = pulled.pull()
    assert not asked_by_id(pulled)
    assert not pulled.gone()
    assert pulled.absent() == everybody
    assert all(walk.proved for walk in pull.walks.all())


def test_answers_that_do_not_even_find_somebody_present_are_not_believed(pulled: World) -> None:
    student = pulled.ids("student")[0]
    pulled.link(student)
    pulled.control.remove(student)
    rule = {"do": "status", "status": 404, "body": {"message": "Resource not found"}}
    pulled.control.faults([{**rule, "path": "/users/"}])
    pull = pulled.pull()
    assert not pulled.gone()
    assert pulled.walk(pull).doubt == "confirmation_failed"
    pulled.control.clear_faults()
    pulled.pull()
    assert pulled.gone() == {student}


def test_a_lost_role_is_confirmed_and_the_others_stay(pulled: World) -> None:
    """The staff list was read before the change, the person's own record after it."""
    two = next(r.clever_id for r in pulled.live().values() if r.roles == ["teacher", "staff"])
    pulled.link(two)
    pulled.control.faults(
        [
            {"do": "omit", "ids": [two], "path": "/users", "role": role}
            for role in ("teacher", "staff")
        ]
    )
    pulled.control.edit(two, {"roles.teacher": None}, sync=False)
    pull = pulled.pull()
    assert verdicts(pulled) == {two: "kept"}
    assert pulled.live()[two].roles == ["staff"]
    assert pulled.walk(pull, "student").proved
    pulled.control.clear_faults()
    pulled.pull()
    pulled.assert_mirror_is_truth()


def test_a_student_who_is_a_contact_now_is_gone(pulled: World) -> None:
    student = pulled.ids("student")[0]
    pulled.link(student)
    pulled.control.edit(student, {"roles": {"contact": {"phone": "555 0100"}}})
    pulled.pull()
    assert pulled.gone() == {student}
    assert asked_by_id(pulled)[1] == student


def test_a_teacher_who_turns_student_is_not_gone(pulled: World) -> None:
    teacher = pulled.ids("teacher")[0]
    pulled.link(teacher)
    school = pulled.control.schools()[0]["id"]
    role = {"student": {"school": school, "schools": [school], "sis_id": "77"}}
    pulled.control.edit(teacher, {"roles": role})
    pulled.pull()
    assert not pulled.gone()
    assert pulled.live()[teacher].roles == ["student"]
    pulled.assert_mirror_is_truth()


def test_confirmations_stop_at_the_deadline_and_go_on(
    pulled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absences, "GROUP", 2)
    students = pulled.ids("student")[:5]
    pulled.link(*students)
    for student in students:
        pulled.control.remove(student)
    slices = 1
    while not pulled.go_on(deadline=lambda: True).finished:
        slices += 1
    assert slices > 8
    assert pulled.gone() == set(students)
    assert len([who for who in asked_by_id(pulled) if who in students]) == 5


def test_killed_between_two_confirmations(
    pulled: World, crash_at: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(absences, "GROUP", 2)
    students = pulled.ids("student")[:5]
    pulled.link(*students)
    for student in students:
        pulled.control.remove(student)
    crash_at("pull.absences_confirmed", 2)
    with pytest.raises(Crash):
        pulled.go_on()
    assert not pulled.gone()
    crash_at("never")
    pulled.pull()
    assert pulled.gone() == set(students)
    assert len([who for who in asked_by_id(pulled) if who in students]) == 5


def test_absences_of_earlier_pulls_are_cleared_away(pulled: World) -> None:
    pulled.control.remove(pulled.ids("student")[0])
    pulled.pull()
    assert PullAbsence.objects.count() == 1
    pulled.pull()
    assert PullAbsence.objects.count() == 0
