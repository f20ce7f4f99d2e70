"""A district's brake limits: the defaults of engine.md 6, its own values, one run's override."""

from decimal import Decimal

from core.vocabulary import DataType
from imports.brakes import Limits
from imports.models import Brake, Run
from schools.models import District


def limits_of(run: Run, data_type: DataType) -> Limits:
    """The limits that hold for a data type of this run."""
    raised = run.raised_brakes.get(str(data_type))
    return Limits.of(_own(run.district, data_type), raised=raised)


def limits_for(district: District, data_type: DataType) -> Limits:
    """The limits that hold for a data type of any run that raises none."""
    return Limits.of(_own(district, data_type))


def _own(district: District, data_type: DataType) -> dict[str, tuple[Decimal | None, int | None]]:
    found = Brake.objects.filter(district=district, data_type=str(data_type))
    return {brake.name: (brake.percent, brake.number) for brake in found}
