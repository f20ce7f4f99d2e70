"""undo_run RUN: takes back what a run wrote, as a run of its own (C10)."""

import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import ConsoleCommand, operator
from core.vocabulary import RunMode
from imports.commands import exit_code, follow
from imports.documents import of_run
from imports.models import Run
from imports.undoing.actions import start_undo


class Command(ConsoleCommand):
    help = "Undoes a run, works on the undo to its end, and prints what it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="the run to be undone")
        parser.add_argument("--test", action="store_true", help="only plan it, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Undoes, or says why not."""
        run = Run.objects.select_related("district").filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        mode = RunMode.TEST if options["test"] else RunMode.LIVE
        undo = follow(start_undo(run=run, by=operator(), mode=mode), inline=True)
        if options["json"]:
            self.stdout.write(json.dumps(of_run(undo), ensure_ascii=False))
        else:
            self.stdout.write(undo.message)
        if exit_code(undo):
            self.stderr.write(undo.message or f"The run ended as {undo.state}.")
            sys.exit(1)
