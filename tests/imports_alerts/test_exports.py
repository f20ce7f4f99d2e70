"""export_changes: the plan rows of a run as a file (C01)."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.vocabulary import RunState
from imports.models import Run
from mappings.models import Ruleset
from schools.models import District
from tests.imports_alerts.setting import district, person, planned, run, school

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district()


def plan(of: Run, maple: District) -> None:
    """A small plan, written in no particular order."""
    one, two = school(maple, 1).pk, school(maple, 2).pk
    planned(
        of, "move", "c2", person_id=12, school=two, old_school=one,
        before={"site": one, "additional_sites": []},
        after={"site": two, "additional_sites": [one]},
    )  # fmt: skip
    planned(of, "conflict", "c4", why={"reason": "likely_duplicate", "candidates": [3, 7]})
    planned(of, "reject", "c3", why={"reason": "record_broken"})
    planned(
        of, "create", "c1", person_id=of.pk * 100, school=one,
        after={"last_name": "=Cmd", "site": one, "status": 1}, why={"match": "new"},
    )  # fmt: skip
    planned(of, "transfer", "c5", person_id=15, exception="held", before={"status": 1},
            after={"status": 4}, why={"absence": "confirmed"})  # fmt: skip
    planned(of, "update", "t1", data_type="teacher", person_id=16, exception="stale",
            before={"title": None}, after={"title": "Dr"})  # fmt: skip


def exported(of: Run, kind: str) -> str:
    out = io.StringIO()
    call_command("export_changes", str(of.pk), "--format", kind, stdout=out)
    return out.getvalue()


def documents(of: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported(of, "jsonl").splitlines()]


def test_C01_one_document_per_person_with_both_values_and_the_outcome(maple: District) -> None:
    of = run(maple, settings={"student": Ruleset.objects.get(data_type="student").pk})
    plan(of, maple)
    found = documents(of)
    assert [row["clever_id"] for row in found] == ["c1", "c2", "c3", "c4", "c5", "t1"]
    outcomes = ["applied", "applied", "rejected", "alert", "held", "stale"]
    assert [row["outcome"] for row in found] == outcomes
    moved = found[1]
    assert moved["before"] == {"site": "S1", "additional_sites": []}
    assert moved["after"] == {"site": "S2", "additional_sites": ["S1"]}
    assert (moved["person"], moved["action"], moved["type"]) == (12, "move", "student")
    assert found[0]["rules"]["last_name"] == "clever_decides name.last"
    assert found[3]["why"]["reason"] == "likely_duplicate"


def test_C01_one_csv_line_per_changed_field(maple: District) -> None:
    of = run(maple)
    plan(of, maple)
    rows = list(csv.DictReader(io.StringIO(exported(of, "csv"))))
    assert [(row["clever_id"], row["field"]) for row in rows] == [
        ("c1", "last_name"),
        ("c1", "site"),
        ("c1", "status"),
        ("c2", "additional_sites"),
        ("c2", "site"),
        ("c3", ""),
        ("c4", ""),
        ("c5", "status"),
        ("t1", "title"),
    ]
    assert rows[0]["after"] == "'=Cmd", "no spreadsheet runs it"
    assert (rows[4]["before"], rows[4]["after"]) == ("S1", "S2")
    assert rows[6]["why"] == "candidates: 3, 7; reason: likely_duplicate"


def test_C01_a_test_and_its_import_give_the_same_file_but_for_run_and_outcome(
    maple: District,
) -> None:
    test, live = run(maple, live=False), run(maple)
    plan(test, maple)
    plan(live, maple)

    def comparable(of: Run) -> list[list[str]]:
        return [row[1:-1] for row in csv.reader(io.StringIO(exported(of, "csv")))]

    assert comparable(test) == comparable(live)
    assert [row["outcome"] for row in documents(test)][:2] == ["tested", "tested"]


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (RunState.FAILED, "not_applied"),
        (RunState.READY, "waiting"),
        (RunState.COMPLETED, "applied"),
    ],
)
def test_the_outcome_follows_the_run(maple: District, state: RunState, outcome: str) -> None:
    of = run(maple, state=state)
    planned(of, "update", "c1", person=person(maple))
    assert documents(of)[0]["outcome"] == outcome


def test_an_unknown_run_is_one_sentence(maple: District) -> None:
    with pytest.raises(CommandError, match="There is no run 987"):
        exported(Run(pk=987), "csv")
