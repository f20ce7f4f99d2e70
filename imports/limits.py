"""A district's brake limits: the defaults of engine.md 6, its own values, one run's override."""

from core.vocabulary import DataType
from imports.brakes import Limits
from imports.models import Brake, Run


def limits_of(run: Run, data_type: DataType) -> Limits:
    """The limits that hold for a data type of this run."""
    own = {
        brake.name: (brake.percent, brake.number)
        for brake in Brake.objects.filter(district=run.district, data_type=str(data_type))
    }
    return Limits.of(own, raised=run.raised_brakes.get(str(data_type)))
