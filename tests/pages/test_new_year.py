"""The new-school-year assistant: the plan of a test, school by school, and the brakes (C24)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.vocabulary import RunState
from imports.models import PlannedChange, Run
from imports.new_year.figures import preview
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.pages.scenes import PASSWORD, Scene
from tests.pages.scenes_brakes import figures, keep
from tests.pages.scenes_new_year import plan, row

PAGE = reverse("new_school_year", args=["maple"])


@pytest.fixture
def summer(maple: Scene) -> Scene:
    """The last test is that of a new year: 900 of 4,800 leave."""
    plan(maple, maple.runs["test"])
    keep(maple.runs["test"], figures(maple, transfer=900, update=40))
    return maple


def tile(shown: str, name: str) -> str:
    return shown.partition(f"{name}</dt><dd><strong>")[2].partition("<")[0]


def test_C24_graduates_moves_grades_and_newcomers_school_by_school(
    summer: Scene, alice: Client
) -> None:
    run = summer.runs["test"]
    found = preview(run)
    rows = list(PlannedChange.objects.filter(run=run).select_related("person"))
    seniors = sum(r.action == "transfer" for r in rows)
    moves = sum(r.action == "move" for r in rows)
    assert (found.total.graduates, found.total.leavers, found.total.new) == (seniors, 0, 25)
    assert found.total.away == found.total.come == moves == sum(p.count for p in found.moves)
    assert sum(p.count for p in found.grades) == found.total.grades
    assert {pair.new for pair in found.moves} == {summer.schools[1].name}
    shown = said(alice.get(PAGE))
    assert tile(shown, "Graduates") == str(seniors) and tile(shown, "New") == "25"
    assert f'As planned by <a href="/d/maple/operations/{run.pk}/">' in shown
    assert "All schools" in shown and summer.schools[1].name in shown


def test_C24_a_leaver_below_the_last_grade_is_no_graduate(maple: Scene) -> None:
    run = maple.runs["test"]
    person = maple.district.people.filter(kind="student", grade="5").first()
    assert person
    row(run, person, "transfer").save()
    found = preview(run)
    assert (found.total.graduates, found.total.leavers) == (0, 1)
    assert [school.leavers for school in found.schools] == [1]


def test_C24_exactly_the_brakes_that_trip_are_raised_for_the_run(
    summer: Scene, alice: Client
) -> None:
    shown = said(alice.get(PAGE))
    assert 'name="student-many_transfers" value="900"' in shown
    sent = {
        "student-many_transfers": "900", "because": "New year", "password": PASSWORD,
        "start": "test",
    }  # fmt: skip
    alice.post(reverse("raise_brakes", args=["maple"]), sent)
    run = Run.objects.get(state=RunState.QUEUED)
    assert run.raised_brakes == {"student": {"many_transfers": 900}}


def test_C24_a_test_that_trips_nothing_needs_nothing(maple: Scene, alice: Client) -> None:
    keep(maple.runs["test"], figures(maple, transfer=3))
    shown = said(alice.get(PAGE))
    assert "No brake would trip." in shown and "password" not in shown
    assert "The test changes no student's school or grade" in shown.replace("&#x27;", "'")


def test_C24_without_a_test_the_page_says_what_to_do(juniper: Scene, alice: Client) -> None:
    assert "When your SIS has the new year" in said(alice.get("/d/juniper/setup/new-school-year/"))


def test_C24_an_outdated_test_is_to_be_repeated(summer: Scene, alice: Client) -> None:
    Run.objects.filter(pk=summer.runs["test"].pk).update(settings={"student": 1})
    shown = said(alice.get(PAGE))
    assert "Settings or matched schools were changed after that test." in shown
    assert "Start Import of test" not in shown
    assert shown.count("button primary") == 1, "to test again, not to sync"
    Run.objects.filter(pk=summer.runs["test"].pk).update(settings=summer.runs["test"].settings)
    assert said(alice.get(PAGE)).count("button primary") == 1


@pytest.mark.parametrize("who", [scenes.BOB, scenes.OLIVE, scenes.SAM])
def test_C24_others_see_the_figures_and_raise_nothing(summer: Scene, who: str) -> None:
    shown = said(signed_in(who).get(PAGE))
    assert "Brakes would trip." in shown and 'type="password"' not in shown


def test_C24_strangers_and_librarians_find_nothing(summer: Scene, charlie: Client) -> None:
    assert charlie.get(PAGE).status_code == signed_in(scenes.LEE).get(PAGE).status_code == 404


def test_C24_queries_do_not_grow_with_the_plan(summer: Scene, alice: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(PAGE).status_code == 200
        return len(queries)

    before = count()
    for _ in range(3):
        plan(summer, summer.runs["test"])
    assert count() == before == GOLDEN


GOLDEN = 20
