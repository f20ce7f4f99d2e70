"""export_changes RUN: the plan rows of a run with their outcome, as CSV or JSON lines."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import audit
from core.command import ConsoleCommand, operator
from core.sheet import chunks
from imports.exports import HEADER, documents, lines
from imports.models import Run


class Command(ConsoleCommand):
    help = "Prints what a run would change or changed, one person (jsonl) or field (csv) a line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="the number of the run")
        parser.add_argument("--format", choices=("csv", "jsonl"), default="csv")

    def handle(self, *args: object, **options: Any) -> None:
        """Streams the rows; memory does not grow with the run."""
        run = Run.objects.select_related("district").filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        audit.record(run.district, operator(), "changes.exported", f"run:{run.pk}")
        if options["format"] == "csv":
            for piece in chunks(HEADER, lines(run)):
                self.stdout.write(piece.decode(), ending="")
            return
        for document in documents(run):
            self.stdout.write(json.dumps(document, ensure_ascii=False))
