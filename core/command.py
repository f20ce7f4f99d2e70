"""The base of every management command: it does what it is asked, or refuses in one plain line."""

import getpass
import logging
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from core.problems import ConsoleError

LONGEST_ARGUMENT = 4096
SHOWN = 300
USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


class ConsoleCommand(BaseCommand):
    """A command whose refusals are one line on stderr and a non-zero exit code.

    What cannot be an argument (characters that no text has, thousands of letters) is refused
    before any work. The log of what happens meanwhile is for `--verbosity 2`, unless the command
    is a worker that goes on for long.
    """

    is_worker = False

    def run_from_argv(self, argv: list[str]) -> None:
        """Reads the words of a terminal; wrong ones are one line, and not a page of usage."""
        try:
            # Not from the command line as far as Django knows: so it raises, and prints nothing.
            self.create_parser(argv[0], argv[1]).parse_args(argv[2:])
        except CommandError as wrong:
            said = _shortened(one_line(str(wrong).removeprefix("Error: ")))
            self.stderr.write(f"{argv[1]}: {said}; {argv[1]} --help tells what it takes.")
            sys.exit(USAGE)
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Looks at the arguments, then works; a refusal of any room becomes one line."""
        for name, value in options.items():
            if isinstance(value, str | PurePath):
                _check(name, str(value))
        with quiet_log(when=not self.is_worker and options.get("verbosity", 1) < 2):
            try:
                return super().execute(*args, **options)
            except ConsoleError as refusal:
                raise CommandError(one_line(refusal.sentence)) from None
            except OperationalError as trouble:
                said = _shortened(one_line(str(trouble)))
                raise CommandError(f"The database does not do its part: {said}") from None
            except BrokenPipeError:
                _leave_quietly()
            except KeyboardInterrupt:
                raise CommandError(
                    "Interrupted. A run that was begun goes on with the workers, or with run_due.",
                    returncode=INTERRUPTED,
                ) from None


def _leave_quietly() -> NoReturn:
    """Ends without a word where nobody reads on, as in `| head`."""
    # Python would flush what is left at its end, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(BROKEN_PIPE)


def operator() -> str:
    """Who types: the name of the operating system's account, for the audit."""
    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):  # an account without a name, as containers have
        return "operator"


def one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


def _shortened(line: str) -> str:
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _check(name: str, value: str) -> None:
    if not _is_text(value):
        raise CommandError(f"{name} holds a character that no text has; type it again.")
    if len(value) > LONGEST_ARGUMENT:
        raise CommandError(f"{name} is longer than {LONGEST_ARGUMENT} characters; shorten it.")


def _is_text(value: str) -> bool:
    """No control characters but white space, and no bytes that were not UTF-8."""
    return not any(
        unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace() for letter in value
    )


@contextmanager
def quiet_log(*, when: bool) -> Iterator[None]:
    """Nothing is logged within the block."""
    before = logging.root.manager.disable
    if when:
        logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
