"""load_people SLUG FILE.csv --type T: local people, by the keys of fields.md."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts import audit
from core.command import operator
from core.vocabulary import DataType
from imports.commands import DistrictCommand
from schools.load import FileRefused, load_people
from schools.models import District


class Command(DistrictCommand):
    help = (
        "Loads people from a CSV file whose columns are the keys of fields.md, with `site` and "
        "`additional_sites` (divided by ;) as site codes. All lines or none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--type", required=True, choices=[t.value for t in DataType])
        parser.add_argument(
            "--update",
            action="store_true",
            help="write filled cells into records that are here already",
        )

    def work(self, district: District, options: dict[str, Any]) -> None:
        by = operator()
        try:
            with transaction.atomic():
                loaded = load_people(
                    district=district,
                    path=options["file"],
                    data_type=DataType(options["type"]),
                    update=options["update"],
                    by=by,
                )
                audit.record(district, by, "people.load", options["type"], **asdict(loaded))
        except FileRefused as refusal:
            if not options["json"]:
                raise
            self.say({"loaded": False, "errors": refusal.errors, "total": refusal.total})
            self.stderr.write(refusal.errors[0])
            sys.exit(1)
        if options["json"]:
            self.say({"district": district.slug, "loaded": True, **asdict(loaded)})
            return
        self.stdout.write(
            f"{loaded.created} people created, {loaded.updated} changed, {loaded.joined} gained "
            f"a role, {loaded.unchanged} as before."
        )
