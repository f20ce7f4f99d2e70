"""Killing real worker processes, and the twin that shows what should have come of it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection as database

from clever_sync.models import Connection
from imports.models import Run
from tests.world import World, world

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
Story = Callable[[World], object]


def twin_digest(story: Story, **sandbox: Any) -> str:
    """The digest of a district that takes the same steps without faults (engine.md 12)."""
    with world(slug="twin", **sandbox) as twin:
        twin.connect()
        story(twin)
        digest = twin.digest()
        # Clever knows one district by this id; the next world is to be that one.
        Connection.objects.filter(district=twin.district).delete()
    return digest


def environment(of: World) -> dict[str, str]:
    """What another process needs to work in the same test: its database and its sandbox."""
    at = database.settings_dict
    host = quote(at["HOST"] or "", safe="")
    user = quote(at["USER"] or "", safe="")
    password = f":{quote(at['PASSWORD'], safe='')}" if at["PASSWORD"] else ""
    port = f":{at['PORT']}" if at["PORT"] else ""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "integration_console.settings",
        "SECRET_KEY": "for-tests-only",
        "DATABASE_URL": f"postgres://{user}{password}@{host}{port}/{at['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "CLEVER_API_URL": of.clever.api_url,
        "CLEVER_AUTH_URL": of.clever.auth_url,
        "CLEVER_CLIENT_ID": of.clever.client_id,
        "CLEVER_CLIENT_SECRET": of.clever.client_secret,
        "CLEVER_PAGE_SIZE": str(settings.CLEVER_PAGE_SIZE),
    }


def kill_worker(of: World, run: Run, point: str, *, passing: int = 1, how: str = "SIGKILL") -> int:
    """Lets a process of its own work on `run` until it dies at `point`; returns its exit code.

    0 means that the point was never reached and the run went to its end.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.worker", str(run.pk), point, str(passing), how],
        cwd=ROOT,
        env=environment(of),
        timeout=SECONDS,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -9, 137, -15), done.stderr.decode()[-2000:]
    return done.returncode


def lease_is_over(run: Run) -> None:
    """As if the 120 seconds of the dead worker's lease had passed."""
    Run.objects.filter(pk=run.pk).update(lease_until="2020-01-01T00:00:00Z")
