"""doctor: looks at every part of the installation, and says what is wrong and what to do."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import ConsoleCommand
from integration_console.doctor import examine
from integration_console.doctor.told import Examined


class Command(ConsoleCommand):
    help = "Checks whether this installation is able to work, and says what is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """One line for each part; exit code 1 if one of them is not well. Advice is no trouble."""
        found = list(examine())
        if options["json"]:
            self.stdout.write(json.dumps({part.part: _document(part) for part in found}))
        else:
            for part in found:
                self.stdout.write(_line(part))
        ill = [part.part for part in found if part.trouble]
        if ill:
            raise CommandError(f"Not well: {', '.join(ill)}.")


def _document(part: Examined) -> dict[str, object]:
    told = {"trouble": part.trouble, "advice": part.advice, "note": part.note}
    return {"ok": not part.trouble, **told}


def _line(part: Examined) -> str:
    if part.trouble:
        return f"{part.part}: trouble: {part.trouble}"
    if part.advice:
        return f"{part.part}: well, but: {part.advice}"
    return f"{part.part}: well {part.note}".strip()
