"""The log of a run and the Student Updates Log as files: whole, of one moment, audited, masked."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from core.vocabulary import RunState
from imports.models import PlannedChange, Run
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.scenes import Scene
from tests.pages.scenes_operations import edit
from tests.pages.test_run_page import log_of, worked

pytestmark = pytest.mark.django_db(transaction=True)
CSV = reverse("updates_csv", args=["maple"])


@pytest.fixture
def committed(transactional_db: None) -> Scene:
    return scenes.full()


def lines_of(run: Run, **asked: Any) -> list[str]:
    answer = signed_in(scenes.ALICE).get(log_of(run), asked)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="maple-run-{run.pk}.txt"'
    text: str = answer.getvalue().decode()
    return text.splitlines()


def test_B54_log_is_downloaded_with_steps_figures_problems_and_rows(committed: Scene) -> None:
    run = worked(committed)
    lines = lines_of(run)
    assert lines[0] == f"Clever Full Sync #{run.pk}"
    whole = "\n".join(lines)
    for words in ("Reading Clever, took 31.5 s: ", "14 requests to Clever",
                  "Create: 31 Students, 0 Teachers",
                  "64 of 640 Students", "2 wait under Resolve Alerts", "Clever sends TK",
                  "Clever ID beef", "Level: 3 -> 4  [Clever decides"):  # fmt: skip
        assert words in whole
    for change in PlannedChange.objects.filter(run=run).exclude(person=None):
        assert change.person is not None
        assert f"{change.person.first_name} {change.person.last_name}: " in whole
    assert AuditEvent.objects.filter(verb="log.exported", subject=f"run:{run.pk}").exists()


def test_H17_times_in_the_log_name_the_zone_and_UTC(committed: Scene) -> None:
    run = committed.runs["done"]
    Run.objects.filter(pk=run.pk).update(created_at=datetime(2026, 7, 1, 2, 30, tzinfo=UTC))
    queued = next(line for line in lines_of(run) if "Queued" in line)
    assert queued.startswith("2026-06-30 20:30:00 MDT (2026-07-01 02:30:00 UTC)  Queued")


def test_log_of_an_empty_run_says_nothing_happened(committed: Scene) -> None:
    run = scenes.run_row(committed.district, "live", RunState.CANCELLED, hours=0)
    lines = lines_of(run)
    assert lines[-1] == "Nobody."
    assert lines.count("Nothing.") == 4


def rows(client: Client, **asked: Any) -> list[dict[str, str]]:
    answer = client.get(CSV, asked)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="maple-updates-' in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_A62_log_is_downloaded_as_filtered_newest_first_and_audited(committed: Scene) -> None:
    alice = signed_in(scenes.ALICE)
    edit(committed.person, email="=HYPERLINK(1)")
    found_rows = rows(alice)
    assert found_rows[0]["what"] == "Edited here"
    assert found_rows[0]["new"] == "'=HYPERLINK(1)", "no spreadsheet runs it"
    times = [row["when"][:16] for row in found_rows]
    assert times == sorted(times, reverse=True)
    assert len({row["person"] for row in found_rows}) > 50
    held = rows(alice, outcome="held")
    assert {row["outcome"] for row in held} == {"Held"}
    assert {row["action"] for row in rows(alice, field="site")} >= {"Move school"}
    assert rows(alice, type="teacher") == []
    event = AuditEvent.objects.filter(verb="updates.exported").first()
    assert event is not None
    assert (event.actor, event.subject) == (scenes.ALICE, "student")


def test_GPA_is_masked_in_the_file_too(committed: Scene) -> None:
    edit(committed.person, weighted_gpa="3.75")
    (row,) = rows(signed_in(scenes.OLIVE), kind="edited")
    assert row["new"] == "•••"
