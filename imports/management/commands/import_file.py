"""import_file SLUG FILE --key FIELD --map HEADING=FIELD: what Clever does not carry (C27)."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.command import operator
from core.vocabulary import DataType
from imports.commands import DistrictCommand, exit_code, follow
from imports.documents import of_run
from imports.from_file.actions import start_test, start_untested, upload
from imports.from_file.choice import Choice, keys_of, proposed
from imports.models import PeopleFile
from schools.models import District


class Command(DistrictCommand):
    help = "Imports values from a CSV file, or tests the import, and prints what it did."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="a CSV file with headings")
        parser.add_argument("--type", default=str(DataType.STUDENT), choices=list(DataType))
        parser.add_argument("--key", required=True, help="the identifier that lines are found by")
        parser.add_argument("--key-column", default="", metavar="HEADING", help="where it stands")
        parser.add_argument(
            "--map", action="append", default=[], metavar="HEADING=FIELD", help="a column to write"
        )
        parser.add_argument("--clear", action="store_true", help="an empty cell empties the field")
        parser.add_argument("--test", action="store_true", help="change no record")
        parser.add_argument(
            "--large", action="store_true", help="import it even if it is unusually large"
        )

    def work(self, district: District, options: dict[str, Any]) -> None:
        """Uploads, plans and imports."""
        file = uploaded(district, options["file"])
        choice = choice_of(file, options)
        if options["test"]:
            started = start_test(file=file, choice=choice, by=operator())
        else:
            started = start_untested(
                file=file, choice=choice, by=operator(), approved=options["large"]
            )
        run = follow(started.run, inline=True)
        if options["json"]:
            self.say(of_run(run))
        else:
            self.stdout.write(run.message)
        if exit_code(run):
            self.stderr.write(run.message or f"The run ended as {run.state}.")
            sys.exit(1)


def uploaded(district: District, path: Path) -> PeopleFile:
    """The file, staged."""
    try:
        with path.open("rb") as file:
            return upload(district=district, name=path.name, file=file, by=operator())
    except OSError as problem:
        raise CommandError(f"{path.name} cannot be read: {problem.strerror}.") from problem


def choice_of(file: PeopleFile, options: dict[str, Any]) -> Choice:
    """How the words of the command say that the file is read."""
    data_type = DataType(options["type"])
    key: str = options["key"]
    known = [target.key for target in keys_of(data_type)]
    if key not in known:
        raise CommandError(f'"{key}" finds nobody. Choose from {", ".join(known)}.')
    fields = {}
    for text in options["map"]:
        heading, equals, field = text.rpartition("=")
        if not equals:
            raise CommandError(f'Write --map HEADING=FIELD, and not "{text}".')
        fields[place_of(file, heading)] = field.strip()
    if options["key_column"]:
        column = place_of(file, options["key_column"])
    else:
        guessed = proposed(file.columns, data_type, file.district).items()
        column = next((place for place, field in guessed if field == key), -1)
    if column < 0:
        raise CommandError(f"No heading names {key}; say where it stands with --key-column.")
    return Choice(data_type, key, column, fields, options["clear"])


def place_of(file: PeopleFile, heading: str) -> int:
    """The place of the column with this heading."""
    headings = [column.lower() for column in file.columns]
    wanted = heading.strip().lower()
    if wanted not in headings:
        raise CommandError(
            f'{file.name} has no column "{heading}". It has {", ".join(file.columns)}.'
        )
    return headings.index(wanted)
