"""What a run asks Clever for: the enabled data types and the sources that may be kept."""

from collections.abc import Iterable

from clever_sync.sources import BASE_SOURCES
from core.vocabulary import DataType
from imports.models import Schedule
from mappings.queries import mapped_sources
from schools.models import District

DEFAULT_ON = (DataType.STUDENT, DataType.TEACHER)


def enabled_types(district: District, asked: Iterable[DataType]) -> list[DataType]:
    """The data types to walk: those switched on (students and teachers by default) and `asked`."""
    rows = dict(Schedule.objects.filter(district=district).values_list("data_type", "automatic"))
    on = {t for t in DataType if rows.get(str(t), t in DEFAULT_ON)}
    return [t for t in DataType if t in on | set(asked)]


def kept_sources(district: District, named: Iterable[int] = ()) -> frozenset[str]:
    """The offered catalogue, and GPA or extension fields only where a rule maps them (B04).

    `named` are the versions of a run that is on: what they map is kept for it (H01).
    """
    return BASE_SOURCES | mapped_sources(district, named)
