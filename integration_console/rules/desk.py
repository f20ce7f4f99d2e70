"""What lies on the desk of whoever edits the settings of a data type: published, draft, and why
not to publish it yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.access import Ability, Access
from clever_sync.models import Connection
from clever_sync.queries import connection_of
from core.vocabulary import DataType
from imports.models import Run
from imports.queries import active_run
from integration_console.data_types import type_named
from mappings.actions import sentence
from mappings.defaults import CODES, default_spec
from mappings.models import Ruleset
from mappings.queries import OnTheDesk, on_the_desk, spec_of, written_spec
from mappings.review import objections
from mappings.spec import RulesetSpec
from schools.models import District, School
from schools.sources import old_source

NAMES: Mapping[DataType, str] = {
    DataType.STUDENT: "Student",
    DataType.TEACHER: "Teacher",
    DataType.STAFF: "Admin (Staff)",
}


@dataclass(frozen=True)
class RunOn:
    """The run that is on, and the version of these settings that it began with (H01)."""

    run: Run
    version: int | None


@dataclass(frozen=True)
class Desk:
    """The settings of one data type as they stand: the draft where there is one."""

    access: Access
    data_type: DataType
    papers: OnTheDesk
    local_schools: frozenset[int]
    migrating: bool
    run_on: RunOn | None = None

    @property
    def district(self) -> District:
        return self.access.district

    @property
    def name(self) -> str:
        return NAMES[self.data_type]

    @property
    def may_edit(self) -> bool:
        return self.access.may(Ability.IMPORT)

    @property
    def seen(self) -> int | None:
        """Names what is worked on, so that nobody writes over what they have not seen."""
        return self.papers.newest.pk if self.papers.newest else None

    @cached_property
    def spec(self) -> RulesetSpec:
        """The draft, else what is published, else the defaults; codes as people wrote them."""
        if self.papers.newest:
            return written_spec(self.papers.newest)
        return RulesetSpec(
            **{**vars(default_spec(0, self.data_type)), "codes": CODES[self.data_type]}
        )

    @cached_property
    def published(self) -> RulesetSpec | None:
        return spec_of(self.papers.active) if self.papers.active else None

    @property
    def untouched(self) -> bool:
        """Whether nobody has saved the first settings yet: then a first guess is offered."""
        active = self.papers.active
        first = active is None or (active.version == 1 and not active.confirmed_by)
        return self.papers.draft is None and first

    @cached_property
    def problems(self) -> list[str]:
        """What keeps these settings from being published, in sentences."""
        found = objections(self.spec, local_schools=self.local_schools, migrating=self.migrating)
        return [sentence(self.district, self.data_type, finding) for finding in found]

    @cached_property
    def connection(self) -> Connection | None:
        return connection_of(self.district)


def desks(access: Access, data_types: Sequence[DataType] = tuple(DataType)) -> list[Desk]:
    """The desk of each data type; the number of queries is the same for one and for all."""
    district = access.district
    schools = School.objects.filter(district=district).values_list("pk", flat=True)
    local, older = frozenset(schools), old_source(district) is not None
    papers, runs = on_the_desk(district, data_types), runs_on(district)
    return [Desk(access, t, papers[t], local, older, runs.get(t)) for t in data_types]


def desk_of(access: Access, word: str) -> Desk:
    """The desk of the data type of an address. Raises Http404 for a word that is none."""
    return desks(access, [type_named(word)])[0]


def runs_on(district: District) -> dict[DataType, RunOn]:
    """For each data type the run that is on, if it is about that type."""
    run = active_run(district)
    if run is None:
        return {}
    used = Ruleset.objects.filter(district=district, pk__in=run.settings.values())
    versions = dict(used.values_list("data_type", "version"))
    return {DataType(t): RunOn(run, versions.get(t)) for t in run.data_types}
