"""doctor: checks configuration, database, broker, mail and Clever, and says what is wrong."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import ConsoleCommand
from integration_console.doctor import examine


class Command(ConsoleCommand):
    help = "Checks whether this installation is able to work, and says what is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """One line for each part; exit code 1 if one of them is not well."""
        found = list(examine())
        if options["json"]:
            document = {
                part.part: {"ok": not part.trouble, "trouble": part.trouble} for part in found
            }
            self.stdout.write(json.dumps(document))
        else:
            for part in found:
                word = f"trouble: {part.trouble}" if part.trouble else f"well {part.note}".strip()
                self.stdout.write(f"{part.part}: {word}")
        ill = [part.part for part in found if part.trouble]
        if ill:
            raise CommandError(f"Not well: {', '.join(ill)}.")
