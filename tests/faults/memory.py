"""A worker that drives one run and says how much memory it needed: `python -m tests.faults.memory`.

A program of its own, since a forked one would be counted with what the tests have loaded.
"""

import resource
import sys
from pathlib import Path

import django

STATUS = Path("/proc/self/status")


def main(run_id: int) -> None:
    """Prints the end of the run, and the kilobytes at the peak."""
    django.setup()
    from imports.driver import drive

    run = drive(run_id, sleep=lambda _: None)
    print(run.state, peak())


def peak() -> int:
    """The most memory that this program ever had, in kilobytes."""
    if STATUS.exists():
        # Not what rusage says: on Linux that begins with what the parent had.
        lines = STATUS.read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


if __name__ == "__main__":
    main(int(sys.argv[1]))
