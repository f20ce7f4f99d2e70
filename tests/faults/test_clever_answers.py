"""Odd answers of Clever, as a run meets them (F38 to F48, F54)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from clever_sync import absences
from core.vocabulary import RunState, Status
from imports.models import Run
from schools.models import Person
from tests.faults.conftest import a_day_later
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
STUDENTS = {"path": "/users", "role": "student"}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many are asked for one by one in these tests, instead of 200."""
    monkeypatch.setattr(absences, "MOST_ASKED", 5)
    return 5


def gone_here() -> int:
    return Person.objects.filter(status=Status.TRANSFERRED).count()


def only_changed(here: World, who: str, run: Run) -> None:
    """The run wrote this one's change and nothing else."""
    assert run.state == RunState.COMPLETED
    assert [row.clever_id for row in here.rows(run, exception=None)] == [who]
    assert here.person(who).first_name == "Marigold"


def failed(run: Run, code: str) -> None:
    """A clear failure: told once, and no rest in vain."""
    assert (run.state, run.failure, run.rests) == (RunState.FAILED, code, 0), run.message
    assert run.events.filter(kind="failed").count() == 1
    assert "Nothing was imported by this run." in run.message


# Lists that leave people out


def test_F38_a_list_that_ends_early_is_read_on(maple: World) -> None:
    who = maple.students()[-1]
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    maple.clever.control.faults([{"do": "early_end", **STUDENTS}])
    run = maple.sync()
    only_changed(maple, who, run)
    assert "proved" not in run.message, "the request past the last id finds the others"


def test_F38_a_server_that_lies_consistently_removes_nobody(maple: World, few: int) -> None:
    """Its second pull confirms the first: then it is for the brakes, and for a person."""
    lie = {"do": "early_end", "consistent": True, **STUDENTS}
    maple.clever.control.faults([lie])
    for _ in range(3):
        run = maple.sync()
        assert gone_here() == 0
        a_day_later(maple)
    holds = [hold for hold in maple.holds() if hold.data_type == "student"]
    assert sum(hold.count for hold in holds) == 55
    assert {hold.cause for hold in holds} & {"many_transfers", "school_transfers"}
    assert "are held" in run.message


@pytest.mark.parametrize("count", [1, 20])
def test_F39_people_whom_a_page_left_out_are_asked_for_and_kept(maple: World, count: int) -> None:
    who = maple.students()[-1]
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    maple.clever.control.faults([{"do": "omit", "count": count, "on": 1, **STUDENTS}])
    run = maple.sync()
    only_changed(maple, who, run)
    assert gone_here() == 0
    assert maple.holds() == []
    assert run.problems["walk_unproved"] == 1
    assert "list of students could not be proved complete" in run.message


def test_F39_who_is_really_gone_is_taken_off_once_the_list_is_whole(maple: World) -> None:
    first, second, *_ = maple.students()
    maple.clever.control.remove(first)
    maple.clever.control.faults([{"do": "omit", "ids": [second], **STUDENTS}])
    maple.sync()
    assert gone_here() == 0, "one of them was there after all, so the list proves nothing"
    maple.clever.control.clear_faults()
    maple.sync()
    assert maple.person(first).status == Status.TRANSFERRED
    assert gone_here() == 1


def test_F40_many_left_out_wait_for_a_second_look(maple: World, few: int) -> None:
    before = maple.digest()
    maple.clever.control.faults([{"do": "omit", "count": few + 1, "on": 1, **STUDENTS}])
    run = maple.sync()
    assert maple.digest() == before
    assert {hold.cause for hold in maple.holds()} == {"absence_unconfirmed"}
    assert run.counts["student"]["held"] == few + 1
    maple.clever.control.clear_faults()
    a_day_later(maple)
    run = maple.sync()
    assert maple.digest() == before
    assert maple.holds() == []
    assert maple.rows(run) == []


def test_F40_many_who_left_are_taken_off_when_a_newer_list_agrees(maple: World, few: int) -> None:
    left = maple.students()[:: 80 // (few + 1)][: few + 1]
    for who in left:
        maple.clever.control.remove(who)
    maple.sync()
    assert gone_here() == 0
    maple.sync()
    assert gone_here() == 0, "the same data again is no second look"
    a_day_later(maple)
    maple.sync()
    assert gone_here() == few + 1
    assert maple.holds() == []


def test_F40_a_large_gap_is_held_even_if_it_lasts(maple: World, few: int) -> None:
    for _ in range(2):
        # A rule counts its requests, so each run has one of its own.
        maple.clever.control.faults([{"do": "omit", "count": 20, "on": 1, **STUDENTS}])
        maple.sync()
        a_day_later(maple)
    held = sum(hold.count for hold in maple.holds())
    assert gone_here() + held == 20
    assert gone_here() <= 8, "no more than the brakes let pass in an ordinary night"


# Lists that change or repeat themselves


def changes_on_the_way(here: World) -> list[dict[str, Any]]:
    """One moves, one leaves and one comes, each between two pages of students."""
    students = here.students()
    school = here.clever.control.schools()[1]["id"]
    moves = {"roles.student.school": school, "roles.student.schools": [school]}
    actions: list[tuple[str, dict[str, Any]]] = [
        ("edit", {"id": students[0], "changes": moves, "sync": False}),
        ("remove", {"id": students[70], "sync": False}),
        ("add_student", {"first": "Ines", "last": "Newcomer", "sis_id": "990017", "sync": False}),
    ]
    return [
        {"do": "run", "action": action, "args": args, "on": number, **STUDENTS}
        for number, (action, args) in enumerate(actions, start=2)
    ]


def test_F41_changes_between_two_pages_end_where_a_still_list_would(maple: World) -> None:
    maple.clever.control.faults(changes_on_the_way(maple))
    first = maple.sync()
    assert first.state == RunState.COMPLETED
    maple.clever.control.clear_faults()
    assert gone_here() <= 1
    maple.sync()
    here = {person.clever_id: person for person in maple.people(kind="student", status=1)}
    assert here.keys() == set(maple.students())
    for record in maple.clever.control.people(role="student", limit=100):
        person = here[record["id"]]
        assert person.last_name == record["name"]["last"]
        matched = person.school.matches.get()  # type: ignore[union-attr]
        assert matched.clever_school_id == record["roles"]["student"]["school"]
    again = maple.sync()
    assert maple.rows(again) == []


@pytest.mark.parametrize("always", [False, True])
def test_F42_somebody_who_stands_on_two_pages_is_one(maple: World, always: bool) -> None:
    first, *_, last = maple.students()
    maple.clever.control.edit(last, {"name.first": "Marigold"})
    maple.clever.control.remove(first)
    maple.clever.control.faults([{"do": "duplicate", **STUDENTS, "on": "2-" if always else 2}])
    run = maple.sync()
    assert run.state == RunState.COMPLETED
    assert maple.person(last).first_name == "Marigold"
    assert gone_here() == (0 if always else 1), "walked once more; again, and it proves nothing"
    assert ("proved complete" in run.message) is always
    assert len(maple.people(kind="student")) == 80


# Answers that lead astray


class Elsewhere:
    """A host that counts who comes, and wants to hear their secrets."""

    def __init__(self, server: socket.socket) -> None:
        self.place = f"127.0.0.1:{server.getsockname()[1]}"
        self.visits = 0
        self._server = server
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._server.accept()
                self.visits += 1
                visitor.close()


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = Elsewhere(server)
        yield host
        assert host.visits == 0, "somebody went there"


LEADS_AWAY = ("http://{place}{uri}", "//{place}{uri}", "http://127.0.0.1@{place}/", "/v3.1/../x")


def test_F43_a_next_page_elsewhere_is_refused(maple: World) -> None:
    before = maple.digest()
    with elsewhere() as host:
        for to in LEADS_AWAY:
            address = to.replace("{place}", host.place)
            maple.clever.control.faults([{"do": "next_to", "to": address, "path": "/users"}])
            run = maple.sync()
            failed(run, "unexpected_redirect")
            assert maple.clever.token not in run.message
    assert maple.digest() == before


def test_F44_a_redirect_is_not_followed(maple: World) -> None:
    before = maple.digest()
    with elsewhere() as host:
        for status, path in ((301, "/users"), (302, "/districts"), (307, "/users")):
            to = f"http://{host.place}/"
            rule = {"do": "redirect", "status": status, "to": to, "path": path}
            maple.clever.control.faults([rule])
            run = maple.sync()
            failed(run, "unexpected_redirect")
            assert "was not followed" in run.message
    assert maple.digest() == before


def raw(body: str) -> dict[str, Any]:
    return {"do": "raw", "body": body, **STUDENTS}


def test_F45_an_answer_too_large_or_too_deep_fails_the_run_and_nothing_else(
    maple: World, settings: Any
) -> None:
    settings.CLEVER_PAGE_BYTES = 2_000_000
    before = maple.digest()
    bomb = {"do": "gzip_bomb", "megabytes": 20, **STUDENTS}
    for fault in (bomb, raw("[" * 100_000), raw('{"data":' * 100_000)):
        maple.clever.control.faults([fault])
        failed(maple.sync(), "unexpected_answer")
    assert maple.digest() == before


@pytest.mark.parametrize(
    ("value", "problem"),
    [("9" * 5000, "wrong_type"), ("NaN", "wrong_type"), ('"' + "x" * 100_000 + '"', "too_long")],
    ids=["long number", "NaN", "long text"],
)
def test_F45_a_value_out_of_all_proportion_costs_itself_only(
    maple: World, value: str, problem: str
) -> None:
    """The record stands alone in the first page; its field stays, the others go on."""
    record = maple.clever.control.people(role="student", limit=1)[0]
    before = maple.person(record["id"]).first_name
    name = '{"first":%s,"last":"Okafor"}' % value  # noqa: UP031
    student = '{"data":{"id":"%s","name":%s,"roles":{"student":{"school":"%s","sis_id":"%s"}}}}'
    role = record["roles"]["student"]
    text = student % (record["id"], name, role["school"], role["sis_id"])
    maple.clever.control.faults([{**raw('{"data":[%s]}' % text), "on": 1}])  # noqa: UP031
    run = maple.sync()
    assert run.state == RunState.COMPLETED
    assert run.problems[problem] == 1
    person = maple.person(record["id"])
    assert (person.first_name, person.last_name) == (before, "Okafor")
    assert gone_here() == 0


# Doors that are closed


def test_F46_a_token_refused_from_the_start(maple: World) -> None:
    before = maple.digest()
    maple.clever.control.revoke_token()
    maple.clever.control.clear_requests()
    run = maple.sync()
    failed(run, "clever_token_refused")
    connection = maple.district.connection
    connection.refresh_from_db()
    assert (connection.state, connection.attention) == ("needs_attention", "clever_token_refused")
    assert run.events.filter(kind="connection_needs_attention").count() == 1
    assert len(list(maple.clever.requests)) <= 4, "no storm"
    assert maple.digest() == before


def test_F46_a_token_that_was_replaced_is_read_again_unnoticed(maple: World) -> None:
    who = maple.students()[0]
    maple.clever.control.edit(who, {"name.first": "Marigold"})
    rotate = {"do": "run", "action": "rotate_token", "args": {}, "on": 2, **STUDENTS}
    maple.clever.control.faults([rotate])
    only_changed(maple, who, maple.sync())


@pytest.mark.parametrize("answer", [401, 403, 404])
def test_F47_a_district_that_left_is_not_an_empty_one(maple: World, answer: int) -> None:
    before = maple.digest()
    maple.clever.control.disconnect(answer)
    run = maple.sync()
    failed(run, "clever_disconnected")
    connection = maple.district.connection
    connection.refresh_from_db()
    assert connection.state == "disconnected"
    assert maple.digest() == before
    assert maple.holds() == []


@pytest.mark.parametrize("version", ["v3.9", "v4.0"])
def test_F54_a_retired_version_is_one_clear_failure(
    maple: World, settings: Any, version: str
) -> None:
    before = maple.digest()
    settings.CLEVER_API_URL = f"{maple.clever.url}/{version}"
    run = maple.sync()
    failed(run, "api_retired")
    assert "no longer serves the version" in run.message
    connection = maple.district.connection
    connection.refresh_from_db()
    assert connection.state == "ready", "it is ours to mend, not the district's"
    assert maple.digest() == before
