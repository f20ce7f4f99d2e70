"""reset_clever SLUG: Reset Configuration."""

from typing import Any

from django.core.management.base import CommandParser

from core.command import operator
from imports.commands import DistrictCommand
from integration_console.switches import reset_configuration
from schools.models import District, Person


class Command(DistrictCommand):
    help = (
        "Stops the schedule and any run, then forgets the connection and the school matching. "
        "All records and rules stay, and so do the links unless --unlink."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--unlink", action="store_true", help="release people from Clever too")

    def work(self, district: District, options: dict[str, Any]) -> None:
        reset_configuration(district=district, by=operator(), unlink=options["unlink"])
        people = Person.objects.filter(district=district, archived_at=None)
        counts = {
            "people": people.count(),
            "linked": people.filter(clever_id__isnull=False).count(),
        }
        if options["json"]:
            self.say({"district": district.slug, "reset": True, **counts})
            return
        self.stdout.write(
            f"The Clever configuration is reset. {counts['people']} records are kept, "
            f"{counts['linked']} of them linked."
        )
