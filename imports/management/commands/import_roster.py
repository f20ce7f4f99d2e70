"""import_roster SLUG: runs a test or an import to its end and prints what it did."""

import sys
from typing import Any

from django.core.management.base import CommandParser

from core.command import operator
from core.vocabulary import RunMode
from imports.actions import start_run
from imports.commands import DistrictCommand, exit_code, follow, types_of
from imports.documents import of_run
from schools.models import District


class Command(DistrictCommand):
    help = "Imports a district's roster from Clever, or tests the import, and waits for its end."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--types", default="student,teacher", help="student,teacher,staff")
        parser.add_argument("--test", action="store_true", help="change no record")
        parser.add_argument("--full", action="store_true", help="read everything anew from Clever")
        parser.add_argument("--inline", action="store_true", help="do the work in this process")

    def work(self, district: District, options: dict[str, Any]) -> None:
        started = start_run(
            district=district,
            mode=RunMode.TEST if options["test"] else RunMode.LIVE,
            data_types=types_of(options["types"]),
            requested_by=operator(),
            full=options["full"],
            approved=True,
        )
        if not started.created and sys.stderr.isatty():
            self.stderr.write(f"Run {started.run.pk} was on already; waiting for its end.")
        run = follow(started.run, inline=options["inline"])
        self.say(of_run(run))
        if exit_code(run):
            self.stderr.write(run.message or f"The run ended as {run.state}.")
            sys.exit(1)
