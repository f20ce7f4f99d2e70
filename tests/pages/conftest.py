"""Fixtures of the page tests: scenes for the Django client, and a site that a browser looks at."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from tests.pages import scenes
from tests.pages.copies import copied, standing_in
from tests.pages.scenes import Scene

STUDENTS, TEACHERS = 20_000, 1_200


def signed_in(email: str) -> Client:
    """A client that has signed in, without the cost of a password."""
    client = Client()
    client.force_login(
        User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def alice(db: None) -> Client:
    scenes.user(scenes.ALICE)
    return signed_in(scenes.ALICE)


@pytest.fixture
def bob(db: None) -> Client:
    scenes.user(scenes.BOB)
    return signed_in(scenes.BOB)


@pytest.fixture
def charlie(db: None) -> Client:
    scenes.user(scenes.CHARLIE)
    return signed_in(scenes.CHARLIE)


@pytest.fixture(scope="module")
def maple_of_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Made once for a module, in a transaction around those of its tests; never committed."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # as Django's own tests do it
        with around:
            yield scenes.full()
            transaction.set_rollback(True)


@pytest.fixture
def maple(maple_of_module: Scene, db: None) -> Scene:
    """A district after fourteen nights, as new for each test."""
    return deepcopy(maple_of_module)


@pytest.fixture
def juniper(db: None) -> Scene:
    """A district on its first day."""
    return scenes.empty()


@dataclass
class Site:
    """The console on a port, with three districts in it."""

    url: str
    empty: Scene
    full: Scene
    trouble: Scene
    browser: Browser
    sessions: dict[str, str]
    open: dict[str | None, Page] = field(default_factory=dict)

    def page(self, email: str | None) -> Page:
        """This user's page, opened once for the module."""
        if email not in self.open:
            self.open[email] = self.window(email).new_page()
        return self.open[email]

    def window(self, email: str | None, width: int = 1280, scheme: str = "light") -> BrowserContext:
        """A window in which this user has signed in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-US",
            base_url=self.url,
        )
        context.set_default_timeout(15_000)
        if email:
            session = self.sessions[email]
            context.add_cookies([{"name": "sessionid", "value": session, "url": self.url}])
        return context


@dataclass(frozen=True)
class Furnished:
    """A database with three districts in it, and what is known of them."""

    database: str
    empty: Scene
    full: Scene
    trouble: Scene
    sessions: dict[str, str]


@pytest.fixture(scope="session")
def furnished(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Furnished]:
    """The scenes of the browser tests, committed, in a database beside that of the tests."""
    with django_db_blocker.unblock():
        tests = connection.settings_dict["NAME"]
        assert tests.startswith("test_")
        connection.close()
        with copied(tests, f"{tests}_furnished") as database:
            with standing_in(database):
                full = scenes.full(students=STUDENTS, teachers=TEACHERS, running=True)
                empty, trouble = scenes.empty(), scenes.trouble()
                dress(empty, full, trouble)
                with connection.cursor() as cursor:
                    # As runs do at their end: without figures PostgreSQL plans for a handful.
                    cursor.execute("ANALYZE")
                emails = list(User.objects.values_list("email", flat=True))
                sessions = {e: signed_in(e).cookies["sessionid"].value for e in emails}
            yield Furnished(database, empty, full, trouble, sessions)


@pytest.fixture(scope="module")
def site(
    browser: Browser, furnished: Furnished, django_db_blocker: DjangoDbBlocker
) -> Iterator[Site]:
    """The console with its scenes, as new for each module of browser tests.

    Mark such a test `django_db`, or pytest-django makes no database for it.
    """
    as_made = deepcopy(furnished)
    with (
        django_db_blocker.unblock(),
        copied(as_made.database, f"{as_made.database}_now") as now,
        standing_in(now),
    ):
        server = LiveServer("127.0.0.1")
        made = Site(
            server.url, as_made.empty, as_made.full, as_made.trouble, browser, as_made.sessions
        )
        try:
            # With an application at Clever, so that one can sign in with it.
            with override_settings(CLEVER_CLIENT_ID="console", CLEVER_CLIENT_SECRET="secret"):
                yield made
        finally:
            for page in made.open.values():
                page.context.close()
            server.stop()


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Lets the modules named "scenes_..." beside this one add what their own pages show."""
    for path in sorted(Path(__file__).parent.glob("scenes_*.py")):
        import_module(f"tests.pages.{path.stem}").dress(empty, full, trouble)
