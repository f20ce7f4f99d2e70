"""The sandbox Clever as the demonstration moves it. What is done to it is written down.

The sandbox keeps its people in memory only. The same scenario with the same actions makes it what
it was, id for id, because all of them happen by a clock that is set and not by the wall's.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clever_sandbox.control_client import Control, ControlError

Record = dict[str, Any]
EVERYBODY = 1_000_000


class Stage:
    """A sandbox that has just become the scenario of the demonstration."""

    def __init__(self, url: str, scenario: Record) -> None:
        self.control = Control(url)
        self.scenario: Record = {**scenario, "actions": []}
        self.control.load(self.scenario)

    def do(self, action: str, **args: Any) -> Any:
        """A control action that belongs to the story; its result."""
        result = self.control.do(action, **args)
        self.scenario["actions"].append({"do": action, **args})
        return result

    def change(self, action: str, **args: Any) -> Any:
        """As `do`, for what changes people or schools; Clever's sync is told at the night's end."""
        return self.do(action, sync=False, **args)

    def edit(self, clever_id: str, **changes: Any) -> None:
        """Changes a person or school; `name__first` is the field name.first."""
        named = {path.replace("__", "."): value for path, value in changes.items()}
        self.change("edit", id=clever_id, changes=named)

    def people(self, role: str, district: str | None = None) -> list[Record]:
        """Everybody with a role whom the district shares, in the order of their ids."""
        return self.control.people(role, EVERYBODY, district=district)

    @contextmanager
    def night(self, moment: datetime) -> Iterator[None]:
        """What is changed inside happens at this moment, with which Clever's data come in."""
        at = moment.astimezone(UTC).isoformat()
        self.do("set_clock", at=at)
        yield
        self.do("set_last_sync", at=at)
        self.do("set_clock", at=None)

    @contextmanager
    def trouble(self, rule: Record) -> Iterator[None]:
        """Inside, Clever is in trouble."""
        self.control.faults([rule])
        try:
            yield
        finally:
            self.control.clear_faults()

    def save(self, path: Path) -> None:
        """Keeps what was done, so that the sandbox begins with it the next time."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(self.scenario, ensure_ascii=False), encoding="utf-8")
        fresh.replace(path)


def admin_of(url: str, key: str) -> tuple[str, str] | None:
    """The Clever ID and the name of a district admin, who may sign in with Clever (C29)."""
    found = Control(url).people("district_admin", 1, district=key)
    if not found:
        return None
    name = found[0]["name"]
    return str(found[0]["id"]), f"{name['first']} {name['last']}"


def district_id(url: str, key: str) -> str | None:
    """The Clever ID of a district of the sandbox; None when it has no such district."""
    try:
        return str(Control(url).describe(district=key)["id"])
    except ControlError:
        return None
