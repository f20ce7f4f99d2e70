"""Celery's side of the post; it carries nothing, the letters stand in the database."""

from celery import shared_task

from notifications import post


@shared_task(name="notifications.tasks.deliver")
def deliver() -> None:
    """Every minute: gathers what is to be told, and sends for some seconds."""
    post.work()
