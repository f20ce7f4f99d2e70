"""A pull whose connection to the database goes away, before or in the middle of a commit."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from clever_sandbox.running import RunningSandbox
from clever_sync.models import Connection
from core import fault_points
from schools.models import District
from tests.clever_sync.conftest import World, connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(sandbox: RunningSandbox, transactional_db: None) -> World:
    return World(sandbox, connect(sandbox))


def go_on_after(world: World) -> None:
    """As a driver does: a new connection, a new fence, and on."""
    connection.close()
    world.connection = Connection.objects.get()
    world.fence += 1
    world.pull()
    world.assert_mirror_is_truth()
    assert District.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3, 5])
def test_F18_the_connection_dies_in_the_middle_of_a_page(world: World, number: int) -> None:
    passed = 0

    def cut(point: str) -> None:
        nonlocal passed
        passed += point == "pull.page_fetched"
        if point == "pull.page_fetched" and passed == number:
            with connection.cursor() as cursor, pytest.raises(OperationalError):
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    fault_points.install(cut)
    try:
        with pytest.raises((OperationalError, InterfaceError)):
            world.go_on()
    finally:
        fault_points.install(None)
        connection.close()
    go_on_after(world)


@pytest.mark.parametrize("number", [2, 5, 8])
@pytest.mark.parametrize("written", [True, False])
def test_F20_nobody_knows_whether_the_commit_came_through(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int, written: bool
) -> None:
    commit = connection._commit  # type: ignore[attr-defined]
    passed = 0

    def fail() -> None:
        nonlocal passed
        passed += 1
        if passed != number:
            commit()
            return
        if written:
            commit()
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "_commit", fail)
    try:
        with pytest.raises((OperationalError, InterfaceError)):
            world.go_on()
    finally:
        monkeypatch.undo()
        connection.close()
    go_on_after(world)
