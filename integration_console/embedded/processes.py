"""One child process that never outlives its parent.

A child has a process group of its own, so that a Ctrl-C reaches the supervisor only, which stops
all of them in order. On Linux the kernel also tells the child when its parent died, however it
died, so that not even a SIGKILL leaves anything behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """What to run, how to end it, and where its words go: to a log, or else to the terminal."""

    name: str
    command: tuple[str, ...]
    log: Path | None = None
    environment: Mapping[str, str] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    user: int | None = None


@dataclass
class Child:
    """A running program."""

    program: Program
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """Sends the signal that the program understands as "finish and go"."""
        if not self.ended:
            self.process.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """Ends the program and all that it started; kills what has not gone in time."""
        self.ask_to_stop()
        try:
            self.process.wait(self.program.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, for the message that says why it died."""
        if self.program.log is None:
            return ""
        return "\n".join(self.program.log.read_text(errors="replace").splitlines()[-lines:])


def start(program: Program) -> Child:
    """Starts the program; its input is empty."""
    with ExitStack() as files:
        output = None
        if program.log is not None:
            program.log.parent.mkdir(parents=True, exist_ok=True)
            output = files.enter_context(program.log.open("wb"))
        process = subprocess.Popen(
            program.command,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            process_group=0,
            preexec_fn=_at_birth(program.stop_signal),
            user=program.user,
            group=program.user,
            extra_groups=None if program.user is None else [],
        )
    return Child(program, process)


def wait_until(condition: Callable[[], bool], child: Child, seconds: float) -> bool:
    """Waits until the condition holds; False when the child ended or time ran out first."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not child.ended:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _at_birth(stop_signal: signal.Signals) -> Callable[[], None]:
    """What a new child does first: listens to its signal, and, on Linux, for its parent's death."""
    # Looked up here and not in the child: between fork and exec as little as possible happens.
    prctl = ctypes.CDLL(None).prctl if sys.platform.startswith("linux") else None
    parent = os.getpid()

    def end_with_parent() -> None:
        # Whoever starts us in the background of a shell has it ignored, and a child inherits that
        # until it sets up its own answer.
        signal.signal(stop_signal, signal.SIG_DFL)
        if prctl is None:
            return
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return end_with_parent
