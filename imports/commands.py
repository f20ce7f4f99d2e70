"""What the management commands share: finding things, refusing in one line, printing JSON."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import ConsoleCommand
from core.vocabulary import DataType, RunState
from imports.driver import drive
from imports.models import Run
from imports.states import ACTIVE
from schools.models import District

GOOD = (RunState.TESTED, RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
POLL = 1.0


class DistrictCommand(ConsoleCommand):
    """A command for one district."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the district")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Finds the district and does the work."""
        self.work(district_of(options["slug"]), options)

    def work(self, district: District, options: dict[str, Any]) -> None:
        """What the command does."""
        raise NotImplementedError

    def say(self, document: object) -> None:
        """One JSON document on stdout."""
        self.stdout.write(json.dumps(document, ensure_ascii=False, default=str))


def district_of(slug: str) -> District:
    """The district of that name in addresses; CommandError if there is none."""
    found = District.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f'There is no district "{slug}".')
    return found


def types_of(text: str) -> list[DataType]:
    """The data types of a list such as "student,teacher"; CommandError for any other word."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = [t.value for t in DataType]
    for word in words:
        if word not in known:
            raise CommandError(f'"{word}" is not a data type. Choose from {", ".join(known)}.')
    if not words:
        raise CommandError(f"Name at least one data type of {', '.join(known)}.")
    return [t for t in DataType if t in words]


def follow(run: Run, *, inline: bool, sleep: Callable[[float], None] = time.sleep) -> Run:
    """The run at its end: worked on in this process, or watched while workers do it."""
    if inline:
        return drive(run.pk, sleep=sleep)
    shown = ""
    while True:
        run = Run.objects.get(pk=run.pk)
        shown = _show_progress(run, shown)
        if run.state not in ACTIVE:
            return run
        sleep(POLL)


def _show_progress(run: Run, shown: str) -> str:
    """Tells on a terminal how far a run is, if that is news."""
    progress = run.progress
    line = f"{run.state} {progress.get('step', '')} {progress.get('done', '')}"
    if progress.get("total"):
        line += f" of {progress['total']}"
    if line != shown and sys.stderr.isatty():
        sys.stderr.write(f"run {run.pk}: {line}\n")
    return line


def exit_code(run: Run) -> int:
    """0 for a run that did what it was asked to do."""
    return 0 if run.state in GOOD else 1


def listed(lines: Iterable[str], nothing: str) -> str:
    """Lines for a terminal, or a sentence where there are none."""
    return "\n".join(lines) or nothing
