"""Fixtures for every test: Redis and a browser. The database comes from pytest-django."""

import os
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
import redis
from django.core.management.commands import flush
from django.db import connection, connections
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import override_settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.services import TEST_CHROMIUM, TEST_REDIS_URL

FIRST_TEST_DATABASE = 8
FILLED_BY_DJANGO = {"auth_permission", "django_content_type"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Before the test database is made: threads of the live server are not to keep connections."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Lets no commit wait for the disk: a power cut would take the test database anyway."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            name = connection.settings_dict["NAME"]
            cursor.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        # Only sessions that begin from now on go by it.
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Empties tables by one message of DELETEs between tests, where Django needs 170 of several.

    TRUNCATE makes some 150 new files each time. Content types and permissions, which Django empties
    and at once fills again, stay as they are.
    """

    def delete(
        self: DatabaseOperations, style: object, tables: Sequence[str], **_: object
    ) -> list[str]:
        emptied = [f'DELETE FROM "{table}"' for table in tables if table not in FILLED_BY_DJANGO]
        # As a replica PostgreSQL checks no foreign keys, so that the order does not matter.
        replica = "SET session_replication_role = "
        return ["; ".join([f"{replica} replica", *emptied, f"{replica} DEFAULT"])]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", delete)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def plenty_of_requests() -> Iterator[None]:
    """Sandboxes of one seed have one token, whose minute all the tests of a process would share."""
    with override_settings(CLEVER_REQUESTS_PER_MINUTE=1_000_000):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_clients() -> Iterator[None]:
    """Spares each client of a test what a server does once, and each sign-in a slow hash."""
    with override_settings(
        # Without it styles and pictures are listed for each client.
        WHITENOISE_AUTOREFRESH=True,
        PASSWORD_HASHERS=["tests.quick_passwords.QuickHasher"],
    ):
        yield


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
