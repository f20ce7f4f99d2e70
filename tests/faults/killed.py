"""Worker processes that are killed, frozen or let go, and the twin that shows what should be.

A worker is forked from the test, so that it needs no start of its own: a process with a database
connection and threads of its own, which a real SIGKILL ends without a word.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection as database
from django.db import connections

from clever_sync.models import Connection
from core import fault_points
from imports.driver import drive
from imports.models import Run
from tests.world import World, world

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60.0
FAILED = 70
Story = Callable[[World], object]
_parents_connections: list[object] = []


@dataclass
class Worker:
    """A worker process."""

    pid: int

    def wait(self, seconds: float = SECONDS) -> int:
        """Its exit code when it ends; minus the number of the signal that ended it."""
        return self._wait(0, seconds)

    def wait_until_frozen(self, seconds: float = SECONDS) -> None:
        """Returns when it has been stopped by SIGSTOP."""
        assert self._wait(os.WUNTRACED, seconds) == signal.SIGSTOP

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _wait(self, options: int, seconds: float) -> int:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, options | os.WNOHANG)
            if pid:
                if os.WIFSTOPPED(status):
                    return os.WSTOPSIG(status)
                code = os.waitstatus_to_exitcode(status)
                assert code != FAILED, "the worker raised; see its traceback"
                return code
            time.sleep(0.01)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("the worker never ended")


def start_worker(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> Worker:
    """Lets a process of its own do some work; it exits with 0 when it comes to the end."""
    pid = os.fork()
    if pid:
        return Worker(pid)
    try:
        _forget_the_parents_connection()
        before()
        work()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        os._exit(FAILED)
    os._exit(0)


def _forget_the_parents_connection() -> None:
    # Kept, for closing it would say good-bye to the server in the parent's name.
    for one in connections.all(initialized_only=True):
        _parents_connections.append(one.connection)
        one.connection = None


def dies_at(
    point: str, *, passing: int = 1, how: int | None = signal.SIGKILL
) -> Callable[..., Any]:
    """A hook of the fault points: a signal to this process; `how` None is exit code 137."""
    passed = 0

    def hook(name: str) -> None:
        nonlocal passed
        passed += name == point
        if name == point and passed == passing:
            if how is None:
                os._exit(137)
            os.kill(os.getpid(), how)

    return hook


def kill_worker(run: Run, point: str, *, passing: int = 1, how: int | None = signal.SIGKILL) -> int:
    """Lets a worker drive `run` until it dies at `point`; returns its exit code.

    0 means that the point was never reached and the run went to its end.
    """
    return drive_in_worker(run, dies_at(point, passing=passing, how=how)).wait()


def drive_in_worker(run: Run, hook: Callable[[str], None], **before: Any) -> Worker:
    """A worker that drives a run with a hook at the fault points."""

    def work() -> None:
        fault_points.install(hook)
        drive(run.pk, sleep=lambda _: None)

    return start_worker(work, **before)


def lease_is_over(run: Run) -> None:
    """As if the 120 seconds of the dead worker's lease had passed."""
    Run.objects.filter(pk=run.pk).update(lease_until="2020-01-01T00:00:00Z")


_digests: dict[object, str] = {}


def twin_digest(here: World, story: Story, **sandbox: Any) -> str:
    """The digest of a district that takes the same steps without faults (engine.md 12).

    Clever knows one district by this id, so ours is let go first. Told once per story and size.
    """
    key = (story, tuple(sorted(sandbox.items())))
    if key not in _digests:
        Connection.objects.filter(district=here.district).delete()
        with world(slug="twin", **sandbox) as twin:
            twin.connect()
            story(twin)
            _digests[key] = twin.digest()
    return _digests[key]


def environment_of_database() -> str:
    """The DATABASE_URL of the test's database, for programs that are started anew."""
    at = database.settings_dict
    user, password = quote(at["USER"] or "", safe=""), quote(at["PASSWORD"] or "", safe="")
    options = dict(at.get("OPTIONS") or {})
    query = {"host": options["host"]} if "host" in options else {}
    port = f":{at['PORT']}" if at["PORT"] else ""
    host = at["HOST"] or ""
    url = f"postgres://{user}:{password}@{host}{port}/{at['NAME']}"
    return f"{url}?{urlencode(query)}" if query else url


def environment(of: World, **more: str) -> dict[str, str]:
    """What another program needs to work in the same test: its database and its sandbox."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "integration_console.settings",
        "SECRET_KEY": "for-tests-only",
        "DATABASE_URL": environment_of_database(),
        "CLEVER_API_URL": of.clever.api_url,
        "CLEVER_AUTH_URL": of.clever.auth_url,
        "CLEVER_CLIENT_ID": of.clever.client_id,
        "CLEVER_CLIENT_SECRET": of.clever.client_secret,
        "CLEVER_PAGE_SIZE": str(settings.CLEVER_PAGE_SIZE),
        **more,
    }
