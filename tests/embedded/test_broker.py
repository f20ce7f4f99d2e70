"""The embedded Redis."""

from pathlib import Path

import pytest
import redis

from integration_console.embedded import broker, ports

pytestmark = pytest.mark.needs_redis


@pytest.fixture
def server() -> str:
    installed = broker.installed()
    if installed is None:
        pytest.skip("needs Redis on the path")
    return installed


def test_it_answers_and_keeps_nothing_on_disk(server: str, tmp_path: Path) -> None:
    port = ports.any_free()
    child = broker.start(server, tmp_path, port)
    client = redis.Redis.from_url(broker.url(port))
    client.set("ring", "run 41")
    assert client.get("ring") == b"run 41"
    client.close()
    child.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["redis.log"]


def test_a_failure_says_what_redis_said(tmp_path: Path) -> None:
    with pytest.raises(broker.RedisFailed, match="did not start"):
        broker.start("false", tmp_path, ports.any_free())
