"""What stays between two starts, all of it in one git-ignored folder."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class AlreadyRunning(Exception):
    """Another supervisor uses this folder."""


@dataclass(frozen=True)
class Places:
    """The folder and what is where in it."""

    var: Path = ROOT / "var"

    @property
    def database(self) -> Path:
        return self.var / "postgres"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def beat_schedule(self) -> Path:
        return self.var / "beat-schedule"

    @property
    def sandbox_scenario(self) -> Path:
        """What the sandbox Clever is to be at its start; written by the demonstration."""
        return self.var / "sandbox-scenario.json"

    def secret_key(self) -> str:
        """A secret of this installation, made at the first call, so that sessions outlive it."""
        path = self.var / "secret-key"
        self.var.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(50))
        return path.read_text()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keeps the folder for this process. Raises AlreadyRunning when another one has it."""
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "server.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                raise AlreadyRunning(
                    "script/server is already running in this folder; stop it first."
                ) from taken
            yield
