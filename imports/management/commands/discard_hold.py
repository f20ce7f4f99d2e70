"""discard_hold ID: what was held is not applied, and not raised again while it stays the same."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.problems import ConsoleError
from imports import holds
from imports.commands import operator, refuse


class Command(BaseCommand):
    help = "Discards a hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help="the hold")

    def handle(self, *args: object, **options: Any) -> None:
        """Discards; a refusal becomes one line."""
        try:
            hold = holds.discard(hold_id=options["id"], by=operator())
        except ConsoleError as refusal:
            refuse(refusal)
        self.stdout.write(f"Hold {hold.pk} is discarded. Its {hold.count} rows are not applied.")
