"""What the next sync would do with one person: the engine itself is asked, and writes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

from clever_sync.models import Connection, Pull
from core.vocabulary import DataType, PersonKind, RunMode
from imports import looking, plan
from imports.frame import Frame
from imports.models import Run
from imports.planner import Row
from imports.pulls import enabled_types
from imports.tally import Tally
from mappings.queries import active_specs, school_map
from mappings.spec import Mapped
from schools.models import District


@dataclass(frozen=True)
class Supposed:
    """The person as the rules read them, and the row of a plan, None where nothing changes."""

    mapped: Mapped
    seen: looking.Seen
    row: Row | None
    codes: dict[str, dict[str, str]]


def frame_of(district: District, connection: Connection, pull: Pull, now: datetime) -> Frame:
    """The frame of a run that is never made: the rules and the school matching in force.

    Types that are not synced by themselves are left aside, unless none is. Raises ConsoleError
    for a district without a district office.
    """
    specs = active_specs(district, list(DataType))
    on = enabled_types(district, [])
    chosen = [spec for spec in specs if spec.data_type in on] or specs
    run = Run(
        district=district, mode=RunMode.LIVE, data_types=[str(s.data_type) for s in chosen],
        settings={str(s.data_type): s.id for s in chosen}, now=now, pull=pull, full=True,
    )  # fmt: skip
    return Frame(
        run=run,
        district=district,
        connection=connection,
        pull=pull,
        now=now,
        specs={spec.data_type: spec for spec in chosen},
        schools=school_map(district),
    )


def suppose(frame: Frame, roles: list[str], clever_id: str) -> Supposed | None:
    """What a sync of this moment would plan; None for somebody of no type that is synced."""
    for kind in frame.kinds:
        if set(roles) & set(frame.roles_of(kind)):
            seen = looking.one(frame, kind, clever_id)
            return _suppose(frame, kind, seen) if seen else None
    return None


def _suppose(frame: Frame, kind: PersonKind, seen: looking.Seen) -> Supposed:
    mapped = frame.mappers[kind].map(seen.payload, seen.roles)
    if seen.broken and not mapped.reject:
        mapped = replace(mapped, reject="record_broken")
    batch = plan.supposed(frame, kind, seen, Tally())
    row = batch.rows[0] if batch.rows else None
    return Supposed(mapped, seen, row, _codes(frame, mapped.roles))


def _codes(frame: Frame, data_types: tuple[DataType, ...]) -> dict[str, dict[str, str]]:
    """The code tables that apply to these types, the leading one's first."""
    found: dict[str, dict[str, str]] = {}
    for data_type in data_types:
        if data_type in frame.specs:
            for field, table in frame.specs[data_type].codes.items():
                found.setdefault(field, dict(table))
    return found
