"""A pytest plugin: the services that tests need, ready before Django reads its settings.

PostgreSQL is the one in DATABASE_URL, else an embedded one in a temporary folder. Redis is the one
in REDIS_URL, else a redis-server found on the path. A browser is CHROMIUM, else a Chromium found on
the path. Tests marked `needs_redis` or `needs_browser` are skipped without them, which the last
lines of the output say; with CI=true they fail.

Tests see the default settings, whatever the shell has: Redis is given by the fixture `redis_url`
only, so that no other test ever talks to it.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from integration_console.embedded import broker, ports
from integration_console.embedded.postgres import Postgres
from integration_console.embedded.processes import Child

TEST_REDIS_URL = "TEST_REDIS_URL"
TEST_CHROMIUM = "TEST_CHROMIUM"
SETTINGS_OF_THE_SHELL = (
    *("ALLOWED_HOSTS", "CLEVER_API_URL", "CLEVER_AUTH_URL", "CLEVER_CLIENT_ID"),
    *("CLEVER_CLIENT_SECRET", "CLEVER_PAGE_SIZE", "CONSOLE_URL", "DEBUG", "DEFAULT_FROM_EMAIL"),
    *("DEMONSTRATION", "EMAIL_URL", "HSTS_SECONDS", "LOG_FORMAT", "METRICS_ADDRESSES"),
    *("METRICS_TOKEN", "OVERDUE_HOURS", "REDIS_URL", "REQUIRE_SECOND_FACTOR"),
    *(
        "SALES_CONTACT",
        "SANDBOX_SCENARIO",
        "SANDBOX_URL",
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "TRUSTED_PROXIES",
        "SUPPORT_EMAIL",
        "SUPPORT_PHONE",
    ),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NEEDS = {
    "needs_redis": (TEST_REDIS_URL, "Redis", "Install redis-server or set REDIS_URL."),
    "needs_browser": (TEST_CHROMIUM, "a browser", "Install Chromium or set CHROMIUM to its path."),
}


class Services:
    """What this pytest process started, to be stopped at its end."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="console-tests-"))
        # Passable for PostgreSQL, whose own folder in it is closed to others.
        self.folder.chmod(0o711)
        self.postgres: Postgres | None = None
        self.redis: Child | None = None

    def start(self) -> None:
        redis_url = os.environ.get("REDIS_URL", "")
        for name in SETTINGS_OF_THE_SHELL:
            os.environ.pop(name, None)
            os.environ.pop(f"{name}_FILE", None)
        os.environ["SECRET_KEY"] = "only-for-tests"
        if not os.environ.get("DATABASE_URL"):
            self.postgres = Postgres(
                self.folder / "postgres", self.folder / "postgres.log", careless=True
            )
            self.postgres.start()
            os.environ["DATABASE_URL"] = self.postgres.url("postgres")
        server = broker.installed()
        if not redis_url and server:
            port = ports.any_free()
            self.redis = broker.start(server, self.folder, port)
            redis_url = broker.url(port)
        os.environ[TEST_REDIS_URL] = redis_url
        os.environ[TEST_CHROMIUM] = find_browser() or ""

    def stop(self) -> None:
        if self.redis:
            self.redis.stop()
        if self.postgres:
            self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def find_browser() -> str | None:
    """The path of a Chromium: the one in CHROMIUM, else the first on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def is_worker() -> bool:
    """True in a process of pytest-xdist, whose parent has started the services already."""
    return "PYTEST_XDIST_WORKER" in os.environ


# Here and not in a hook: pytest-django reads the settings before any hook of ours could run.
services = None if is_worker() else Services()
if services:
    try:
        services.start()
    except BaseException:
        services.stop()
        raise


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose service is missing; in CI that is a failure."""
    for marker, (variable, thing, cure) in NEEDS.items():
        if item.get_closest_marker(marker) and not os.environ[variable]:
            if os.environ.get("CI") == "true":
                pytest.fail(f"needs {thing}, and CI=true allows no skips. {cure}", pytrace=False)
            pytest.skip(f"needs {thing}")


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """Says loudly what could not run."""
    yield
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for _, thing, cure in NEEDS.values():
        missed = sum(f"needs {thing}" in reason for reason in reasons)
        if missed:
            terminalreporter.section(f"NOT RUN for want of {thing}: {missed} tests", "!", red=True)
            terminalreporter.line(f"{cure} With CI=true this is a failure.")


def pytest_unconfigure() -> None:
    """Stops what was started."""
    if services:
        with suppress(OSError):
            services.stop()
