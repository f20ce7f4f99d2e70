"""The whole story as a stranger walks it: by commands alone, from an empty database on.

100 of 400 students and some teachers are here before Clever is connected. Nobody is doubled, the
test says what the import then does, a second import does nothing, and every change in Clever
arrives as engine.md says.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.terminal import Town, a_worker, does, in_a_process, iso, refuses, tells, town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

STUDENTS, EXISTING, EVERY = 400, 100, 4
TEACHERS, THEIRS = 30, 6
WRITES = ("create", "update", "move", "link", "transfer", "restore", "conflict", "reject")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Town]:
    sizes = {"students": STUDENTS, "teachers": TEACHERS, "staff": 8, "schools": 6, "seed": 4}
    with town(tmp_path, **sizes) as walked:
        walked.open()
        yield walked


def people_before_clever(story: Town) -> None:
    """Every fourth student by SIS ID, with a barcode that Clever knows nothing of."""
    sites = story.sites()
    lines = ["sis_id,student_number,first_name,last_name,birth_date,site,barcode"]
    for number, one in enumerate(story.shared("student")[::EVERY]):
        role, name = one["roles"]["student"], one["name"]
        born = iso(role["dob"]) if role.get("dob") else ""
        lines.append(
            f"{role['sis_id']},{role['student_number']},{name['first']},{name['last']},{born},"
            f"{sites[role['school']]},B{number:04}"
        )
    loaded = tells("load_people", "story", story.file("students.csv", lines), "--type", "student")
    assert loaded["created"] == EXISTING
    lines = ["sis_id,first_name,last_name,email,site"]
    for one in story.shared("teacher")[:: TEACHERS // THEIRS]:
        role, name = one["roles"]["teacher"], one["name"]
        lines.append(
            f"{role['sis_id']},{name['first']},{name['last']},{one['email']},"
            f"{sites[role['school']]}"
        )
    loaded = tells("load_people", "story", story.file("teachers.csv", lines), "--type", "teacher")
    assert loaded["created"] == THEIRS


def writes(document: dict[str, Any]) -> dict[str, int]:
    """What a run did to people, all types together, without what it did not do."""
    counts = document["counts"].values()
    sums = {action: sum(of_type[action] for of_type in counts) for action in WRITES}
    return {action: number for action, number in sums.items() if number}


def test_A01_A48_B13_B19_the_story_by_commands(story: Town) -> None:
    people_before_clever(story)
    assert "not connected" in refuses("import_roster", "story", "--test", "--inline")
    link = "https://clever.com/oauth/instant-login?client_id=4c63c1cf623dce82caac&district_id="
    does("connect_clever", "story", f"{link}{story.clever.district_id}")
    assert "sites must be mapped" in refuses("enable_clever", "story")
    matched = tells("match_schools", "story", "--auto")
    assert (len(matched["matched"]), matched["clever_open"]) == (6, [])
    assert "switched off" in refuses("import_roster", "story", "--inline")
    does("enable_clever", "story")

    before = story.digest()
    tested = story.runs("--test")
    assert (tested["state"], tested["mode"], tested["alerts"]) == ("TESTED", "TEST", 0)
    assert story.digest() == before

    live = story.runs()
    assert (live["state"], live["mode"]) == ("COMPLETED", "LIVE")
    assert set(live["seconds"]) == {"pull", "plan", "check", "apply"}
    assert live["counts"] == tested["counts"]
    assert live["problems"] == tested["problems"]
    students, teachers = live["counts"]["student"], live["counts"]["teacher"]
    assert (students["link"], students["create"]) == (EXISTING, STUDENTS - EXISTING)
    assert (teachers["link"], teachers["create"]) == (THEIRS, TEACHERS - THEIRS)
    assert plan_of(story, live["run"]) == plan_of(story, tested["run"])
    nobody_is_doubled(story)
    after = story.digest()
    assert after != before

    for words in ((), ("--full",), ("--test", "--full")):
        again = story.runs(*words)
        assert writes(again) == {}
        assert again["counts"]["student"]["unchanged"] == STUDENTS
        assert story.digest() == after
    assert does("export_changes", live["run"] + 1).count("\n") == 1, "the header alone"


def plan_of(story: Town, run: int) -> list[dict[str, Any]]:
    """A run's plan for comparing: without the number of the run and what became of the row."""
    rows = story.changes(run)
    assert {row["run"] for row in rows} == {run}
    return [{k: v for k, v in row.items() if k not in ("run", "outcome")} for row in rows]


def nobody_is_doubled(story: Town) -> None:
    for role, size, numbered in (("student", STUDENTS, EXISTING), ("teacher", TEACHERS, 0)):
        records = story.records(role)
        shared = {one["id"]: one["roles"][role] for one in story.shared(role)}
        assert len(records) == len(shared) == size
        assert {row["clever_id"] for row in records} == set(shared)
        for row in records:
            assert row["sis_id"] == shared[row["clever_id"]]["sis_id"]
        assert sum(bool(row["barcode"]) for row in records) == numbered, "A08: still there"


def test_B07_B08_B32_C16_what_changes_in_clever_arrives(story: Town) -> None:
    people_before_clever(story)
    story.connect()
    story.runs("--types", "student,teacher,staff")
    changed, moved, removed, untouched = (one["id"] for one in story.shared("student")[:16:4])
    control = story.clever.control
    was = {who: story.record(who) for who in (changed, moved, removed, untouched)}
    assert all(record["barcode"] for record in was.values())
    there = next(s for s in control.schools() if story.sites()[s["id"]] != was[moved]["site"])
    control.edit(changed, {"name.first": "Marigold", "roles.student.location.city": "Elmton"})
    control.edit(moved, {"roles.student.school": there["id"],
                         "roles.student.schools": [there["id"]]})  # fmt: skip
    control.remove(removed)
    teacher, staff = two_employees(story)
    employees = {row["id"] for row in story.records("teacher") + story.records("staff")}
    control.merge_employees(teacher, staff)

    night = story.runs("--types", "student,teacher,staff")

    assert writes(night) == {"update": 2, "move": 1, "transfer": 2}
    now = {who: story.record(who) for who in was}
    assert now[changed] == {**was[changed], "first_name": "Marigold", "city": "Elmton"}
    assert now[moved] == {
        **was[moved],
        "site": story.sites()[there["id"]],
        "additional_sites": None,
    }
    assert now[removed] == {**was[removed], "status": 4}
    assert now[untouched] == was[untouched]
    (gained,) = (row for row in story.changes(night["run"]) if row["clever_id"] == teacher)
    assert gained["after"]["staff_id"]
    assert gained["rules"]["staff_id"] == "clever_decides staff.staff_id"
    both = story.record(teacher, "teacher")
    assert both["roles"] == ["staff", "teacher"]
    assert both["id"] == story.record(teacher, "staff")["id"], "one record under both types"
    assert {r["id"] for r in story.records("teacher") + story.records("staff")} == employees
    assert story.record(staff, "staff")["status"] == 4

    control.bring_back(removed)
    assert writes(story.runs("--types", "student,teacher,staff")) == {"restore": 1}
    assert story.record(removed) == was[removed]
    assert writes(story.runs("--types", "student,teacher,staff")) == {}


def two_employees(story: Town) -> tuple[str, str]:
    def only(role: str) -> str:
        return str(next(p["id"] for p in story.shared(role) if list(p["roles"]) == [role]))

    return only("teacher"), only("staff")


def test_the_commands_are_processes_with_exit_codes(story: Town) -> None:
    """One walk through manage.py itself: a document on stdout, one line on stderr, a code."""
    story.connect()
    done = in_a_process("import_roster", "story", "--inline", "--json")
    assert done.code == 0, done.err
    assert done.document["counts"]["student"]["create"] == STUDENTS
    lost = in_a_process("state_digest", "nowhere")
    assert (lost.code, lost.out) == (1, "")
    assert lost.err.splitlines() == ['CommandError: There is no district "nowhere".']
    story.clever.control.disconnect(404)
    failed = in_a_process("import_roster", "story", "--inline", "--json")
    assert (failed.code, failed.document["state"]) == (1, "FAILED")
    assert failed.err.splitlines() == [failed.document["message"]]


@pytest.mark.needs_redis
def test_a_worker_does_what_the_command_waits_for(story: Town, redis_url: str) -> None:
    """Without --inline the command starts a run, and a worker elsewhere does it."""
    people_before_clever(story)
    story.connect()
    tested = story.runs("--test")
    with a_worker(redis_url):
        done = in_a_process("import_roster", "story", "--json", REDIS_URL=redis_url)
    assert done.code == 0, done.err
    live = done.document
    assert (live["state"], live["counts"]) == ("COMPLETED", tested["counts"])
    assert plan_of(story, live["run"]) == plan_of(story, tested["run"])
    assert writes(story.runs()) == {}
