"""What waits for a person, over the API: read, and never decided there. And how all stands."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from core.vocabulary import HoldState, Outcome
from imports.models import Alert, Hold, PlannedChange
from integration_console.api.document import document
from schools.models import School
from tests.api.program import Program, secret_of
from tests.pages import scenes
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db


def open_hold(scene: Scene) -> Hold:
    hold = Hold.objects.filter(district=scene.district, state=HoldState.OPEN).first()
    assert hold is not None
    return hold


def test_C28_held_changes_are_told_with_their_cause_schools_and_rows(
    reader: Program, maple: Scene
) -> None:
    hold = open_hold(maple)
    told = next(one for one in reader.all("/holds", 1) if one["id"] == hold.pk)
    assert (told["cause"], told["count"], told["run"]) == (hold.cause, hold.count, hold.run_id)
    assert told["title"] and told["what_to_do"]
    codes = {s.site_code for s in School.objects.filter(district=maple.district)}
    assert {at["site"] for at in told["schools"]} <= codes | {None}
    rows = reader.all(f"/holds/{hold.pk}/changes", 2)
    held = PlannedChange.objects.filter(hold=hold, exception=Outcome.HELD)
    assert [row["id"] for row in rows] == sorted(held.values_list("pk", flat=True))
    assert {row["outcome"] for row in rows} <= {"held"}


def test_C28_decided_holds_are_told_when_asked_for(reader: Program, maple: Scene) -> None:
    hold = open_hold(maple)
    Hold.objects.filter(pk=hold.pk).update(state=HoldState.DISCARDED)
    assert hold.pk not in [one["id"] for one in reader.all("/holds", 100)]
    assert [one["id"] for one in reader.all("/holds", 100, state="discarded")] == [hold.pk]
    assert hold.pk in [one["id"] for one in reader.all("/holds", 100, state="all")]


def test_C28_alerts_are_told_with_the_records_they_may_be(reader: Program, maple: Scene) -> None:
    told = reader.all("/alerts", 1)
    waiting = Alert.objects.filter(district=maple.district, state__in=["open", "staged"])
    assert [one["id"] for one in told] == sorted(waiting.values_list("pk", flat=True))
    scores = [c["score"] for c in told[0]["candidates"]]
    assert scores == sorted(scores, reverse=True)
    assert reader.all("/alerts", 10, state="decided") == []


def test_C28_another_districts_holds_and_alerts_are_not_found(
    stranger: Program, maple: Scene, birch: Scene
) -> None:
    hold = open_hold(maple)
    stranger.get(f"/holds/{hold.pk}/changes", expect=404)
    assert hold.pk not in [one["id"] for one in stranger.all("/holds", 100, state="all")]
    mine = set(Alert.objects.filter(district=birch.district).values_list("pk", flat=True))
    assert {one["id"] for one in stranger.all("/alerts", 100, state="all")} <= mine


def test_C28_nothing_that_a_person_must_look_at_is_decided_over_the_api() -> None:
    acts = {path for path, of in document()["paths"].items() if set(of) - {"get"}}
    assert acts == {"/api/v1/runs", "/api/v1/runs/{run}/cancel"}
    routes = [str(one.pattern) for one in get_resolver().url_patterns if "api" in str(one.pattern)]
    assert routes == ["api/"]


def test_C28_schools_are_told_by_their_codes(reader: Program, maple: Scene) -> None:
    told = reader.all("/schools", 5)
    stored = School.objects.filter(district=maple.district)
    assert {one["site_code"] for one in told} == set(stored.values_list("site_code", flat=True))


def test_C28_status_says_how_the_integration_stands(
    reader: Program, stranger: Program, maple: Scene
) -> None:
    told = reader.get("/status")
    assert told["district"]["slug"] == "maple"
    assert (told["connection"], told["enabled"]) == ("ready", True)
    assert told["last_import"]["mode"] == "live"
    assert told["headline"]["days"] == 14
    assert told["waiting"]["held_changes"] == sum(
        Hold.objects.filter(district=maple.district, state="open").values_list("count", flat=True)
    )
    assert stranger.get("/status")["district"]["slug"] == "birch"


def test_C28_status_of_a_new_district_says_that_nothing_was_yet(db: None) -> None:
    juniper = scenes.empty()
    told = Program(secret_of(juniper.district, scenes.ALICE)).get("/status")
    nothing = {"connection", "last_import", "running", "next_run_at", "headline"}
    assert {name for name in nothing if told[name] is None} == nothing


@pytest.mark.parametrize(
    ("path", "golden"), [("/holds", 5), ("/alerts", 6), ("/schools", 4), ("/status", 13)]
)
def test_C28_queries_do_not_grow_with_what_waits(
    reader: Program, stranger: Program, path: str, golden: int
) -> None:
    for program in (reader, stranger):
        program.get(path)  # the first look of the hour is told
        with CaptureQueriesContext(connection) as queries:
            program.get(path)
        assert len(queries) == golden, [q["sql"][:90] for q in queries]
