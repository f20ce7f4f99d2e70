"""One measurement, and how many of them become one number."""

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
