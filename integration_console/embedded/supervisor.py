"""Starts programs, watches them, and stops all of them whatever happens."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from integration_console.embedded import processes

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProgramFailed(Exception):
    """A program ended that should not have; the message has its last words."""


class Supervisor:
    """Programs that live and end together."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.children: list[processes.Child] = []

    def start(self, program: processes.Program) -> processes.Child:
        """Starts a program that is to run until the end."""
        child = processes.start(replace(program, environment=self.environment))
        self.children.append(child)
        return child

    def start_until(
        self, program: processes.Program, ready: Callable[[], bool], seconds: float
    ) -> None:
        """Starts a program and waits until it is ready. Raises ProgramFailed if it never is."""
        child = self.start(program)
        if not processes.wait_until(ready, child, seconds):
            raise ProgramFailed(_why(child, f"was not ready within {seconds:.0f} seconds"))

    def run(self, program: processes.Program) -> None:
        """Runs a program to its end. Raises ProgramFailed unless it ends well."""
        child = self.start(program)
        child.process.wait()
        self.children.remove(child)
        if child.process.returncode:
            raise ProgramFailed(_why(child, "was not ready"))

    def watch(self) -> None:
        """Returns never, unless by a signal. Raises ProgramFailed when one of them ends."""
        while True:
            for child in self.children:
                if child.ended:
                    raise ProgramFailed(_why(child, "is gone"))
            time.sleep(0.3)

    def stop(self) -> None:
        """Ends all: everyone is asked at once, then waited for."""
        for child in self.children:
            child.ask_to_stop()
        while self.children:
            self.children.pop().stop()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turns Ctrl-C, SIGTERM and SIGHUP into KeyboardInterrupt in this block."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        # One is enough: whoever presses Ctrl-C again must not interrupt the stopping.
        ignore_signals()
        raise KeyboardInterrupt

    for number in STOP_SIGNALS:
        # nohup has it ignored, and means it.
        if not (number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN):
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        ignore_signals()


def ignore_signals() -> None:
    """From here on nothing interrupts."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _why(child: processes.Child, otherwise: str) -> str:
    code = child.process.poll()
    fate = otherwise if code is None else f"ended (exit {code})"
    words = child.last_words()
    where = f"; the end of {child.program.log}:\n{words}" if words else ""
    return f"{child.program.name} {fate}{where}"
