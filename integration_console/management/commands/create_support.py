"""create_support EMAIL: a Support user."""

import json
import sys
from getpass import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.invitation import create_support
from core.command import ConsoleCommand, operator


class Command(ConsoleCommand):
    help = "Makes a Support user: asks for a password on a terminal, else prints a link to set it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: object, **options: Any) -> None:
        """Makes the user."""
        password = None if options["json"] or not sys.stdin.isatty() else _asked()
        user, link = create_support(email=options["email"], password=password, by=operator())
        if options["json"]:
            self.stdout.write(json.dumps({"email": user.email, "link": link or None}))
            return
        self.stdout.write(f"{user.email} is a Support user.")
        if link:
            self.stdout.write(f"The password is set here, once: {link}")


def _asked() -> str | None:
    """A password typed twice; None for a link instead."""
    first = getpass("Password (leave empty for a link): ")
    if first and first != getpass("The same again: "):
        raise CommandError("The two passwords differ; nobody was created.")
    return first or None
