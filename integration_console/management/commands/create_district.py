"""create_district SLUG: a district ready for set-up, and its first user."""

import json
from typing import Any

from django.core.management.base import CommandParser

from core.command import ConsoleCommand, operator
from integration_console.opening import open_district


class Command(ConsoleCommand):
    help = "Makes a district with its district office, default settings and first user."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="how it is called in addresses")
        parser.add_argument("--name", required=True)
        parser.add_argument("--time-zone", required=True, metavar="TZ", help="America/Chicago")
        parser.add_argument("--enable-clever", action="store_true", help="allow the integration")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="its first user")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Makes all of it, or nothing."""
        opened = open_district(
            slug=options["slug"],
            name=options["name"],
            time_zone=options["time_zone"],
            clever_enabled=options["enable_clever"],
            owner=options["owner"],
            by=operator(),
        )
        document = {
            "district": opened.district.slug,
            "clever_enabled": opened.district.clever_enabled,
            "owner": opened.owner or None,
            "link": opened.link or None,
        }
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self.stdout.write(f"{opened.district.name} is ready for set-up.")
        if opened.link:
            self.stdout.write(f"{opened.owner} sets a password here, once: {opened.link}")
