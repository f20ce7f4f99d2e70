"""Problems from the run that met them first to the run that does not meet them any more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from clever_sync.models import Pull, PullFill
from core.vocabulary import DataType, RunState
from imports.models import Run, RunProblem, StandingProblem
from imports.standing.found import Wanted, figures, in_words, new_in, standing
from schools.models import School
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
STUDENTS = (DataType.STUDENT,)


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=60, teachers=8, staff=6, schools=3, corners=False) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


def stands(maple: World, code: str) -> list[StandingProblem]:
    found = StandingProblem.objects.filter(district=maple.district, code=code)
    return list(found.order_by("pk"))


def give_grade(maple: World, people: list[str], grade: str) -> None:
    for who in people:
        maple.clever.control.edit(who, {"roles.student.grade": grade})


def test_C06_C19_a_new_code_is_told_with_its_people_from_the_first_run_to_the_last(
    maple: World,
) -> None:
    maple.sync()
    assert not stands(maple, "code_unknown")
    before = {p.clever_id: p.grade for p in maple.people(kind="student")}
    some = maple.students()[:7]
    give_grade(maple, some, "TransitionalTK")
    first = maple.test()
    (met,) = stands(maple, "code_unknown")
    assert (met.field, met.value, met.people) == ("grade", "TransitionalTK", 7)
    assert (met.first_run, met.last_run, met.runs) == (first, first, 1)
    assert ("student", "code_unknown", "grade", "TransitionalTK") in new_in(first)

    give_grade(maple, some[:2], "5")
    second = maple.sync()
    (met,) = stands(maple, "code_unknown")
    assert (met.first_run, met.last_run, met.runs, met.people) == (first, second, 2, 5)
    assert new_in(second) == set()
    for who in some[2:]:
        assert maple.person(who).grade == before[who], "a code without a rule is never guessed"

    quiet = maple.sync()
    (met,) = stands(maple, "code_unknown")
    assert (met.last_run, met.people, met.closed_at) == (quiet, 5, None), "it stays until mended"

    give_grade(maple, some, "5")
    last = maple.sync()
    (met,) = stands(maple, "code_unknown")
    assert met.closed_at == last.now
    assert figures(maple.district) == (0, 0)

    give_grade(maple, some[:1], "TransitionalTK")
    again = maple.sync()
    assert [one.first_run for one in stands(maple, "code_unknown")] == [first, again]


def test_C06_a_new_school_is_told_with_the_people_who_wait_for_its_match(maple: World) -> None:
    maple.sync()
    school = maple.clever.control.add_school(name="Quarry Lane Elementary")
    for _ in range(4):
        maple.clever.control.add_student(school=school)
    run = maple.sync()
    (met,) = stands(maple, "school_unmatched")
    assert (met.people, met.value, met.first_run) == (4, "Quarry Lane Elementary", run)
    assert len(maple.people(kind="student")) == 60, "nobody is guessed into a school"
    maple.match_all_schools()
    maple.sync()
    (met,) = stands(maple, "school_unmatched")
    assert met.closed_at is not None
    assert len(maple.people(kind="student")) == 64


def test_C19_a_run_of_other_data_types_closes_nothing_that_it_did_not_look_at(
    maple: World,
) -> None:
    maple.sync()
    give_grade(maple, maple.students()[:3], "TransitionalTK")
    maple.sync()
    maple.sync([DataType.TEACHER])
    (met,) = stands(maple, "code_unknown")
    assert (met.closed_at, met.runs) == (None, 1)


def test_C19_a_failure_stands_until_a_run_gets_through(maple: World) -> None:
    maple.sync()
    maple.clever.control.add_faults([{"do": "status", "status": 400, "path": "/users"}])
    failed = [maple.sync(), maple.sync()]
    assert {run.state for run in failed} == {RunState.FAILED}
    (met,) = stands(maple, "clever_bad_request")
    assert (met.first_run, met.last_run, met.runs) == (failed[0], failed[1], 2)
    maple.clever.control.clear_faults()
    run = maple.sync()
    (met,) = stands(maple, "clever_bad_request")
    assert met.closed_at == run.now


def test_C21_a_field_that_lost_its_values_is_told_before_anything_is_written(
    maple: World,
) -> None:
    maple.sync()
    kept = {p.clever_id: p.email for p in maple.people(kind="student")}
    maple.clever.control.bulk_edit("student", "email", None)
    told = maple.test()
    (met,) = stands(maple, "fill_collapsed")
    assert (met.data_type, met.field, met.people) == ("student", "Email", 60)
    assert met.value.endswith("% before, 0 % now")
    assert RunProblem.objects.filter(run=told, code="fill_collapsed").exists()
    maple.sync()
    assert {p.clever_id: p.email for p in maple.people(kind="student")} == kept
    (one,) = in_words(
        maple.district,
        list(standing(maple.district, Wanted(code="fill_collapsed"), told.now or told.created_at)),
        {},
    )
    assert "Email had a value for most people" in one.said.explanation


def test_C21_after_seven_days_the_new_share_is_the_usual_one(maple: World) -> None:
    maple.sync()
    maple.clever.control.bulk_edit("student", "email", None)
    maple.sync()
    assert stands(maple, "fill_collapsed")[0].closed_at is None
    for pull in Pull.objects.filter(connection__district=maple.district):
        assert pull.finished_at is not None
        Pull.objects.filter(pk=pull.pk).update(finished_at=pull.finished_at - timedelta(days=8))
    maple.sync()
    assert stands(maple, "fill_collapsed")[0].closed_at is not None


def test_C21_a_quiet_night_counts_nothing_anew(maple: World) -> None:
    first = maple.sync().pull
    maple.sync()
    counted = PullFill.objects.filter(pull__connection__district=maple.district)
    assert set(counted.values_list("pull", flat=True)) == {first.pk if first else None}
    assert counted.get(role="student", source="").people == 60


def test_C21_a_school_that_is_no_longer_shared_is_told(maple: World) -> None:
    maple.sync()
    school = maple.clever_schools()[0]
    people = len(maple.people(kind="student", school=School.objects.get(site_code="S01")))
    maple.clever.control.unshare_school(school.clever_id)
    maple.test()
    (met,) = stands(maple, "school_no_longer_shared")
    assert met.value == school.payload["name"]
    assert met.people >= people > 0
    maple.clever.control.share_school(school.clever_id)
    maple.test()
    (met,) = stands(maple, "school_no_longer_shared")
    assert met.closed_at is not None


def test_C21_an_extension_field_that_comes_later_is_told_once(maple: World) -> None:
    maple.sync()
    who = maple.students()[0]
    maple.clever.control.edit(who, {"roles.student.ext.bus_route": "12"})
    maple.sync()
    (met,) = stands(maple, "extension_field_new")
    assert met.field == "student.ext.bus_route"
    assert Run.objects.filter(district=maple.district).latest("pk").problems == {
        "extension_field_new": 0
    }
