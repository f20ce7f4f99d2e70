"""Celery: the legs of the engine. The run row in PostgreSQL is the truth (engine.md 1)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")

app = Celery("integration_console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
