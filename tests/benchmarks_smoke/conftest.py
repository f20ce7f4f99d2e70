"""A small roster, and databases that are gone after the tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import roster
from benchmarks.databases import Server
from benchmarks.roster import Roster
from benchmarks.rounds import Rounds

STUDENTS = 200


@pytest.fixture(scope="session")
def small_roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    folder: Path = tmp_path_factory.mktemp("rosters")
    return roster.make(folder, STUDENTS)


@pytest.fixture(scope="session")
def rounds(worker_id: str) -> Iterator[Rounds]:
    """Rounds on the server of the tests, in databases that no other worker uses."""
    server = Server(os.environ["DATABASE_URL"], prefix=f"benchmark_smoke_{worker_id}_")
    try:
        yield Rounds(server, say=print)
    finally:
        server.drop_all()
