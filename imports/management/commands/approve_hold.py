"""approve_hold ID: plans afresh and applies what was held, if it is still the same (C09)."""

import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import ConsoleCommand, operator
from imports import holds
from imports.commands import exit_code, follow
from imports.documents import of_run
from imports.models import Hold
from schools.models import School


class Command(ConsoleCommand):
    help = "Approves a hold, all of it or for some schools, and prints what the run did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the hold")
        parser.add_argument("--schools", default="", metavar="SITE,SITE", help="only these sites")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Approves, and works on the run to its end."""
        schools = schools_of(options["id"], options["schools"])
        run = holds.approve(hold_id=options["id"], by=operator(), schools=schools)
        run = follow(run, inline=True)
        if options["json"]:
            self.stdout.write(json.dumps(of_run(run), ensure_ascii=False))
        else:
            self.stdout.write(run.message)
        if exit_code(run):
            self.stderr.write(run.message or f"The run ended as {run.state}.")
            sys.exit(1)


def schools_of(hold_id: int, text: str) -> list[int] | None:
    """The ids of the sites in a list of site codes; None for all."""
    codes = [code.strip() for code in text.split(",") if code.strip()]
    if not codes:
        return None
    hold = Hold.objects.filter(pk=hold_id).first()
    district = hold.district_id if hold else None
    found = dict(
        School.objects.filter(district=district, site_code__in=codes).values_list("site_code", "pk")
    )
    for code in codes:
        if code not in found:
            raise CommandError(f'There is no site "{code}" in this district.')
    return [found[code] for code in codes]
