"""Charts of imports, changes and leavers, per district and per school (C22)."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from core.vocabulary import RunMode, RunState, Trigger
from imports import school_figures
from imports.models import PlannedChange, Run, SchoolFigures
from integration_console.charts.figures import SPANS, bars
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import BOB, LEE, Scene

CHARTS = "/d/maple/operations/charts/"


def figures(run: Run) -> dict[int, tuple[int, int, int]]:
    found = SchoolFigures.objects.filter(run=run)
    return {f.school: (f.joined, f.changed, f.left) for f in found}


def row(run: Run, action: str, school: int | None, **more: Any) -> PlannedChange:
    return PlannedChange(run=run, data_type="student", action=action, school=school, **more)


@pytest.mark.parametrize("days", sorted(SPANS))
def test_C22_bars_reach_to_today_and_hold_every_import(maple: Scene, days: int) -> None:
    # Each night of the scene began two hours before this time of day; soon after midnight that is
    # the day before, and the first of them a fortnight ago.
    later = {name: F(name) + timedelta(hours=3) for name in ("created_at", "finished_at")}
    Run.objects.filter(district=maple.district, trigger=Trigger.SCHEDULE).update(**later)
    found = bars(maple.district, None, days, timezone.now())
    assert len(found) == -(-days // SPANS[days])
    assert (found[-1].last - found[0].first).days + 1 == days
    assert {(b.last - b.first).days + 1 for b in found[1:]} == {SPANS[days]}
    assert [b.first for b in found[1:]] == [b.last + timedelta(days=1) for b in found[:-1]]
    runs = Run.objects.filter(district=maple.district, mode="live", state__startswith="completed")
    assert sum(bar.imports for bar in found) == runs.count() == 14
    counted = sum(of_type.get("transfer", 0) for run in runs for of_type in run.counts.values())
    assert sum(bar.left for bar in found) == counted > 0


def test_C22_what_a_run_did_at_each_school_is_counted_once(maple: Scene) -> None:
    run = scenes.run_row(maple.district, RunMode.LIVE, RunState.COMPLETED, hours=1)
    one, two, three = (school.pk for school in maple.schools[:3])
    PlannedChange.objects.bulk_create([
        row(run, "create", one), row(run, "restore", one), row(run, "update", one),
        row(run, "update", two), row(run, "move", two, old_school=one),
        row(run, "transfer", two), row(run, "transfer", two, exception="held"),
        row(run, "update", three, exception="stale"), row(run, "reject", three),
        row(run, "link", three), row(run, "transfer", None, old_school=three),
    ])  # fmt: skip
    school_figures.note(run.pk)
    assert figures(run) == {one: (2, 1, 1), two: (1, 1, 1), three: (0, 0, 1)}


def test_C22_chart_of_a_school_is_of_its_own_figures(maple: Scene, alice: Client) -> None:
    school = maple.schools[2]
    SchoolFigures.objects.create(
        run=maple.runs["done"], school=school.pk, joined=12, changed=1204, left=5
    )
    page = alice.get(CHARTS, {"school": school.pk})
    found = page.context["bars"]
    assert [(b.joined, b.changed, b.left) for b in found if b.imports] == [(12, 1204, 5)]
    text = page.content.decode()
    assert "Show as table" in text and "1,204" in text and "<svg" in text
    assert f"over time in {school.name}" in text
    other = alice.get(CHARTS, {"school": maple.schools[4].pk}).content.decode()
    assert "No import has changed anything in these days" in other and "<svg class" not in other


def test_C22_charts_are_for_readers_and_files_for_those_who_may(maple: Scene) -> None:
    for email, status, file in ((BOB, 200, 403), (LEE, 404, 404), (scenes.SAM, 200, 403)):
        client = signed_in(email)
        assert client.get(CHARTS).status_code == status
        assert client.get("/d/maple/operations/charts.csv").status_code == file
    alice = signed_in(scenes.ALICE)
    answer = alice.get("/d/maple/operations/charts.csv", {"days": 90})
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert lines[0] == ["from", "to", "imports", "joined", "changed", "left"]
    assert sum(int(line[2]) for line in lines[1:]) == 14
    assert AuditEvent.objects.filter(verb="charts.exported").count() == 1


def test_C22_wrong_filter_is_said_and_another_districts_school_is_none(
    maple: Scene, juniper: Scene, alice: Client
) -> None:
    other = juniper.district.schools.first()
    assert other
    text = alice.get(CHARTS, {"school": str(other.pk), "days": "12"}).content.decode()
    assert "choose one of the district&#x27;s schools" in text and "How far back: choose" in text


def test_C22_chart_reads_no_row_of_a_plan(maple: Scene, alice: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        alice.get(CHARTS, {"days": 365, "school": maple.schools[0].pk})
    assert not any("plannedchange" in query["sql"] for query in asked.captured_queries)
    assert len(asked) == 7
