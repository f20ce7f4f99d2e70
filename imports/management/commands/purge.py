"""purge [--json]: removes now the values of single people that are too old, as each night (F82)."""

import json
from typing import Any

from django.core.management.base import CommandParser

from core.command import ConsoleCommand
from imports.lease import database_now
from imports.purging import purge


class Command(ConsoleCommand):
    help = "Removes the values of single people that are older than they are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Removes all of it, in small pieces."""
        done, _ = purge(database_now())
        if options["json"]:
            self.stdout.write(json.dumps(done))
        else:
            told = ", ".join(f"{number} {name}" for name, number in done.items() if number)
            self.stdout.write(f"Purged: {told or 'nothing was old enough'}.")
