"""Celery's side of the engine: a message carries a run's id and nothing else."""

from celery import shared_task

from imports import awaiting, driver, due


@shared_task(name="imports.tasks.advance_run")
def advance_run(run_id: int) -> None:
    """Works on a run for some minutes; another ring follows if it is not finished."""
    driver.advance_run(run_id)


@shared_task(name="imports.tasks.tick")
def tick() -> None:
    """Every minute: rings again for runs whose lease is over, ends what has expired."""
    due.tick()


@shared_task(name="imports.tasks.look_again")
def look_again() -> None:
    """Every minute: asks Clever again for some of those who wait for its approval."""
    awaiting.look_again()
