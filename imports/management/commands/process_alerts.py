"""process_alerts SLUG: Process All Updates, carried out in this process (A66)."""

import sys
from typing import Any

from core.command import operator
from imports import alerts
from imports.commands import DistrictCommand, exit_code, follow
from imports.documents import of_run
from schools.models import District


class Command(DistrictCommand):
    help = "Carries out all staged decisions and prints what the run did."

    def work(self, district: District, options: dict[str, Any]) -> None:
        done = alerts.process(district=district, by=operator())
        run = follow(done.run, inline=True) if done.run else None
        if options["json"]:
            document = of_run(run) if run else {"run": None}
            self.say({**document, "decisions": done.decisions, "skipped": done.skipped})
        else:
            for sentence in done.skipped:
                self.stdout.write(sentence)
            message = run.message if run else "Nothing is left to be processed."
            self.stdout.write(f"{done.decisions} decisions. {message}")
        if run is None or exit_code(run):
            self.stderr.write(run.message if run else "Every staged decision was skipped.")
            sys.exit(1)
