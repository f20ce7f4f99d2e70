"""What a run works with: its settings, its schools, its one clock (engine.md 1).

A frame is rebuilt from the run row at every slice, so that any worker can go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from zoneinfo import ZoneInfo

from clever_sync.models import Connection, Pull, PullWalk
from core.vocabulary import KIND_OF_TYPE, ROLES_OF_TYPE, DataType, PersonKind, RunMode
from imports.models import Run, WhatIf
from mappings.engine import Mapper, compile_rules
from mappings.queries import ENGINE_VERSION, school_map, specs_by_id
from mappings.spec import RulesetSpec, SchoolMap
from mappings.year import school_year_end
from schools.models import District


@dataclass
class Frame:
    """Everything that stays the same while one run is planned and applied."""

    run: Run
    district: District
    connection: Connection
    pull: Pull
    now: datetime
    specs: dict[DataType, RulesetSpec]
    schools: SchoolMap
    # Keys that several people of Clever share, by kind and column (imports.facts).
    crowded: dict[tuple[PersonKind, str], frozenset[str]] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether the run may write people; a TEST only plans."""
        return self.run.mode == "live"

    @property
    def types(self) -> list[DataType]:
        """The data types of the run, students first."""
        return [t for t in DataType if t in self.specs]

    @property
    def kinds(self) -> list[PersonKind]:
        return [k for k in PersonKind if any(KIND_OF_TYPE[t] is k for t in self.types)]

    def types_of(self, kind: PersonKind) -> list[DataType]:
        return [t for t in self.types if KIND_OF_TYPE[t] is kind]

    def roles_of(self, kind: PersonKind) -> list[str]:
        """The Clever roles that this run is about, for one kind of person."""
        return walked_roles(self.types_of(kind))

    def roles_of_type(self, data_type: DataType) -> list[str]:
        return walked_roles([data_type])

    @cached_property
    def year_end(self) -> int:
        """The end of the school year on the run's day in the district's time zone."""
        today = self.now.astimezone(ZoneInfo(self.district.time_zone)).date()
        return school_year_end(today, self.district.rollover_month, self.district.rollover_day)

    @cached_property
    def met(self) -> dict[str, int]:
        """How many people each walk of the pull met. It is finished, so this stays the same."""
        return dict(PullWalk.objects.filter(pull=self.pull).values_list("what", "seen"))

    @cached_property
    def mappers(self) -> dict[PersonKind, Mapper]:
        return {
            kind: compile_rules(
                kind=kind,
                specs=[self.specs[t] for t in self.types_of(kind)],
                schools=self.schools,
                school_year_end=self.year_end,
            )
            for kind in self.kinds
        }

    def settings_key(self, data_type: DataType) -> bytes:
        """Names the settings under which a data type is settled (engine.md 5).

        Of the school matching, the one of the plan: it may have changed since (H01).
        """
        schools = bytes(self.run.schools_key or b"").hex()
        text = f"{ENGINE_VERSION}:{self.specs[data_type].id}:{schools}:{self.year_end}"
        return blake2b(text.encode(), digest_size=16).digest()


def frame_of(run: Run) -> Frame:
    """The frame of a run that has begun (its clock and its pull are set).

    A run uses the rulesets that it began with, even if newer ones are active now (H01).
    """
    assert run.now is not None and run.pull is not None
    district = run.district
    versions = specs_by_id(district, [int(ruleset) for ruleset in run.settings.values()])
    specs = {spec.data_type: spec for spec in versions}
    return Frame(
        run=run,
        district=district,
        connection=district.connection,
        pull=run.pull,
        now=run.now,
        specs=specs,
        schools=_schools(run),
    )


def _schools(run: Run) -> SchoolMap:
    """The matching as it stands now; a what-if may have begun with a drafted one."""
    drafted = None
    if run.mode == RunMode.WHAT_IF:
        drafted = WhatIf.objects.filter(run=run).values_list("schools", flat=True).first()
    return school_map(run.district, drafted)


def walked_roles(data_types: Iterable[DataType]) -> list[str]:
    """The roles to be walked for these data types, in the order of the walks."""
    return [str(role) for t in DataType if t in set(data_types) for role in ROLES_OF_TYPE[t]]
