"""The documented production environment, and a way to start something with it."""

import os
import subprocess
import sys
from collections.abc import Mapping

from tests.house.floor_plan import ROOT

KEY = "b3NlbG9uZ2VyLXRoYW4tZmlmdHktY2hhcmFjdGVycy1hbmQtbWFkZS11cC1mb3ItdGVzdHM"
# What docs/operator.md tells to set; the test database stands in for theirs.
PRODUCTION = {
    "SECRET_KEY": KEY,
    "CONSOLE_URL": "https://console.example.org",
    "ALLOWED_HOSTS": "console.example.org",
    "TRUSTED_PROXIES": "1",
    "LOG_FORMAT": "json",
    "CLEVER_CLIENT_ID": "an-id",
    "CLEVER_CLIENT_SECRET": "a-secret",
}


def started(
    *command: str, environment: Mapping[str, str], without: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs a command of the console to its end, in this environment and no other."""
    given = {"PATH": os.environ["PATH"], "DATABASE_URL": os.environ["DATABASE_URL"], **environment}
    given.pop(without, None)
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
    )
