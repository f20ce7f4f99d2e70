"""run_due: does in this process what the clock and the workers do, without a broker (F17)."""

from typing import Any

from django.core.management.base import CommandParser

from core.command import ConsoleCommand
from imports import stopping
from imports.due import work
from notifications import post
from notifications.beside import Beside


class Command(ConsoleCommand):
    is_worker = True
    help = "Starts what is due, goes on with every run that waits for a worker, and sends mail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until stopped")

    def handle(self, *args: object, **options: Any) -> None:
        """Works until nothing is due, or for ever."""
        try:
            with stopping.by_signals():
                if options["loop"]:
                    with Beside(post.work):
                        work(loop=True)
                else:
                    work(loop=False)
                    post.work()
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
