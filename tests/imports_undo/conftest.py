"""Fixtures of the undo stories."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.vocabulary import DataType, RunMode, RunState
from imports.models import Run
from imports.undoing.actions import start_undo
from tests.faults.conftest import at
from tests.world import ADMIN, World, assert_invariants, world

EVERY_TYPE = tuple(DataType)
SIZE: dict[str, Any] = {"students": 80, "teachers": 8, "staff": 6, "schools": 3}


@pytest.fixture
def maple() -> Iterator[World]:
    """A district that was imported yesterday."""
    with world(**SIZE) as ready:
        ready.connect()
        assert ready.sync(EVERY_TYPE).state == RunState.COMPLETED
        yield ready
        assert_invariants(ready)


def night(here: World) -> Run:
    """The import of a night, by the operator's word."""
    here.clever.control.advance(86_400)
    here.clever.control.sync()
    run = here.sync(EVERY_TYPE)
    assert run.state == RunState.COMPLETED, run.message
    return run


def undo(here: World, run: Run, **more: Any) -> Run:
    """The undo of a run, to its end."""
    run.refresh_from_db()
    return here.drive(start_undo(run=run, by=ADMIN, **more))


def tried(here: World, run: Run, **more: Any) -> Run:
    """A test of the undo of a run."""
    return undo(here, run, mode=RunMode.TEST, **more)


__all__ = ["EVERY_TYPE", "SIZE", "at", "maple", "night", "tried", "undo"]
