"""Fixtures of the API: two districts of made-up people, and programs with a token of one."""

import pytest

from core.vocabulary import TokenScope
from tests.api.program import Program, secret_of
from tests.pages import scenes
from tests.pages.conftest import maple, maple_of_module
from tests.pages.scenes import ALICE, Scene

__all__ = ["maple", "maple_of_module"]


@pytest.fixture
def reader(maple: Scene) -> Program:
    """A program of Maple Ridge that may only read."""
    return Program(secret_of(maple.district, ALICE))


@pytest.fixture
def actor(maple: Scene) -> Program:
    """A program of Maple Ridge that may act, too."""
    return Program(secret_of(maple.district, ALICE, TokenScope.ACT, "Night runner"))


@pytest.fixture
def birch(maple: Scene) -> Scene:
    """Another district of the same owner."""
    return scenes.full("birch", students=5, teachers=1)


@pytest.fixture
def stranger(birch: Scene) -> Program:
    """A program of another district."""
    return Program(secret_of(birch.district, ALICE, TokenScope.ACT))
