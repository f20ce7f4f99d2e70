"""The management commands of interfaces.md, as an operator uses them: from a sandbox Clever on."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from core.vocabulary import DataType, RunMode, RunState
from imports.actions import start_run
from imports.commands import follow
from imports.models import Alert, Hold, PlannedChange, Run
from schools.models import Person, School
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
COUNTED = {
    *("create", "update", "move", "link", "transfer", "restore", "conflict", "reject"),
    *("held", "unchanged"),
}


def said(name: str, *words: object, code: int = 0) -> str:
    """What a command prints on stdout, provided that it ends with this exit code."""
    out = io.StringIO()
    got = 0
    try:
        call_command(name, *map(str, words), stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        got = int(ended.code or 0)
    assert got == code
    return out.getvalue()


def document(name: str, *words: object, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(name, *words, code=code))
    return found


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=40, teachers=4, staff=2, schools=2, corners=False) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


def test_import_roster_tests_and_imports_and_prints_one_document(maple: World) -> None:
    tested = document("import_roster", "maple", "--test", "--inline", "--json")
    assert (tested["state"], tested["mode"]) == ("TESTED", "TEST")
    assert Person.objects.count() == 0
    live = document("import_roster", "maple", "--inline")
    assert set(live) == {
        *("run", "state", "mode", "counts", "problems", "holds", "alerts", "seconds", "message"),
    }
    assert (live["state"], live["mode"]) == ("COMPLETED", "LIVE")
    assert set(live["counts"]) == {"student", "teacher"}
    assert all(set(actions) >= COUNTED for actions in live["counts"].values())
    assert live["counts"]["student"]["create"] == 40
    assert live["counts"]["teacher"]["create"] == 4
    assert (live["holds"], live["alerts"], live["problems"]) == (0, 0, {})
    assert live["seconds"]
    again = document("import_roster", "maple", "--types", "student", "--full", "--inline")
    assert again["counts"]["student"]["unchanged"] == 40
    assert sum(again["counts"]["student"].values()) == 40


def test_F17_a_waiting_command_sees_the_end_of_a_run_that_others_work_on(maple: World) -> None:
    run = start_run(
        district=maple.district, mode=RunMode.LIVE, data_types=[DataType.STUDENT],
        requested_by="ana@maple.example", approved=True,
    ).run  # fmt: skip
    polls: list[float] = []

    def meanwhile(seconds: float) -> None:
        """Somewhere else, without a broker, somebody does what is due."""
        polls.append(seconds)
        said("run_due")

    ended = follow(run, inline=False, sleep=meanwhile)
    assert ended.state == RunState.COMPLETED
    assert len(polls) == 1
    assert Person.objects.count() == 40


def test_C01_a_test_and_the_import_after_it_export_the_same(maple: World) -> None:
    tested = document("import_roster", "maple", "--test", "--inline")["run"]
    live = document("import_roster", "maple", "--inline")["run"]

    def comparable(run: int) -> list[dict[str, Any]]:
        rows = [
            json.loads(line)
            for line in said("export_changes", run, "--format", "jsonl").splitlines()
        ]
        return [{k: v for k, v in row.items() if k not in ("run", "outcome")} for row in rows]

    rows = comparable(live)
    assert len(rows) == 44
    assert rows == comparable(tested)
    assert rows[0]["rules"]["last_name"].startswith("clever_decides")


def twin_of(maple: World, clever_id: str, **changes: Any) -> Person:
    """A record here that looks like somebody of Clever, known by no identifier."""
    payload = maple.clever.control.person(clever_id)
    student = payload["roles"]["student"]
    month, day, year = (int(part) for part in student["dob"].split("/"))
    values: dict[str, Any] = {
        "kind": "student",
        "roles": ["student"],
        "last_name": payload["name"]["last"],
        "first_name": payload["name"]["first"],
        "birth_date": f"{year}-{month:02}-{day:02}",
        "school": School.objects.get(district=maple.district, site_code="S01"),
    }
    return Person.objects.create(district=maple.district, **{**values, **changes})


def test_A66_alerts_are_listed_decided_and_processed(maple: World) -> None:
    one, other, third = maple.students()[:3]
    here, there = twin_of(maple, one), twin_of(maple, other)
    hidden = twin_of(maple, third)
    maple.sync()
    assert Person.objects.filter(clever_id__in=[one, other, third]).count() == 0
    listed = document("list_alerts", "maple", "--json")["alerts"]
    assert {row["clever_id"] for row in listed} == {one, other, third}
    alert = next(row for row in listed if row["clever_id"] == one)
    assert alert["reason"] == "likely_duplicate"
    assert [c["person"] for c in alert["candidates"]] == [here.pk]
    assert "same birth date" in alert["candidates"][0]["reasons"]
    assert str(here.pk) in said("list_alerts", "maple")

    by_id = {row["clever_id"]: row["id"] for row in listed}
    said("decide_alert", by_id[one], "--match", here.pk)
    said("decide_alert", by_id[other], "--create")
    said("decide_alert", by_id[third], "--match", hidden.pk)
    said("decide_alert", by_id[third], "--skip")
    maple.sync()
    assert Person.objects.filter(clever_id__in=[one, other]).count() == 0, "only staged (A66)"

    done = document("process_alerts", "maple", "--json")
    assert (done["state"], done["decisions"], done["skipped"]) == ("COMPLETED", 2, [])
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.clever_id, there.clever_id) == (one, None)
    assert Person.objects.exclude(pk=there.pk).get(clever_id=other)
    still = document("list_alerts", "maple", "--json")["alerts"]
    assert [row["clever_id"] for row in still] == [third]
    before = Run.objects.latest("pk")
    maple.sync()
    assert Person.objects.filter(clever_id__in=[one, other]).count() == 2
    assert before.pk < Run.objects.latest("pk").pk


def test_A48_before_the_first_import_a_test_shows_decisions_and_the_import_carries_them_out(
    maple: World,
) -> None:
    one, other = maple.students()[:2]
    here, there = twin_of(maple, one), twin_of(maple, other)
    maple.test()
    assert Alert.objects.filter(state="open").count() == 2
    ids = {a.clever_id: a.pk for a in Alert.objects.all()}
    said("decide_alert", ids[one], "--match", here.pk)
    assert "never these records" in said("decide_alert", ids[other], "--never")
    said("decide_alert", ids[other], "--skip")
    never = said("decide_alert", ids[other], "--never", there.pk)
    assert f"staged: never record {there.pk}" in never
    tested = maple.test()
    actions = {row.clever_id: row.action for row in maple.rows(tested)}
    assert (actions[one], actions[other]) == ("link", "create")
    assert Alert.objects.filter(state="staged").count() == 2
    assert not Person.objects.exclude(pk__in=[here.pk, there.pk]).exists()
    maple.sync(tested_run=tested)
    here.refresh_from_db()
    assert here.clever_id == one
    assert Person.objects.exclude(pk=there.pk).get(clever_id=other)
    assert set(Alert.objects.values_list("state", flat=True)) == {"decided"}


def test_C09_a_hold_is_listed_approved_and_applied(maple: World) -> None:
    maple.sync()
    gone = maple.clever_schools()[0].clever_id
    maple.clever.control.unshare_school(gone)
    held = document("import_roster", "maple", "--inline", "--full")
    assert held["holds"] >= 1
    assert not Person.objects.filter(status=4).exists()
    listed = document("list_holds", "maple", "--json")["holds"]
    assert len(listed) == held["holds"]
    assert listed[0]["schools"]
    assert said("list_holds", "maple").count("\n") == len(listed)
    student = next(hold for hold in listed if hold["type"] == "student")
    done = document("approve_hold", student["id"], "--json")
    assert done["state"].startswith("COMPLETED")
    assert done["counts"]["student"]["transfer"] == student["count"]
    assert Person.objects.filter(status=4, kind="student").count() == student["count"]


def test_C09_a_discarded_hold_is_not_raised_again(maple: World) -> None:
    maple.sync([DataType.STUDENT])
    maple.clever.control.share_role("student", False)
    maple.sync([DataType.STUDENT], full=True)
    hold = Hold.objects.get(state="open")
    said("discard_hold", hold.pk)
    maple.sync([DataType.STUDENT], full=True)
    assert not Hold.objects.filter(state="open").exists()
    assert not Person.objects.filter(status=4).exists()
    last = Run.objects.latest("pk")
    assert PlannedChange.objects.filter(run=last, exception="held").count() == 40


def test_import_roster_prints_the_document_of_a_failed_run_and_exits_with_one(
    maple: World,
) -> None:
    maple.clever.control.disconnect(404)
    failed = document("import_roster", "maple", "--inline", code=1)
    assert failed["state"] == "FAILED"
    assert failed["message"]
    assert failed["counts"]["student"]["create"] == 0
