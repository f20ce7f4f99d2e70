"""The embedded PostgreSQL itself, whichever one the other tests run on."""

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import environ
import psycopg2
import pytest

from integration_console.embedded import postgres
from integration_console.embedded.postgres import Postgres, PostgresFailed


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A server in a folder whose name has a space and is too long for a socket."""
    folder = tmp_path / ("a long folder " * 6) / "postgres"
    server = Postgres(folder, tmp_path / "postgres.log", careless=True)
    yield server
    server.stop()


def ask(server: Postgres, question: str) -> str:
    connection = psycopg2.connect(server.url("console"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return str(cursor.fetchone()[0]) if cursor.description else ""
    finally:
        connection.close()


def test_data_survive_a_stop(server: Postgres) -> None:
    server.start()
    server.create_database("console")
    server.create_database("console")
    ask(server, "CREATE TABLE school AS SELECT 'Willow Creek High' AS name")
    server.stop()
    server.start()
    assert ask(server, "SELECT name FROM school") == "Willow Creek High"
    assert ask(server, "SHOW fsync") == "off"
    assert ask(server, "SHOW timezone") == "UTC"


def test_settings_understand_its_url(server: Postgres) -> None:
    settings = environ.Env.db_url_config(server.url("console"))
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert settings["NAME"] == "console"
    assert settings["OPTIONS"] == {"host": str(server.sockets)}


def test_the_socket_has_a_short_path(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert len(str(Postgres(tmp_path / ("x" * 100), log).sockets)) < 80
    short = Postgres(Path("/tmp/console-short"), log)
    assert short.sockets == short.data


def test_data_of_another_version_are_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresFailed, match=r"made by PostgreSQL 9.*Move it away"):
        Postgres(data, tmp_path / "log").start()


def test_broken_data_are_said_to_be_so(tmp_path: Path, server: Postgres) -> None:
    server.start()
    server.stop()
    (server.data / "global" / "pg_control").unlink()
    with pytest.raises(PostgresFailed, match=r"did not start:[\s\S]*pg_control"):
        server.start()


def test_without_the_package_the_cure_is_named() -> None:
    missing = mock.patch.object(postgres, "PACKAGE", "no_such_package")
    with missing, pytest.raises(PostgresFailed, match="set DATABASE_URL, or run script/setup"):
        postgres.installed_programs()
