"""The databases of a run: one for each contestant, on the server of DATABASE_URL or on our own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from integration_console.embedded.postgres import Postgres

PREFIX = "benchmark_"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL on which we may make and drop databases that begin with our prefix."""

    address: str
    prefix: str = PREFIX
    postmaster: int = 0

    def url(self, name: str) -> str:
        """The DATABASE_URL of one of our databases."""
        return urlsplit(self.address)._replace(path=f"/{self.prefix}{name}").geturl()

    def create(self, name: str, template: str = "") -> None:
        """Makes a database anew, empty or as a copy of another of ours."""
        self.drop(name)
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.prefix + name))
        if template:
            source = sql.Identifier(self.prefix + template)
            statement += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(source)
        self._run(self.address, statement)

    def drop(self, name: str) -> None:
        self._run(
            self.address,
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(self.prefix + name)
            ),
        )

    def drop_all(self) -> None:
        """Drops whatever an earlier run may have left, too."""
        for (name,) in self._rows("SELECT datname FROM pg_database"):
            if name.startswith(self.prefix):
                self.drop(name.removeprefix(self.prefix))

    def rest(self, name: str) -> None:
        """What autovacuum does within minutes, done at once, so that no case inherits it."""
        self._run(self.url(name), sql.SQL("VACUUM ANALYZE"))
        self._run(self.address, sql.SQL("CHECKPOINT"))

    def facts(self) -> dict[str, str]:
        """The version and the settings that matter to who reads the figures."""
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        return {name: self._rows(f"SHOW {name}")[0][0].split(" (")[0] for name in names}

    def _run(self, url: str, statement: sql.Composable) -> None:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def _rows(self, statement: str) -> list[tuple[str, ...]]:
        connection = psycopg2.connect(self.address)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        finally:
            connection.close()


@contextmanager
def server() -> Iterator[Server]:
    """The server of DATABASE_URL, else an embedded one with a full fsync, gone afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        ours = Server(given)
        try:
            yield ours
        finally:
            ours.drop_all()
        return
    folder = Path(tempfile.mkdtemp(prefix="console-benchmark-"))
    folder.chmod(0o711)
    postgres = Postgres(folder / "postgres", folder / "postgres.log")
    try:
        postgres.start()
        assert postgres.child is not None
        yield Server(postgres.url("postgres"), postmaster=postgres.child.process.pid)
    finally:
        with suppress(OSError):
            postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
