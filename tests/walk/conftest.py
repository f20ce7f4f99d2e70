"""A district, a sandbox Clever, a worker and a browser: the whole product, as a person has it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, User
from core.vocabulary import MemberRole
from imports import due
from tests.world import World, world

EMAIL, PASSWORD = "wren.castillo@walk.example", "a long password for walks"


@dataclass
class Walk:
    """Somebody who walks through the console, and the world that they walk in."""

    world: World
    page: Page
    working: threading.Event = field(default_factory=threading.Event)

    @property
    def slug(self) -> str:
        return self.world.district.slug

    @contextmanager
    def nobody_works(self) -> Iterator[None]:
        """What is started meanwhile waits, so that it can be seen while it is on."""
        self.working.clear()
        yield
        self.working.set()

    def sign_in(self) -> None:
        """As an owner of the district, by the form."""
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(EMAIL)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")
        self.at("Clever Integration")

    def at(self, heading: str) -> None:
        """Waits until the page of this title is there."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def follow(self, link: str, *, within: str = "main") -> None:
        self.page.locator(within).get_by_role("link", name=link, exact=True).first.click()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def sees(self, text: str) -> None:
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def waits_for_the_end(self, word: str) -> None:
        """Until the run that is shown has ended; the page renews itself."""
        expect(self.page.locator("main .badge", has_text=word).first).to_be_visible(timeout=60_000)


@pytest.fixture
def walk(live_server: LiveServer, browser: Browser) -> Iterator[Walk]:
    """A district that Support has enabled, with its owner; a worker does what is due."""
    stop, working = threading.Event(), threading.Event()
    working.set()

    def stopped() -> bool:
        working.wait()
        return stop.is_set()

    def work() -> None:
        try:
            due.work(loop=True, sleep=lambda _: time.sleep(0.1), stop=stopped)
        finally:
            connection.close()

    with world("walk", students=60, corners=False) as made:
        user = User.objects.create_user(EMAIL, PASSWORD)
        Membership.objects.create(district=made.district, user=user, role=MemberRole.OWNER)
        context = browser.new_context(base_url=live_server.url, locale="en-US")
        context.set_default_timeout(15_000)
        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield Walk(made, context.new_page(), working)
        finally:
            stop.set()
            working.set()
            worker.join(timeout=60)
            context.close()
