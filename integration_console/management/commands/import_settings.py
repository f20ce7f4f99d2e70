"""import_settings SLUG FILE.json: the settings of a document."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.command import operator
from core.problems import ConsoleError
from imports.commands import DistrictCommand
from integration_console.settings_loading import load, read
from schools.models import District


class Command(DistrictCommand):
    help = "Makes the district's settings those of a document, all of them or none."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def work(self, district: District, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        try:
            text = path.read_bytes()
        except OSError as problem:
            raise ConsoleError(f"{path.name} cannot be read: {problem.strerror}.") from problem
        changed = load(district=district, document=read(text, path.name), by=operator())
        if options["json"]:
            self.say({"district": district.slug, "changed": changed})
        elif changed:
            self.stdout.write(f"Changed: {', '.join(changed)}.")
        else:
            self.stdout.write("Nothing differs.")
