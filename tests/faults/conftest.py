"""Fixtures of the fault stories."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError
from django.db import connection as database

from core import fault_points
from core.vocabulary import RunState
from imports import apply, steps, stopping
from tests.world import World, assert_invariants, world

# One moment for every sandbox, so that twins have the same ids.
SIZE: dict[str, Any] = {
    "students": 40,
    "teachers": 4,
    "schools": 2,
    "seed": 5,
    "clock": "2026-09-01T05:00:00Z",
}
LARGER: dict[str, Any] = {"students": 80, "teachers": 10, "schools": 4, "seed": 3}
At = Callable[..., None]


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody really waits between two tries."""
    from clever_sync import client

    monkeypatch.setattr(client, "PAUSES", (0.0,) * len(client.PAUSES))
    monkeypatch.setattr(steps, "APPLY_PAUSE", 0.0)
    monkeypatch.setattr(apply, "LOCK_TIMEOUT", "50ms")


@pytest.fixture
def fresh(settings: Any, no_pauses: None) -> Iterator[World]:
    """A small district that was never imported. The invariants are looked at in the end."""
    settings.CLEVER_PAGE_SIZE = 15
    with world(**SIZE) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


@pytest.fixture
def maple(settings: Any, no_pauses: None) -> Iterator[World]:
    """A district that was imported yesterday; Clever has synced again since."""
    settings.CLEVER_PAGE_SIZE = 25
    with world(**LARGER) as ready:
        ready.connect()
        assert ready.sync().state == RunState.COMPLETED
        a_day_later(ready)
        yield ready
        assert_invariants(ready)


def a_day_later(here: World) -> None:
    """Clever has synced again; nothing has changed."""
    here.clever.control.advance(86_400)
    here.clever.control.sync()


@pytest.fixture
def at() -> Iterator[At]:
    """Lets something happen at a fault point: at("apply.begins", act, times=1)."""
    acts: dict[str, tuple[Callable[[], object], int]] = {}

    def arm(point: str, act: Callable[[], object], times: int = 1) -> None:
        acts[point] = (act, times)
        fault_points.install(hook)

    def hook(name: str) -> None:
        act, left = acts.get(name, (None, 0))
        if act is not None and left:
            acts[name] = (act, left - 1)
            act()

    yield arm
    fault_points.install(None)
    stopping.forget()


def lose_the_connection() -> None:
    """PostgreSQL ends our session from its side."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = database.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        other.close()


def sqlstate(code: str) -> Callable[[], None]:
    """PostgreSQL answers the next statement with this error, as it would by itself."""

    def raise_it() -> None:
        with database.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$")
        raise DatabaseError("never reached")

    return raise_it
