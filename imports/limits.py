"""A district's brake limits: the defaults of engine.md 6, its own values, one run's override."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from core.vocabulary import DataType
from imports.brake_terms import Own
from imports.brakes import Limits
from imports.models import Brake, Run
from schools.models import District

Noted = dict[str, dict[str, dict[str, Any] | None]]


def limits_of(run: Run, data_type: DataType) -> Limits:
    """The limits that hold for a data type of this run: those at its start, and what it raises."""
    return limits_at_start(run, data_type).raised(run.raised_brakes.get(str(data_type), {}))


def limits_at_start(run: Run, data_type: DataType) -> Limits:
    """The limits that the district had when this run was started."""
    if run.own_brakes is None:
        return limits_for(run.district, data_type)
    noted: Mapping[str, Mapping[str, Any] | None] = run.own_brakes.get(str(data_type), {})
    return Limits.of({name: _read(values) for name, values in noted.items()})


def limits_for(district: District, data_type: DataType) -> Limits:
    """The limits that hold for a data type of any run that is started now and raises none."""
    return all_limits(district)[data_type]


def all_limits(district: District) -> dict[DataType, Limits]:
    """The same for every data type, in one query."""
    return {data_type: Limits.of(own) for data_type, own in own_values(district).items()}


def own_values(district: District) -> dict[DataType, dict[str, Own | None]]:
    """The district's own values of every data type; None for a brake that is switched off."""
    own: dict[DataType, dict[str, Own | None]] = {data_type: {} for data_type in DataType}
    for brake in Brake.objects.filter(district=district).order_by("pk"):
        values = None if brake.off else (brake.percent, brake.number)
        own[DataType(brake.data_type)][brake.name] = values
    return own


def noted(district: District, types: Collection[DataType]) -> Noted:
    """The own values of these types as a run notes them at its start."""
    found = own_values(district)
    return {
        str(t): {name: _plain(values) for name, values in found[t].items()}
        for t in types
        if found[t]
    }


def _plain(values: Own | None) -> dict[str, Any] | None:
    if values is None:
        return None
    percent, number = values
    return {"percent": None if percent is None else str(percent), "number": number}


def _read(values: Mapping[str, Any] | None) -> Own | None:
    if values is None:
        return None
    percent = values["percent"]
    return (None if percent is None else Decimal(percent), values["number"])
