"""The outbox: events are written in the transaction of their cause (engine.md 10)."""

from imports.models import Run, RunEvent


def write(run: Run, kind: str, **details: object) -> None:
    """Notes that something happened in a run; a kind is noted once per run (I6)."""
    RunEvent.objects.get_or_create(
        run=run,
        kind=kind,
        defaults={
            "district": run.district,
            "data_types": run.data_types,
            "details": details,
        },
    )
