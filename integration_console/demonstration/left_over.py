"""Runs that an interrupted preparation has left: not at their end, or not moved to their time."""

from datetime import datetime, timedelta

from core.vocabulary import ACTIVE_RUN_STATES
from imports.models import Run

WELL_AFTER = timedelta(hours=6)


def is_done(run: Run, at: datetime) -> bool:
    """Whether a run that was to happen `at` has ended, and is told as of then."""
    return run.state not in ACTIVE_RUN_STATES and since(run, at) is None


def since(run: Run | None, at: datetime) -> datetime | None:
    """When a run began that has to be moved to its time yet; None if there is nothing to move."""
    if run is None or run.created_at <= at + WELL_AFTER:
        return None
    return run.created_at
