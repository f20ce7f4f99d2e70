"""A console and a sandbox Clever between which people go to and fro, over real HTTP (C29)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.auth.hashers import make_password
from django.contrib.messages import get_messages
from django.test import Client

from accounts.clever_links import link
from accounts.models import AuditEvent, CleverLink, Membership, User
from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync import asking
from clever_sync.models import Connection
from core.vocabulary import ConnectionState, MemberRole
from schools.models import District
from tests.world import speaking_to

ALICE, BOB = "alice@maple.example", "bob@maple.example"
PASSWORD = "a long password for tests"
BACK = "/accounts/clever/back/"
CONSOLE = "http://console.example"
DISTRICTS = [
    {"key": "main", "students": 3, "schools": 1, "teachers": 2, "corners": False, "seed": 1},
    {"key": "other", "students": 3, "schools": 1, "teachers": 2, "corners": False, "seed": 2},
]


@dataclass
class Clever:
    """The sandbox, and what somebody does on its pages."""

    sandbox: RunningSandbox
    seen: list[str] = field(default_factory=list)

    def admins(self, district: str = "main") -> list[str]:
        found = self.sandbox.control.people("district_admin", limit=9, district=district)
        return [str(one["id"]) for one in found]

    def admin(self) -> str:
        return self.admins()[0]

    def id_of(self, key: str) -> str:
        return next(d.id for d in self.sandbox.sandbox.districts if d.spec.key == key)

    def choose(self, address: str, user: str, **more: str) -> str:
        """On Clever's page: this person. Where Clever sends the browser then."""
        given = {"user": user, **more}
        answer = requests.get(address, params=given, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        to = answer.headers["Location"]
        self.seen += [value for values in parse_qs(urlsplit(to).query).values() for value in values]
        return to

    def portal(self, user: str) -> str:
        """The tile of the portal."""
        address = f"{self.sandbox.auth_url}/oauth/instant-login"
        client = {"client_id": self.sandbox.client_id, "district_id": self.sandbox.district_id}
        return self.choose(address, user, **client)


@dataclass
class Browser:
    """Somebody's browser: the console's pages, and Clever's."""

    clever: Clever
    client: Client = field(default_factory=Client)
    answer: Any = None

    def leave(self, path: str = "/accounts/clever/") -> str:
        """Presses a button that leads to Clever; the address there."""
        answer = self.client.get(path)
        assert answer.status_code == 302, answer.content
        assert answer["Location"].startswith(f"{self.clever.sandbox.auth_url}/oauth/authorize?")
        return str(answer["Location"])

    def come(self, location: str) -> str:
        """Follows an address to the console, to its end; what the messages say."""
        to = urlsplit(location)
        assert location.startswith(CONSOLE), location
        self.answer = self.client.get(f"{to.path}?{to.query}", follow=True)
        return said(self.answer)

    def go(self, user: str, path: str = "/accounts/clever/", **more: str) -> str:
        """All the way: to Clever, as this person, and back."""
        return self.come(self.clever.choose(self.leave(path), user, **more))

    def where(self) -> str:
        return str(self.answer.redirect_chain[-1][0])

    @property
    def signed_in(self) -> str:
        number = self.client.session.get("_auth_user_id")
        return User.objects.get(pk=number).email if number else ""

    def by_password(self, email: str = ALICE) -> "Browser":
        self.client.post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert self.signed_in == email
        return self


def said(answer: Any) -> str:
    shown = (answer.context or {}).get("messages") or get_messages(answer.wsgi_request)
    return " ".join(str(message) for message in shown)


@pytest.fixture(scope="session")
def running() -> Iterator[RunningSandbox]:
    scenario = {"districts": DISTRICTS, "redirect_uris": [f"{CONSOLE}{BACK}"]}
    with running_sandbox(scenario=scenario) as sandbox:
        yield sandbox


@pytest.fixture
def clever(running: RunningSandbox, settings: Any, monkeypatch: Any) -> Iterator[Clever]:
    running.control.faults([])
    running.control.reset()
    running.requests.clear()
    settings.CONSOLE_URL = CONSOLE
    settings.ALLOWED_HOSTS = ["testserver", "console.example"]
    monkeypatch.setattr(asking, "SHORT_PAUSES", (0.0, 0.0))
    with speaking_to(running):
        yield Clever(running)


@pytest.fixture
def maple(clever: Clever, db: None) -> District:
    """A district whose Clever is connected and switched on, with Alice and Bob in it."""
    made = District.objects.create(
        slug="maple", name="Maple Ridge Unified", time_zone="America/Denver", clever_enabled=True
    )
    Connection.objects.create(
        district=made, clever_district_id=clever.sandbox.district_id, enabled=True,
        state=ConnectionState.READY,
    )  # fmt: skip
    for email, role in ((ALICE, MemberRole.OWNER), (BOB, MemberRole.VIEWER)):
        user = User.objects.create(email=email, password=make_password(PASSWORD))
        Membership.objects.create(district=made, user=user, role=role)
    return made


@pytest.fixture
def browser_of(clever: Clever, maple: District) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser(clever)


@pytest.fixture
def tied(clever: Clever, maple: District) -> CleverLink:
    """Alice's account is connected with Clever's first admin."""
    return tie(clever, maple, ALICE, clever.admin())


def tie(clever: Clever, district: District, email: str, admin: str) -> CleverLink:
    return link(
        user=User.objects.get(email=email), district=district,
        clever_district=clever.sandbox.district_id, clever_id=admin,
    )  # fmt: skip


def told(verb: str) -> list[tuple[str, str]]:
    """Who, and about what, in the audit."""
    rows = AuditEvent.objects.filter(verb=verb).order_by("pk")
    return list(rows.values_list("actor", "subject"))
