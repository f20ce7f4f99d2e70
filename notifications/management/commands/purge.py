"""purge [--json]: removes now what is too old, as each night: values and letters (F82, C34)."""

import json
from typing import Any

from django.core.management.base import CommandParser

from accounts import audit
from core.command import ConsoleCommand, operator
from imports import purging as people
from imports.lease import database_now
from notifications import purging as letters


class Command(ConsoleCommand):
    help = "Removes values of single people, and letters, that are older than they are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Removes all of it, in small pieces."""
        now = database_now()
        done = people.purge(now, by=operator())[0] | letters.purge(now, by=operator())[0]
        audit.record(None, operator(), "values.purged", "", **done)
        if options["json"]:
            self.stdout.write(json.dumps(done))
        else:
            told = ", ".join(f"{number} {name}" for name, number in done.items() if number)
            self.stdout.write(f"Purged: {told or 'nothing was old enough'}.")
