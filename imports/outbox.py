"""The outbox: events are written in the transaction of their cause (engine.md 10)."""

from collections.abc import Iterable

from core.vocabulary import DataType
from imports.models import Run, RunEvent
from schools.models import District

# What is told to a district's systems only (C28): nobody can choose these for mail.
HOLD_DECIDED = "hold_decided"
PAUSED = "schedule_paused"
RESUMED = "schedule_resumed"
SWITCHED = "schedule_switched"


def write(run: Run, kind: str, **details: object) -> None:
    """Notes that something happened in a run; a kind is noted once per run (I6)."""
    event = RunEvent(
        run=run,
        kind=kind,
        district=run.district,
        data_types=run.data_types,
        details=details,
    )
    RunEvent.objects.bulk_create([event], ignore_conflicts=True)


def write_of_district(
    district: District | int, kind: str, types: Iterable[str] = tuple(DataType), **details: object
) -> RunEvent:
    """Notes what happened to a district outside of any run, for these data types."""
    return RunEvent.objects.create(
        district_id=district if isinstance(district, int) else district.pk,
        kind=kind,
        data_types=[str(data_type) for data_type in types],
        details=details,
    )
