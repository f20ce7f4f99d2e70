"""Fixtures for every test: Redis and a browser. The database comes from pytest-django."""

import os
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from playwright.sync_api import Browser, Page, sync_playwright

from tests.services import TEST_CHROMIUM, TEST_REDIS_URL

FIRST_TEST_DATABASE = 8


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Before the test database is made: threads of the live server are not to keep connections."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Empties tables by DELETE between tests: TRUNCATE makes some 150 new files each time."""
    ordinary = DatabaseOperations.sql_flush

    def delete(
        self: DatabaseOperations, style: object, tables: Sequence[str], **_: object
    ) -> list[str]:
        # As a replica PostgreSQL checks no foreign keys, so that the order does not matter.
        deletes = [f'DELETE FROM "{table}"' for table in tables]
        return [
            "SET session_replication_role = replica",
            *deletes,
            "SET session_replication_role = DEFAULT",
        ]

    DatabaseOperations.sql_flush = delete  # type: ignore[method-assign, assignment]
    yield
    DatabaseOperations.sql_flush = ordinary  # type: ignore[method-assign]


@pytest.fixture
def redis_url(worker_id: str) -> Iterator[str]:
    """The URL of an empty Redis database; one of 8 to 15, another for each pytest-xdist worker."""
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    server = urlsplit(os.environ[TEST_REDIS_URL])
    url = server._replace(path=f"/{FIRST_TEST_DATABASE + number % 8}").geturl()
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield url
    client.flushdb()
    client.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; mark the test `needs_browser`."""
    # Playwright runs an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ[TEST_CHROMIUM],
            # Chromium's sandbox does not work for root, as which containers often run.
            chromium_sandbox=os.geteuid() != 0,
        )
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window of 1280 × 800, with cookies of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
