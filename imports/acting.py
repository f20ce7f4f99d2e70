"""What every step does in the name of a claimed run: move it, time it, stop when asked to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection as database

from core.vocabulary import RunState
from imports import stopping
from imports.lease import Claim, Heart, Interrupted, keep
from imports.models import Run
from imports.states import RUN


class Stopped(Exception):
    """This process shall stop; what it was planning is planned anew by the next one (F09)."""


def move(run: Run, ours: Claim, target: RunState, **changes: Any) -> None:
    """Moves the run and writes `changes` to it. Raises Interrupted if it is not ours any more."""
    if not RUN.move(Run.objects.filter(pk=run.pk, fence=ours.fence), target, **changes):
        raise Interrupted


def getting_on(ours: Claim, heart: Heart) -> Callable[..., None]:
    """A function that says how far the step is. Raises Interrupted or Stopped."""

    def say(**changes: object) -> None:
        heart.alive()
        if stopping.asked():
            raise Stopped
        keep(ours, **changes)

    return say


@contextmanager
def timed(run: Run, ours: Claim, phase: str) -> Iterator[None]:
    """Adds the seconds of a phase to those of the run."""
    started = time.monotonic()
    yield
    _note_seconds(run, phase, time.monotonic() - started)


def _note_seconds(run: Run, phase: str, seconds: float) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_run SET seconds = jsonb_set(seconds, %s,"
            " to_jsonb(round((coalesce((seconds->>%s)::numeric, 0) + %s::numeric), 3)))"
            " WHERE id = %s",
            [[phase], phase, seconds, run.pk],
        )
