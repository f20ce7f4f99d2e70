"""The project: settings, addresses and the wiring of background work."""

from integration_console.celery import app as celery_app

__all__ = ["celery_app"]
