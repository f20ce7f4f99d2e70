"""Decoding every page with the standard library, and nothing else."""

import json

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.roster import Pages


def prepare(pages: Pages) -> None:
    """Needs nothing."""


def run(pages: Pages, case: Case) -> Work:
    """Decodes every page."""
    return Work(sum(len(json.loads(body)["data"]) for body in pages.bodies()))
