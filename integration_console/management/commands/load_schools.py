"""load_schools SLUG FILE.csv: local schools."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts import audit
from core.command import operator
from imports.commands import DistrictCommand
from schools.load import load_schools
from schools.models import District


class Command(DistrictCommand):
    help = "Loads local schools from a CSV file: site_code,name,number,nces_id."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def work(self, district: District, options: dict[str, Any]) -> None:
        with transaction.atomic():
            loaded = load_schools(district=district, path=options["file"])
            audit.record(district, operator(), "schools.load", created=loaded.created)
        if options["json"]:
            self.say({"district": district.slug, **asdict(loaded)})
            return
        self.stdout.write(
            f"{loaded.created} schools created, {loaded.updated} changed, "
            f"{loaded.unchanged} as before."
        )
