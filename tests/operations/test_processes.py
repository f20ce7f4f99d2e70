"""The processes of docker-compose.yml by hand, while they are killed, emptied and doubled.

gunicorn, two Celery workers and two clocks, on a real PostgreSQL and Redis, against the sandbox.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as console

from core.vocabulary import RunState
from imports.models import Run
from integration_console.embedded import broker, ports, processes
from tests.faults.conftest import SIZE
from tests.faults.killed import environment_of_database, lease_is_over, twin_digest
from tests.faults.test_killed_workers import disturb
from tests.house.floor_plan import ROOT
from tests.invariants import assert_invariants_of
from tests.operations.compose import Machine
from tests.operations.environment import KEY
from tests.operations.site import Visitor
from tests.world import World, world

pytestmark = [
    *(pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.needs_redis),
]
SYNC = "/d/maple/sync-now/"


def wait_for(what: str, condition: Callable[[], bool], machine: Machine, seconds: int = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never: {what}\n{machine.logs()[-6000:]}"
        time.sleep(0.05)


class Redis:
    """A Redis that can be killed and comes back empty, at the same place."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, ports.any_free()
        self.start()

    @property
    def url(self) -> str:
        return broker.url(self.port)

    def start(self) -> None:
        server = broker.installed()
        assert server
        self.child = broker.start(server, self.folder, self.port)

    def kill(self) -> None:
        self.child.process.send_signal(signal.SIGKILL)
        self.child.process.wait()


@pytest.fixture
def here(settings: object) -> Iterator[World]:
    settings.CLEVER_PAGE_SIZE = 5  # type: ignore[attr-defined]
    with world(**SIZE) as ready:
        ready.connect()
        yield ready


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    started = Redis(tmp_path / "redis")
    yield started
    started.child.stop()


@pytest.fixture
def machine(here: World, redis: Redis, tmp_path: Path) -> Iterator[Machine]:
    """The services as the file has them; the secrets as files."""
    secrets, port = tmp_path / "secrets", ports.any_free()
    secrets.mkdir()
    for name, value in {
        "secret_key": KEY, "database_url": environment_of_database(),
        "email_url": "dummymail://", "clever_client_secret": here.clever.client_secret,
        "metrics_token": "let-me-in",
    }.items():  # fmt: skip
        (secrets / name).write_text(value + "\n")
    made = Machine(
        tmp_path,
        places={
            "redis://redis:6379/0": redis.url,
            "0.0.0.0:8000": f"127.0.0.1:{port}",
            "/run/secrets": str(secrets),
        },
        variables={
            "CONSOLE_URL": f"http://127.0.0.1:{port}", "REQUIRE_SECOND_FACTOR": "false",
            "CLEVER_CLIENT_ID": here.clever.client_id, "CLEVER_API_URL": here.clever.api_url,
            "CLEVER_AUTH_URL": here.clever.auth_url, "WEB_CONCURRENCY": "1",
            "WORKER_CONCURRENCY": "1", "CLEVER_PAGE_SIZE": str(console.CLEVER_PAGE_SIZE),
        },
    )  # fmt: skip
    # As the Dockerfile does it.
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input"]
    subprocess.run(collect, cwd=ROOT, env=made.environment("web"), check=True, capture_output=True)
    yield made
    made.stop()


def kill(child: processes.Child) -> None:
    """As the kernel does when memory is short: the worker and what it has forked."""
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def pages_of(run: Run) -> int:
    run.refresh_from_db()
    return sum(walk.pages for walk in run.pull.walks.all()) if run.pull else 0


def two_nights(here: World) -> None:
    """What the twin does: a first import, and a full sync after a day on which things changed."""
    here.sync()
    disturb(here)
    here.sync(full=True)


def test_F13_F15_F16_production_processes_lose_nothing_and_double_nothing(
    here: World, redis: Redis, machine: Machine
) -> None:
    assert here.sync().state == RunState.COMPLETED
    disturb(here)
    here.clever.control.set_page_delay(0.2)
    first = machine.start("worker", 1)
    web = machine.start("web")
    url = machine.variables["CONSOLE_URL"]
    port = int(url.rpartition(":")[2])
    wait_for("pages", lambda: ports.answers(port) or web.ended, machine)
    visitor = Visitor(url, here.district)

    # A worker dies in mid-import, and the broker forgets everything.
    page = visitor.send("/d/maple/", SYNC)
    assert "has been queued" in page.text
    run = Run.objects.latest("pk")
    wait_for("a page of the pull", lambda: pages_of(run) > 1, machine)
    kill(first)
    redis.kill()
    redis.start()
    run.refresh_from_db()
    assert run.state == RunState.VALIDATING, "killed in the middle"
    lease_is_over(run)
    here.clever.control.set_page_delay(0)
    machine.start("worker", 2)
    machine.start("beat", 1)
    wait_for("the end", lambda: state_of(run) == RunState.COMPLETED, machine)
    run.refresh_from_db()
    assert run.fence == 2
    after_the_crash = here.digest()

    # Redis is away when somebody clicks; what was clicked is begun when it is back.
    redis.kill()
    page = visitor.send("/d/maple/", SYNC)
    assert "has been queued" in page.text
    clicked = Run.objects.latest("pk")
    assert clicked.pk != run.pk and state_of(clicked) == RunState.QUEUED
    ready = visitor.get("/readyz")
    assert (ready.status_code, ready.json()["parts"]["broker"]["ok"]) == (503, False)
    redis.start()
    machine.start("beat", 2)
    wait_for("the clicked run", lambda: state_of(clicked) == RunState.COMPLETED, machine)
    assert visitor.get("/readyz").json()["ready"] is True
    assert Run.objects.count() == 3, "nothing was doubled"
    assert_invariants_of(here.district)
    machine.stop()
    nobody_is_in_the_logs(here, machine)
    digests = {after_the_crash, here.digest(), twin_digest(here, two_nights, **SIZE)}
    assert len(digests) == 1


def state_of(run: Run) -> str:
    return Run.objects.values_list("state", flat=True).get(pk=run.pk)


def nobody_is_in_the_logs(here: World, machine: Machine) -> None:
    """I11, in what the processes really wrote."""
    text = machine.logs()
    for person in here.people():
        assert f'"{person.last_name}' not in text and f" {person.last_name} " not in text
        assert not person.email or person.email not in text
    assert here.clever.client_secret not in text and KEY not in text
    told = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert any(line.get("route") == "d/<slug:slug>/sync-now/" for line in told)
