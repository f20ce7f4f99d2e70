"""Copies of the test database: what a browser looks at is made once, then copied as files."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from psycopg2.sql import SQL, Identifier


@contextmanager
def copied(source: str, name: str) -> Iterator[str]:
    """A database that begins as `source` is. Whoever is connected to that is sent away."""
    _drop(name)
    _send_away(source)
    _run("CREATE DATABASE {} TEMPLATE {}", name, source)
    # This setting of the tests is not copied with it.
    _run("ALTER DATABASE {} SET synchronous_commit = off", name)
    try:
        yield name
    finally:
        _drop(name)


@contextmanager
def standing_in(name: str) -> Iterator[None]:
    """All that Django asks is asked of this database until the end, by every thread."""
    usual = connection.settings_dict["NAME"]
    _turn_to(name)
    try:
        yield
    finally:
        _turn_to(usual)


def _turn_to(name: str) -> None:
    connection.close()
    # Threads of the live server make their connections from the settings.
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _send_away(source: str) -> None:
    """Threads of earlier tests may have left a session behind."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source]
        )


def _drop(name: str) -> None:
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(statement: str, *names: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(SQL(statement).format(*map(Identifier, names)))
