"""export_records SLUG --type T: people with the keys of fields.md, plus id, roles and locked."""

from typing import Any

from django.core.management.base import CommandParser

from accounts import audit
from core.command import operator
from core.vocabulary import DataType
from imports.commands import DistrictCommand
from schools.export import csv_lines, json_lines
from schools.models import District

FORMATS = {"csv": csv_lines, "jsonl": json_lines}


class Command(DistrictCommand):
    help = (
        "Prints people with the keys of fields.md. In CSV a cell that begins with =, +, -, @ or a "
        "tab gets an apostrophe in front, so that no spreadsheet runs it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--type", required=True, choices=[t.value for t in DataType])
        parser.add_argument("--format", default="csv", choices=list(FORMATS))

    def work(self, district: District, options: dict[str, Any]) -> None:
        chosen = "jsonl" if options["json"] else options["format"]
        for piece in FORMATS[chosen](district, DataType(options["type"])):
            self.stdout.write(piece, ending="")
        audit.record(district, operator(), "people.export", options["type"])
