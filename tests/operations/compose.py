"""docker-compose.yml as a test reads it, and its commands as processes of this machine.

What is run is what stands there: the command, and the environment with its secrets. Only places
are others: a port of this machine for a service's name, a folder of the test for /run/secrets and
for /tmp.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from integration_console.embedded import processes
from tests.house.floor_plan import ROOT

FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


class NotSet(Exception):
    """A variable that has to be set is not."""


def filled(value: Any, given: Mapping[str, str]) -> Any:
    """The value with its variables filled in, by the rules of Compose."""
    if isinstance(value, dict):
        return {key: filled(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, given) for one in value]
    return _VARIABLE.sub(lambda found: _one(found, given), value) if _is_text(value) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _one(found: re.Match[str], given: Mapping[str, str]) -> str:
    name, kind, more = found.groups()
    if name is None:
        return "$"
    if given.get(name):
        return given[name]
    if kind == "?":
        raise NotSet(f"{name}: {more}")
    return more or ""


def read(**given: str) -> dict[str, Any]:
    """The file with these variables."""
    loaded = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    result: dict[str, Any] = filled(loaded, given)
    return result


def variables() -> set[str]:
    """The names that may be set."""
    return {name for name, _, _ in _VARIABLE.findall(FILE.read_text(encoding="utf-8")) if name}


@dataclass
class Machine:
    """The services on this machine: where each is, and what was started.

    `places` is {what stands in the file: what it is here}.
    """

    folder: Path
    places: dict[str, str]
    variables: Mapping[str, str]
    running: list[processes.Child] = field(default_factory=list)

    def environment(self, service: str) -> dict[str, str]:
        """What the service sees; nothing comes from the shell but where programs are."""
        told = read(**self.variables)["services"][service]["environment"]
        ours = {name: self.here(str(value)) for name, value in told.items()}
        return {"PATH": os.environ["PATH"], **ours}

    def here(self, text: str) -> str:
        for there, place in self.places.items():
            text = text.replace(there, place)
        return text

    def command(self, service: str, **places: str) -> tuple[str, ...]:
        """Its command, run by our Python; `places` are further ones, for a second of its kind."""
        name, *rest = read(**self.variables)["services"][service]["command"]
        program = (sys.executable,) if name == "python" else (sys.executable, "-m", name)
        words = [self.here(word) for word in rest]
        for there, place in places.items():
            words = [word.replace(there, place) for word in words]
        return (*program, *words)

    def run(self, service: str) -> subprocess.CompletedProcess[str]:
        """A service that ends by itself."""
        return subprocess.run(
            self.command(service), cwd=ROOT, env=self.environment(service), capture_output=True,
            text=True, timeout=60,
        )  # fmt: skip

    def start(self, service: str, number: int = 1) -> processes.Child:
        """A service that goes on; another number is another container of it."""
        own = self.folder / f"{service}-{number}"
        own.mkdir(exist_ok=True)
        child = processes.start(
            processes.Program(
                name=f"{service}-{number}",
                command=self.command(service, **{"/tmp/": f"{own}/"}),
                log=own / "log",
                environment=self.environment(service),
                patience=15,
            )
        )
        self.running.append(child)
        return child

    def logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*/log")))

    def stop(self) -> None:
        """Ends all: everybody is asked at once, then waited for."""
        for child in self.running:
            child.ask_to_stop()
        for child in self.running:
            child.stop()
