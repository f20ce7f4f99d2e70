"""Runs over the API: read with their plans, started once for a key, cancelled, never decided."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from core.vocabulary import Action, DataType, RunMode, RunState, Trigger
from imports import actions
from imports.models import CalendarRange, PlannedChange, Run, RunRequest
from imports.words import KINDS
from integration_console.api.runs import Kind
from mappings.models import Ruleset
from tests.api.program import Program
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db
TEST = {"kind": "test", "data_types": ["student"]}
KEY = "night-2026-11-22"


def start(program: Program, body: Any, expect: int = 201, key: str = KEY) -> Any:
    return program.post("/runs", body, expect=expect, Idempotency_Key=key)


def runs_of(scene: Scene) -> int:
    return Run.objects.filter(district=scene.district).count()


def test_C28_runs_are_listed_newest_first_in_pages(reader: Program, maple: Scene) -> None:
    told = reader.all("/runs", 4)
    numbers = [run["id"] for run in told]
    assert numbers == sorted(numbers, reverse=True)
    assert set(numbers) == set(
        Run.objects.filter(district=maple.district).values_list("pk", flat=True)
    )
    tests = reader.all("/runs", 100, kind="test")
    assert tests and {run["mode"] for run in tests} == {"test"}
    assert reader.all("/runs", 100, state="active") == []


def test_C28_every_kind_of_run_can_be_asked_for(reader: Program, maple: Scene) -> None:
    """As on the page Operations."""
    assert list(get_args(Kind)) == [name for name, *_ in KINDS]
    file = Run.objects.create(
        district=maple.district, mode=RunMode.LIVE, trigger=Trigger.FILE,
        state=RunState.COMPLETED, data_types=["student"],
    )  # fmt: skip
    assert [run["id"] for run in reader.get("/runs", kind="file")["data"]] == [file.pk]


def test_C28_the_changes_of_a_run_are_its_plan(reader: Program, maple: Scene) -> None:
    run = maple.runs["done"]
    rows = reader.all(f"/runs/{run.pk}/changes", 7)
    stored = PlannedChange.objects.filter(run=run)
    assert {row["id"] for row in rows} == set(stored.values_list("pk", flat=True))
    assert len(rows) == stored.count()
    one = stored.filter(action=Action.UPDATE, exception=None).first()
    assert one is not None
    told = next(row for row in rows if row["id"] == one.pk)
    assert (told["outcome"], told["record"]) == ("applied", one.person_id)
    assert set(told["after"]) == set(one.before) | set(one.after)
    held = reader.all(f"/runs/{run.pk}/changes", 100, outcome="held")
    assert {row["outcome"] for row in held} <= {"held"}
    moves = reader.all(f"/runs/{run.pk}/changes", 100, action="update", type="student")
    assert {row["action"] for row in moves} == {"update"}


def test_C28_the_rows_of_a_purged_run_are_gone_and_the_answer_says_since_when(
    reader: Program, maple: Scene
) -> None:
    Run.objects.filter(pk=maple.runs["done"].pk).update(purged_at=timezone.now())
    told = reader.get(f"/runs/{maple.runs['done'].pk}/changes", expect=410)
    assert "were purged on" in told["detail"]
    assert reader.get(f"/runs/{maple.runs['done'].pk}")["counts"]


def test_C28_a_test_is_started_by_the_token_itself(actor: Program, maple: Scene) -> None:
    told = start(actor, TEST)
    run = Run.objects.get(pk=told["id"])
    assert (run.mode, run.state, run.district) == (RunMode.TEST, RunState.QUEUED, maple.district)
    assert run.requested_by.startswith("API token cic_")
    row = AuditEvent.objects.get(verb="test started", subject=f"run {run.pk}")
    assert row.actor == run.requested_by


def test_C28_the_same_key_starts_nothing_more_even_after_the_run(
    actor: Program, maple: Scene
) -> None:
    first = start(actor, TEST)
    before = runs_of(maple)
    assert start(actor, TEST, expect=200)["id"] == first["id"]
    Run.objects.filter(pk=first["id"]).update(state=RunState.TESTED)
    assert start(actor, TEST, expect=200)["id"] == first["id"]
    assert runs_of(maple) == before
    told = start(actor, {"kind": "sync"}, expect=409)
    assert told["code"] == "key_used"
    assert start(actor, TEST, key="another-key")["id"] != first["id"]


def test_C28_while_a_run_is_on_nothing_starts_and_the_key_stays_free(
    actor: Program, maple: Scene
) -> None:
    on = start(actor, TEST)["id"]
    told = start(actor, {"kind": "sync"}, expect=409, key="the-sync-key")
    assert (told["code"], told["run"]) == ("run_is_on", on)
    assert RunRequest.objects.count() == 1
    Run.objects.filter(pk=on).update(state=RunState.TESTED)
    assert start(actor, {"kind": "sync"}, key="the-sync-key")["trigger"] == "click"


def test_C28_an_import_names_its_test_and_is_refused_as_on_the_page(
    actor: Program, maple: Scene
) -> None:
    test = maple.runs["test"]
    named = {"kind": "import", "test": test.pk}
    old = timezone.now() - timedelta(hours=25)
    Run.objects.filter(pk=test.pk).update(finished_at=old)
    test.refresh_from_db()
    types = [DataType(t) for t in test.data_types]
    why = actions.why_not_start(maple.district, types, test)
    assert "more than 24 hours old" in why
    assert start(actor, named, expect=409)["detail"] == why
    told = start(actor, {"kind": "import", "test": maple.runs["done"].pk}, expect=409)
    assert told["code"] == "no_test"


def test_C28_a_good_test_is_imported_once(actor: Program, maple: Scene) -> None:
    test = maple.runs["test"]
    told = start(actor, {"kind": "import", "test": test.pk})
    assert (told["kind"], told["tested_run"], told["state"]) == ("Start Import", test.pk, "queued")
    assert not Run.objects.get(pk=told["id"]).approved
    Run.objects.filter(pk=told["id"]).update(state=RunState.COMPLETED)
    again = start(actor, {"kind": "import", "test": test.pk}, expect=409, key="second-key")
    assert (again["code"], again["run"]) == ("already_imported", told["id"])


def test_C28_where_the_page_asks_twice_a_program_is_refused(actor: Program, maple: Scene) -> None:
    today = timezone.now().date()
    days = CalendarRange.objects.create(
        district=maple.district, kind="blackout", name="State testing",
        first=today - timedelta(days=1), last=today + timedelta(days=1),
    )  # fmt: skip
    assert start(actor, {"kind": "sync"}, expect=409)["code"] == "blackout"
    days.delete()
    rules = Ruleset.objects.get(district=maple.district, data_type="student", state="active")
    Ruleset.objects.create(
        district=maple.district, data_type="student", state="draft", version=rules.version + 1
    )
    assert start(actor, {"kind": "sync"}, expect=409)["code"] == "unpublished"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "test"},
        {"kind": "import"},
        {"kind": "sync", "test": 3},
        {"kind": "sync", "data_types": ["student"]},
        {"kind": "test", "data_types": ["contacts"]},
        {"kind": "test", "data_types": ["student"], "approved": True},
        {"kind": "undo"},
        [],
        None,
    ],
)
def test_C28_what_is_not_an_order_starts_nothing(
    actor: Program, maple: Scene, body: object
) -> None:
    before = runs_of(maple)
    told = start(actor, body, expect=422)
    assert told["errors"]
    assert runs_of(maple) == before


def test_C28_without_a_key_nothing_starts(actor: Program, maple: Scene) -> None:
    told = actor.post("/runs", TEST, expect=422)
    assert "Idempotency" in told["errors"][0]["where"]


def test_C28_a_token_that_reads_starts_and_cancels_nothing(reader: Program, maple: Scene) -> None:
    before = runs_of(maple)
    told = start(reader, TEST, expect=403)
    assert told["detail"].startswith("This token may only read")
    reader.post(f"/runs/{maple.runs['done'].pk}/cancel", expect=403)
    assert runs_of(maple) == before


def test_C28_a_run_is_cancelled_and_one_that_has_ended_is_not(actor: Program, maple: Scene) -> None:
    on = start(actor, TEST)["id"]
    assert actor.post(f"/runs/{on}/cancel")["state"] == "cancelled"
    assert actor.post(f"/runs/{on}/cancel")["state"] == "cancelled"
    told = actor.post(f"/runs/{maple.runs['done'].pk}/cancel", expect=409)
    assert told["code"] == "run_has_ended"
    (row,) = AuditEvent.objects.filter(verb="run cancelled", subject=f"run {on}")
    assert row.actor.startswith("API token")


def test_C28_another_districts_runs_are_not_found(stranger: Program, maple: Scene) -> None:
    done = maple.runs["done"].pk
    for path in (f"/runs/{done}", f"/runs/{done}/changes"):
        stranger.get(path, expect=404)
    stranger.post(f"/runs/{done}/cancel", expect=404)
    test = {"kind": "import", "test": maple.runs["test"].pk}
    assert start(stranger, test, expect=409)["code"] == "no_test"
    assert done not in [run["id"] for run in stranger.all("/runs", 100)]


def test_C28_a_list_of_runs_or_changes_takes_as_many_queries_for_many_as_for_few(
    reader: Program, maple: Scene
) -> None:
    changes = f"/runs/{maple.runs['done'].pk}/changes"
    reader.get(changes)  # the first look of the hour is told
    for path, golden in (("/runs", 4), (changes, 8)):
        for limit in (1, 200):
            with CaptureQueriesContext(connection) as queries:
                reader.get(path, limit=limit)
            assert len(queries) == golden, (path, limit)
