"""Whether this process, or the one it was forked from, shall stop soon (F09).

One byte of memory that a worker shares with the processes it forks: whoever is told to stop
tells all of them without a word more.
"""

import mmap
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_shared = mmap.mmap(-1, 1)


def ask() -> None:
    """Runs that are worked on are to be handed back at the next good moment."""
    _shared[0] = 1


def asked() -> bool:
    """Whether to hand back what is ours and to begin nothing new."""
    return _shared[0] == 1


def forget() -> None:
    """As if nobody had asked."""
    _shared[0] = 0


@contextmanager
def by_signals() -> Iterator[None]:
    """SIGTERM and Ctrl-C ask politely in this block; whoever repeats them means it."""

    def polite(number: int, frame: FrameType | None) -> None:
        ask()
        signal.signal(number, before[number])

    before = {int(n): signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, polite)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        forget()
