"""A sandbox Clever, a district connected to it, and pulls without real waiting."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync import pull as pulling
from clever_sync.client import CleverClient
from clever_sync.models import Connection, MirrorObject, Pull, PullWalk
from clever_sync.reader import Reader
from core import fault_points
from core.vocabulary import ConnectionState
from schools.models import District, Person
from tests.clever_sync.everything import BASE_SOURCES

ROLES = ["student", "teacher", "staff", "district_admin"]
NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


class Crash(BaseException):
    """A process that dies at a fault point."""


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def clock(self) -> datetime:
        return self.now


@dataclass
class World:
    """A district here, its Clever over there, and what a test does with both."""

    sandbox: RunningSandbox
    connection: Connection
    time: FakeTime = field(default_factory=FakeTime)
    page_size: int = 50
    fence: int = 1

    @property
    def control(self) -> Any:
        return self.sandbox.control

    def client(self, **more: Any) -> CleverClient:
        return client_of(self.sandbox, self.time, page_size=self.page_size, **more)

    def open(self, **more: Any) -> Pull:
        asked: dict[str, Any] = {"roles": ROLES, "sources": BASE_SOURCES, "fence": self.fence}
        asked["why_full"] = "asked"
        return pulling.open_pull(self.connection, **{**asked, **more})

    def go_on(self, deadline: Callable[[], bool] = lambda: False, **more: Any) -> pulling.Progress:
        with self.client() as client:
            return pulling.advance(
                self.open(**more), client=client, deadline=deadline, now=self.time.now
            )

    def pull(self, **more: Any) -> Pull:
        """A whole pull; the finished row."""
        assert self.go_on(**more).finished
        self.connection.refresh_from_db()
        pull = self.connection.last_full_pull
        assert pull is not None
        return pull

    def live(self) -> dict[str, MirrorObject]:
        """The people of the mirror who are there."""
        rows = MirrorObject.objects.filter(
            connection=self.connection, type="user", gone_in=None, absent_in=None
        )
        return {row.clever_id: row for row in rows}

    def gone(self) -> set[str]:
        rows = MirrorObject.objects.filter(connection=self.connection, type="user")
        return set(rows.exclude(gone_in=None).values_list("clever_id", flat=True))

    def absent(self) -> set[str]:
        rows = MirrorObject.objects.filter(connection=self.connection, type="user", gone_in=None)
        return set(rows.exclude(absent_in=None).values_list("clever_id", flat=True))

    def ids(self, role: str) -> list[str]:
        return [person["id"] for person in self.control.people(role, limit=10_000)]

    def link(self, *clever_ids: str) -> None:
        """People here for these ids of Clever."""
        Person.objects.bulk_create(
            Person(
                district=self.connection.district,
                kind="student",
                roles=["student"],
                last_name="Lund",
                clever_id=clever_id,
            )
            for clever_id in clever_ids
        )

    def walk(self, pull: Pull, what: str = "student") -> PullWalk:
        return pull.walks.get(what=what)

    def assert_mirror_is_truth(self) -> None:
        """Everybody whom Clever shares, with what it shares of them, and nobody else."""
        reader = Reader(BASE_SOURCES)
        truth = {}
        for role in ROLES:
            for person in self.control.people(role, limit=10_000):
                raw = self.client_raw(person)
                truth[person["id"]] = reader.read(raw, person["id"])
        live = self.live()
        assert live.keys() == truth.keys()
        for clever_id, record in truth.items():
            assert live[clever_id].payload == record.payload
            assert live[clever_id].roles == record.roles

    @staticmethod
    def client_raw(person: dict[str, Any]) -> bytes:
        return msgspec.json.encode(person)


def client_of(sandbox: RunningSandbox, time: FakeTime, **more: Any) -> CleverClient:
    """A client for a sandbox that sleeps in a fake time."""
    options: dict[str, Any] = {
        "api_url": sandbox.api_url,
        "auth_url": sandbox.auth_url,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "sleep": time.sleep,
        "clock": time.clock,
    }
    return CleverClient(**{**options, **more})


def connect(sandbox: RunningSandbox, slug: str = "maple") -> Connection:
    """A district here that is tied to the sandbox's first one."""
    district = District.objects.create(slug=slug, name="Maple Ridge", time_zone="UTC")
    return Connection.objects.create(
        district=district,
        clever_district_id=sandbox.district_id,
        state=ConnectionState.READY,
    )


@pytest.fixture(scope="session")
def started_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(students=120, clock="2026-09-01T02:00:00Z") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(started_sandbox: RunningSandbox) -> RunningSandbox:
    """A sandbox as at its start: 120 students, 8 teachers, 2 staff, 2 district admins."""
    started_sandbox.control.reset()
    district = started_sandbox.sandbox.districts[0]
    if not district.connected or district.token_revoked:
        started_sandbox.control.reconnect()
    started_sandbox.requests.clear()
    return started_sandbox


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def world(sandbox: RunningSandbox, db: None) -> World:
    """A connected district whose mirror is empty."""
    return World(sandbox, connect(sandbox))


@pytest.fixture
def pulled(world: World) -> World:
    """A connected district whose mirror equals Clever."""
    world.pull()
    world.sandbox.requests.clear()
    return world


@pytest.fixture
def crash_at() -> Iterator[Callable[..., None]]:
    """Lets the process die at a fault point, the nth time it is passed."""

    def arm(name: str, number: int = 1) -> None:
        passed = 0

        def hook(point: str) -> None:
            nonlocal passed
            passed += point == name
            if point == name and passed == number:
                raise Crash(name)

        fault_points.install(hook)

    yield arm
    fault_points.install(None)


@pytest.fixture
def client(sandbox: RunningSandbox, time: FakeTime) -> CleverClient:
    client = client_of(sandbox, time, page_seconds=5)
    assert client.authorise(sandbox.district_id) is not None
    sandbox.requests.clear()
    return client


def users(client: CleverClient) -> list[str]:
    page = client.page("student", "").page
    assert page is not None
    return page.ids
