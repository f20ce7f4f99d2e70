"""run_due: does in this process what the clock and the workers do, without a broker (F17)."""

from typing import Any

from django.core.management.base import CommandParser

from core.command import ConsoleCommand
from imports import awaiting, stopping
from imports.due import work
from notifications import post
from notifications.beside import Beside


def ask_and_tell() -> None:
    """What may take its time beside the runs: asking Clever for who waits, and sending mail."""
    awaiting.look_again()
    post.work()


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
                    with Beside(ask_and_tell):
                        work(loop=True)
                else:
                    work(loop=False)
                    ask_and_tell()
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
