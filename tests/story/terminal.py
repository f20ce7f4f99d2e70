"""An operator's terminal: the commands of interfaces.md as they are typed, and what they say."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.db import connection as database
from django.db import connections

from clever_sandbox.running import RunningSandbox, running_sandbox
from tests.world import speaking_to


@dataclass(frozen=True)
class Said:
    """What a command left on stdout and on stderr, and its exit code."""

    out: str
    err: str
    code: int

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def typed(name: str, *words: object) -> Said:
    """Runs a command just as `manage.py NAME WORDS` does, in this process.

    A command closes its connection at the end, which a test within a transaction still needs.
    """
    out, err, code = io.StringIO(), io.StringIO(), 0
    stays = patch.object(connections, "close_all") if database.in_atomic_block else nullcontext()
    with redirect_stdout(out), redirect_stderr(err), stays:
        command = load_command_class(get_commands()[name], name)
        try:
            command.run_from_argv(["manage.py", name, *map(str, words)])
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Said(out.getvalue(), err.getvalue(), code)


def does(name: str, *words: object) -> str:
    """What a command prints that does what it is asked to do."""
    said = typed(name, *words)
    assert said.code == 0, said.err
    return said.out


def tells(name: str, *words: object) -> dict[str, Any]:
    """The document that a command prints."""
    found: dict[str, Any] = json.loads(does(name, *words, "--json"))
    return found


def refuses(name: str, *words: object) -> str:
    """The one plain sentence with which a command refuses; nothing is on stdout."""
    said = typed(name, *words)
    assert said.code != 0, said.out
    assert not said.out, said.out
    lines = said.err.strip().splitlines()
    assert len(lines) == 1, said.err
    assert "Traceback" not in said.err
    return lines[0]


def in_a_process(*words: str, **more: str) -> Said:
    """Runs `manage.py WORDS` as a process of its own, in this test's database, with its Clever."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR, env=environment(**more), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    return Said(done.stdout, done.stderr, done.returncode)


def environment(**more: str) -> dict[str, str]:
    """What another program needs to work in the same test."""
    server = urlsplit(os.environ["DATABASE_URL"])
    return os.environ | {
        "DATABASE_URL": server._replace(path=f"/{database.settings_dict['NAME']}").geturl(),
        "CLEVER_API_URL": settings.CLEVER_API_URL,
        "CLEVER_AUTH_URL": settings.CLEVER_AUTH_URL,
        "CLEVER_CLIENT_ID": settings.CLEVER_CLIENT_ID,
        "CLEVER_CLIENT_SECRET": settings.CLEVER_CLIENT_SECRET,
        **more,
    }


@contextmanager
def a_worker(redis_url: str) -> Iterator[None]:
    """A Celery worker, as in production, until the block is left."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "--app", "integration_console", "worker",
         "--pool", "solo", "--loglevel", "ERROR"],
        cwd=settings.BASE_DIR, env=environment(REDIS_URL=redis_url),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=60)


@dataclass(frozen=True)
class Town:
    """A district that an operator opens by commands, and the Clever that it connects to."""

    clever: RunningSandbox
    folder: Path
    slug: str = "story"

    def open(self) -> None:
        """From nothing to a district whose schools are here; nobody is connected yet."""
        does("create_district", self.slug, "--name", "Story Valley", "--time-zone", "US/Mountain",
             "--enable-clever")  # fmt: skip
        does("load_schools", self.slug, self.file("schools.csv", self.school_lines()))

    def connect(self) -> None:
        """Connected, matched and switched on."""
        does("connect_clever", self.slug, self.clever.district_id)
        does("match_schools", self.slug, "--auto")
        does("enable_clever", self.slug)

    def runs(self, *words: str) -> dict[str, Any]:
        """A test or an import, done in this process."""
        return tells("import_roster", self.slug, *words, "--inline")

    def sets(self, data_type: str = "student", **changes: Any) -> None:
        """Changes the rules of a type through the settings document.

        `fields` is {field: what changes in its rule}; everything else stands in the place of what
        was there.
        """
        document = tells("export_settings", self.slug)
        rules = document["rules"][data_type]
        for field, change in changes.pop("fields", {}).items():
            next(r for r in rules["fields"] if r["field"] == field).update(change)
        rules.update(changes)
        part = {"format": document["format"], "rules": {data_type: rules}}
        does("import_settings", self.slug, self.file("rules.json", [json.dumps(part)]))

    def loads(self, lines: list[str], *options: str, data_type: str = "student") -> None:
        """People from a file, the header first."""
        path = self.file("people.csv", lines)
        does("load_people", self.slug, path, "--type", data_type, *options)

    def digest(self) -> str:
        return does("state_digest", self.slug)

    def changes(self, run: int) -> list[dict[str, Any]]:
        """The exported plan of a run, a document a person."""
        lines = does("export_changes", run, "--format", "jsonl").splitlines()
        return [json.loads(line) for line in lines]

    def records(self, data_type: str = "student") -> list[dict[str, Any]]:
        words = (self.slug, "--type", data_type, "--format", "jsonl")
        return [json.loads(line) for line in does("export_records", *words).splitlines()]

    def record(self, clever_id: str, data_type: str = "student") -> dict[str, Any]:
        """The one record that is linked to this person of Clever."""
        (found,) = (row for row in self.records(data_type) if row["clever_id"] == clever_id)
        return found

    def sites(self) -> dict[str, str]:
        """Clever school id → our site code."""
        return {s["id"]: f"S{n:02}" for n, s in enumerate(self.clever.control.schools(), 1)}

    def school_lines(self) -> list[str]:
        sites = self.sites()
        return [
            "site_code,name,number,nces_id",
            *(
                f"{sites[s['id']]},{s['name']},{s['school_number']},{s['nces_id']}"
                for s in self.clever.control.schools()
            ),
        ]

    def shared(self, role: str) -> list[dict[str, Any]]:
        """The people whom Clever shares, whole."""
        return self.clever.control.people(role=role, limit=10_000)

    def file(self, name: str, lines: list[str]) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


@contextmanager
def town(folder: Path, **sandbox: Any) -> Iterator[Town]:
    """A sandbox Clever, and a folder for an operator's files; no district yet."""
    with running_sandbox(**sandbox) as clever, speaking_to(clever):
        yield Town(clever, folder)


def iso(dob: str) -> str:
    """Clever's M/D/YYYY as a file of people wants it."""
    month, day, year = (int(part) for part in dob.split("/"))
    return f"{year}-{month:02}-{day:02}"
