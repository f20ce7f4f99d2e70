"""A program on the wire: real requests to the live server, from the token to the plan."""

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
import requests
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from accounts.models import ApiToken, Membership, User
from core.vocabulary import MemberRole, TokenScope
from imports.models import Run
from tests.api.program import assert_as_documented, secret_of
from tests.world import World, world

OWNER = "ada@maple.example"


@pytest.fixture
def ready(transactional_db: None) -> Iterator[World]:
    with world(students=12, teachers=3, staff=2, schools=3, corners=False) as made:
        made.connect()
        owner = User.objects.create_user(OWNER)
        Membership.objects.create(district=made.district, user=owner, role=MemberRole.OWNER)
        yield made


class Wire:
    """A program that speaks HTTP."""

    def __init__(self, server: LiveServer, secret: str) -> None:
        self.at = f"{server.url}/api/v1"
        self.session, self.started = requests.Session(), 0
        self.session.headers["Authorization"] = f"Bearer {secret}"

    def ask(self, method: str, path: str, expect: int = 200, **more: Any) -> Any:
        answer = self.session.request(method, f"{self.at}{path}", timeout=30, **more)
        assert answer.status_code == expect, answer.text[:500]
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert_as_documented(method.lower(), f"/api/v1{path}", expect, kind, answer.json())
        assert "Set-Cookie" not in answer.headers
        return answer.json()

    def start(self, body: Any, expect: int = 201) -> Any:
        self.started += 1
        key = {"Idempotency-Key": f"number-{self.started}"}
        return self.ask("POST", "/runs", expect, json=body, headers=key)

    def run(self, world: World, kind: str, **more: Any) -> Any:
        """Starts a run, and looks at it when a worker has done it."""
        begun = self.start({"kind": kind, **more})
        world.drive(Run.objects.get(pk=begun["id"]))
        return self.ask("GET", f"/runs/{begun['id']}")

    def rows(self, run: Any) -> Any:
        return self.ask("GET", f"/runs/{run['id']}/changes", params={"limit": 500})["data"]


def test_C28_from_a_test_to_an_import_to_the_records_on_the_wire(
    ready: World, live_server: LiveServer
) -> None:
    wire = Wire(live_server, secret_of(ready.district, OWNER, TokenScope.ACT))
    assert wire.ask("GET", "/status")["last_import"] is None
    test = wire.run(ready, "test", data_types=["student", "teacher"])
    # Before the first import a person looks at the test; no program says yes for them.
    named = {"kind": "import", "test": test["id"]}
    refused = wire.start(named, expect=409)
    assert refused["code"] == "first_import_by_people"
    assert wire.ask("GET", "/records")["data"] == []
    assert ready.sync().state == "completed"

    ready.clever.control.edit(ready.students()[0], {"name.first": "Zora"})
    test = wire.run(ready, "test", data_types=["student", "teacher"])
    planned = wire.rows(test)
    assert {row["outcome"] for row in planned} == {"tested"}
    live = wire.run(ready, "import", test=test["id"])
    assert live["state"] == "completed"
    written = wire.rows(live)
    assert {row["outcome"] for row in written} == {"applied"}
    # The plan shown is the plan written, and what is written is what stands.
    assert [(r["clever_id"], r["after"]) for r in planned] == [
        (r["clever_id"], r["after"]) for r in written
    ]
    records = {r["id"]: r for r in wire.ask("GET", "/records", params={"limit": 500})["data"]}
    assert len(records) == 15
    (row,) = written
    assert row["after"]["first_name"] == "Zora"
    for name, value in row["after"].items():
        assert records[row["record"]]["fields"][name] == value
    (event, *_) = wire.ask("GET", f"/records/{row['record']}/history")["data"]
    assert (event["run"], event["by"][:14]) == (live["id"], "API token cic_")


def test_C28_of_the_same_request_sent_many_times_at_once_one_run_begins(
    ready: World, live_server: LiveServer
) -> None:
    secret = secret_of(ready.district, OWNER, TokenScope.ACT)
    body = {"kind": "test", "data_types": ["student"]}
    together, answers = Barrier(6), list[requests.Response]()

    def send() -> None:
        together.wait()
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "only-once"}
        url = f"{live_server.url}/api/v1/runs"
        answers.append(requests.post(url, json=body, headers=headers, timeout=60))

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Run.objects.count() == 1
    assert ApiToken.objects.get().calls <= 6
