"""Celery: the legs of the engine. The run row in PostgreSQL is the truth (engine.md 1)."""

import os

from celery import Celery
from celery.signals import worker_shutting_down

from imports import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")

app = Celery("integration_console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_shutting_down.connect
def hand_back(**_: object) -> None:
    """A worker that was asked to stop ends its slices and hands its runs back (F09)."""
    stopping.ask()
