"""One measurement, and how many of them become one number."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Work:
    """What a contestant says that it did: people met, created and changed."""

    seen: int
    created: int = 0
    changed: int = 0


@dataclass(frozen=True)
class Measured:
    """One case of one contestant in a process of its own."""

    contestant: str
    case: str
    students: int
    round: int
    wall: float
    cpu: float
    peak_mb: float
    work: Work
    phases: dict[str, float]
    server_cpu: float = 0.0

    @property
    def all_cpu(self) -> float:
        """Processor time of the contestant and of PostgreSQL."""
        return self.cpu + self.server_cpu

    @property
    def per_second(self) -> float:
        return self.students / self.wall


def peak_mb() -> float:
    """The most memory that this process has ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike ru_maxrss this forgets what the parent held before it became us.
        (line,) = [each for each in status.read_text().splitlines() if each.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cpu_seconds() -> float:
    """Processor time of this process and its finished children."""
    mine = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def server_cpu_seconds(postmaster: int) -> float:
    """Processor time of a whole PostgreSQL so far; 0 without the number of its first process."""
    process = Path(f"/proc/{postmaster}")
    children = process / "task" / str(postmaster) / "children"
    if not postmaster or not children.exists():
        return 0.0
    living = sum(_ticks(process.parent / child) for child in children.read_text().split())
    return (_ticks(process, with_ended=True) + living) / os.sysconf("SC_CLK_TCK")


def _ticks(process: Path, *, with_ended: bool = False) -> int:
    """User and system time of a process, and of its children that have ended."""
    try:
        figures = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(figure) for figure in figures[11 : 15 if with_ended else 13])
