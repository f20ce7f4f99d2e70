"""Celery: the legs of the engine. The run row in PostgreSQL is the truth (engine.md 1)."""

import os
from contextlib import suppress

from celery import Celery
from celery.signals import beat_init, worker_shutting_down
from kombu.exceptions import OperationalError

from imports import stopping
from integration_console.starting import tell_what_is_missing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")

tell_what_is_missing()
app = Celery("integration_console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_shutting_down.connect
def hand_back(**_: object) -> None:
    """A worker that was asked to stop ends its slices and hands its runs back (F09)."""
    stopping.ask()


@beat_init.connect
def tick_at_once(**_: object) -> None:
    """A clock that starts looks at once for what is due: it may have been away for hours (F14)."""
    with suppress(OperationalError):
        app.send_task("imports.tasks.tick", expires=55)
