"""A sandbox running inside this process: the real server on a free port, for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clever_sandbox.application import Application
from clever_sandbox.clock import Clock
from clever_sandbox.control_actions import start_scenario
from clever_sandbox.control_client import Control
from clever_sandbox.records import NEWEST
from clever_sandbox.request_log import RequestLog
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.server import Server
from clever_sandbox.specs import (
    DEFAULT_CLIENT_ID,
    DEFAULT_CLIENT_SECRET,
    DEFAULT_DISTRICT_NAME,
    DistrictSpec,
    SandboxSpec,
    read_scenario,
)


@dataclass(frozen=True)
class RunningSandbox:
    """What a test needs to know of a sandbox that runs."""

    url: str
    sandbox: Sandbox
    control: Control

    @property
    def api_url(self) -> str:
        """The base of the newest version of the roster API."""
        return f"{self.url}/{NEWEST}"

    @property
    def auth_url(self) -> str:
        """The base of `/oauth/tokens`."""
        return self.url

    @property
    def client_id(self) -> str:
        """The application's id."""
        return self.sandbox.spec.client_id

    @property
    def client_secret(self) -> str:
        """The application's secret."""
        return self.sandbox.spec.client_secret

    @property
    def district_id(self) -> str:
        """The first district's id."""
        return self.sandbox.districts[0].id

    @property
    def district_ids(self) -> list[str]:
        """All districts' ids."""
        return [district.id for district in self.sandbox.districts]

    @property
    def token(self) -> str:
        """The first district's present token."""
        return self.sandbox.districts[0].token

    @property
    def requests(self) -> RequestLog:
        """What the API was asked."""
        return self.sandbox.requests

    @property
    def clock(self) -> Clock:
        """The sandbox's clock."""
        return self.sandbox.clock


@contextmanager
def running(spec: SandboxSpec, host: str = "127.0.0.1", port: int = 0) -> Iterator[RunningSandbox]:
    """Serves the sandbox of a spec until the block is left; ready when the block begins."""
    sandbox = Sandbox(spec)
    start_scenario(sandbox)
    server = Server(host, port, Application(sandbox))
    thread = threading.Thread(target=server.run, name="clever-sandbox", daemon=True)
    thread.start()
    url = f"http://{host}:{server.port}"
    try:
        yield RunningSandbox(url, sandbox, Control(url))
    finally:
        server.stop()
        thread.join()
        server.server_close()
        sandbox.close()


@contextmanager
def running_sandbox(
    *,
    students: int = 200,
    teachers: int | None = None,
    staff: int | None = None,
    schools: int | None = None,
    district_admins: int | None = None,
    contacts: int = 0,
    seed: int = 1,
    rate_limit: int = 1200,
    page_delay: float = 0.0,
    district_name: str = DEFAULT_DISTRICT_NAME,
    special_fields: bool = False,
    events: bool = True,
    corners: bool = True,
    sections: bool = True,
    clock: str | datetime | None = None,
    scenario: dict[str, Any] | None = None,
    client_id: str = DEFAULT_CLIENT_ID,
    client_secret: str = DEFAULT_CLIENT_SECRET,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[RunningSandbox]:
    """A sandbox with one district of this size, or with those of a `scenario` document."""
    district = DistrictSpec(
        name=district_name,
        students=students,
        teachers=teachers,
        staff=staff,
        schools=schools,
        district_admins=district_admins,
        contacts=contacts,
        sections=sections,
        seed=seed,
        events=events,
        special_fields=special_fields,
        corners=corners,
    )
    start = clock.isoformat() if isinstance(clock, datetime) else clock
    spec = SandboxSpec((district,), client_id, client_secret, rate_limit, page_delay, start)
    with running(read_scenario(scenario or {}, spec), host, port) as running_one:
        yield running_one
