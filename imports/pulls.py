"""What a run asks Clever for: the enabled data types and the sources that may be kept."""

from collections.abc import Iterable

from clever_sync.reasons import ASKED, HELD
from clever_sync.sources import IDENTIFYING
from core.vocabulary import DataType, Trigger
from imports.models import Run, Schedule
from mappings.queries import active_ids, mapped_sources
from schools.models import District

DEFAULT_ON = (DataType.STUDENT, DataType.TEACHER)


def enabled_types(district: District, asked: Iterable[DataType]) -> list[DataType]:
    """The data types to walk: those switched on (students and teachers by default) and `asked`."""
    rows = dict(Schedule.objects.filter(district=district).values_list("data_type", "automatic"))
    on = {t for t in DataType if rows.get(str(t), t in DEFAULT_ON)}
    return [t for t in DataType if t in on | set(asked)]


def kept_sources(district: District, named: Iterable[int] = ()) -> frozenset[str]:
    """Who somebody is, and beside that only what a published rule maps (B04, C34).

    `named` are the versions of a run that is on: what they map is kept for it (H01).
    """
    return IDENTIFYING | mapped_sources(district, named)


def basis_of(run: Run, types: Iterable[DataType]) -> dict[str, str]:
    """By what settings and what matching of schools a run's pull is made.

    The settings are those of all types that are read, for each run may be about some of them.
    """
    active = active_ids(run.district, types) | run.settings
    settings = " ".join(f"{data_type}:{active[data_type]}" for data_type in sorted(active))
    return {"settings": settings, "schools": bytes(run.schools_key or b"").hex()}


def why_full(run: Run) -> str:
    """The code of why a run reads everything, whatever events could tell; "" if nothing says so."""
    if run.trigger == Trigger.HOLD:
        return HELD
    return ASKED if run.full else ""
