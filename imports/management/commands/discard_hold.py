"""discard_hold ID: what was held is not applied, and not raised again while it stays the same."""

from typing import Any

from django.core.management.base import CommandParser

from core.command import ConsoleCommand, operator
from imports import holds


class Command(ConsoleCommand):
    help = "Discards a hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the hold")

    def handle(self, *args: object, **options: Any) -> None:
        """Discards, so that the same content is not raised again."""
        hold = holds.discard(hold_id=options["id"], by=operator())
        self.stdout.write(f"Hold {hold.pk} is discarded. Its {hold.count} rows are not applied.")
