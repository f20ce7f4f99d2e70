"""Which ports are free, on the real network of this machine."""

import socket
from collections.abc import Iterator

import pytest

from integration_console.embedded import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((ports.LOCALHOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_with_a_listener_is_taken(taken: int) -> None:
    assert not ports.is_free(taken)
    assert ports.answers(taken)


def test_a_port_without_one_is_free() -> None:
    port = ports.any_free()
    assert ports.is_free(port)
    assert not ports.answers(port)


def test_the_next_free_port_is_taken_instead(taken: int) -> None:
    assert ports.first_free(taken) > taken


def test_a_free_port_is_kept() -> None:
    port = ports.any_free()
    assert ports.first_free(port) == port
