"""The console itself, against the Clever that the settings name."""

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.peers.ours import phases, prepare, run_once
from benchmarks.roster import Pages

__all__ = ["phases", "prepare", "run"]


def run(pages: Pages, case: Case) -> Work:
    """One run over HTTP."""
    del pages  # They come from the sandbox.
    return run_once(case)
