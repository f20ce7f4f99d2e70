"""Ringing a worker for a run. The row is the truth; a lost ring costs a minute (engine.md 1)."""

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger("console.imports")


def ring(run_id: int) -> None:
    """Tells the workers of a run once the present transaction is committed.

    Without a broker, or with one that is down, nothing happens here: the next tick, or
    `run_due`, finds the row (F15).
    """
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _send(run_id))


def _send(run_id: int) -> None:
    try:
        current_app.send_task("imports.tasks.advance_run", args=[run_id], expires=3600)
    except OperationalError:
        log.warning("broker_away", run=run_id)
