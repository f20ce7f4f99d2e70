"""One sandbox for tests that only look, and a fresh one for those that change things."""

from collections.abc import Iterator

import pytest

from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.clever_sandbox.asking import Asking


@pytest.fixture(scope="module")
def shared() -> Iterator[Asking]:
    """A district of 300 students with contacts, which nobody changes."""
    with running_sandbox(students=300, contacts=20, rate_limit=100_000) as sandbox:
        yield Asking(sandbox)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A small district of one's own."""
    with running_sandbox(students=60, teachers=20, staff=6, schools=4) as running:
        yield running


@pytest.fixture
def ask(sandbox: RunningSandbox) -> Asking:
    """A client of one's own sandbox."""
    return Asking(sandbox)
