"""Fixtures of the attacks: a small imported district, and things that happen between two steps."""

from collections.abc import Callable, Iterator

import pytest

from core import fault_points
from tests.world import World, world

At = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def small(transactional_db: None) -> Iterator[World]:
    """A district with everybody imported."""
    with world(students=12, teachers=3, staff=2, schools=3, corners=False) as ready:
        ready.connect()
        assert ready.sync().state == "completed"
        yield ready


@pytest.fixture
def new(transactional_db: None) -> Iterator[World]:
    """A district that is connected and matched, before its first import."""
    with world(students=12, teachers=3, staff=2, schools=3, corners=False) as ready:
        ready.connect()
        yield ready


@pytest.fixture
def at() -> Iterator[At]:
    """Lets something happen once at a named point of a run."""
    acts: dict[str, Callable[[], object]] = {}

    def hook(name: str) -> None:
        act = acts.pop(name, None)
        if act is not None:
            act()

    def arm(point: str, act: Callable[[], object]) -> None:
        acts[point] = act
        fault_points.install(hook)

    yield arm
    fault_points.install(None)
