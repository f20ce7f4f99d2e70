"""What the engine and the pages read of the district's rules."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from django.db.models import Q, QuerySet

from clever_sync.privacy import kept
from clever_sync.queries import clever_schools, connection_of
from clever_sync.sources import needed_of
from core.problems import ConsoleError
from core.vocabulary import (
    ROLES_OF_TYPE,
    BlankPolicy,
    ConnectionState,
    DataType,
    ImportRule,
    LeaverRule,
    Policy,
    RulesetState,
)
from mappings.defaults import normalised
from mappings.models import FieldRule, Ruleset, SchoolMatch
from mappings.pairing import Reach
from mappings.reading import read_for
from mappings.review import Setup, fed_by
from mappings.spec import FieldSpec, RulesetSpec, SchoolMap
from mappings.suggest import CleverSchool, LocalSchool
from schools.models import District, RosterSource, School
from schools.sources import exclusive_on, is_exclusive, sources_of

# Raised when the engine makes something else of the same rules: then nothing is settled any more.
ENGINE_VERSION = 1
RULES = ("field_rules", "code_rules", "default_rules")


def active_specs(
    district: District, data_types: Iterable[DataType], named: Collection[int] = ()
) -> list[RulesetSpec]:
    """The published rulesets of these types as plain values; a type without one is missing.

    `named` versions are taken instead, if there are any.
    """
    if named:
        chosen = {str(data_type) for data_type in data_types}
        return [spec for spec in specs_by_id(district, named) if spec.data_type in chosen]
    rulesets = Ruleset.objects.filter(
        district=district,
        state=RulesetState.ACTIVE,
        data_type__in=[str(data_type) for data_type in data_types],
    )
    return _specs_of(rulesets)


def active_ids(district: District, data_types: Iterable[DataType]) -> dict[str, int]:
    """The published version of each of these types."""
    rulesets = Ruleset.objects.filter(
        district=district, state=RulesetState.ACTIVE, data_type__in=list(map(str, data_types))
    )
    return dict(rulesets.values_list("data_type", "pk"))


def specs_by_id(district: District, ruleset_ids: Iterable[int]) -> list[RulesetSpec]:
    """The named versions, whatever their state is now: a run uses those it began with (H01)."""
    return _specs_of(Ruleset.objects.filter(district=district, pk__in=list(ruleset_ids)))


def _specs_of(rulesets: QuerySet[Ruleset]) -> list[RulesetSpec]:
    # A fetch per kind of rule, however many rulesets: every run reads them three times.
    return [spec_of(one) for one in rulesets.order_by("data_type").prefetch_related(*RULES)]


def spec_of(ruleset: Ruleset) -> RulesetSpec:
    """One ruleset as a plain value."""
    codes: dict[str, dict[str, str]] = {}
    for code in ruleset.code_rules.all():
        codes.setdefault(code.field, {})[code.code] = code.value
    return RulesetSpec(
        id=ruleset.pk,
        data_type=DataType(ruleset.data_type),
        fields=tuple(
            FieldSpec(rule.field, rule.source, Policy(rule.policy), BlankPolicy(rule.blank))
            for rule in sorted(ruleset.field_rules.all(), key=lambda rule: rule.pk)
        ),
        codes=normalised(codes),
        defaults={rule.field: rule.value for rule in ruleset.default_rules.all()},
        import_rule=ImportRule(ruleset.import_rule),
        leaver_rule=LeaverRule(ruleset.leaver_rule),
        all_schools=ruleset.all_schools,
        schools=frozenset(ruleset.schools),
        change_identifiers=ruleset.change_identifiers,
    )


def written_spec(ruleset: Ruleset) -> RulesetSpec:
    """The same, with codes in the spelling of people: what is edited, and saved again."""
    codes: dict[str, dict[str, str]] = {}
    for rule in sorted(ruleset.code_rules.all(), key=lambda rule: rule.pk):
        codes.setdefault(rule.field, {})[rule.code] = rule.value
    return replace(spec_of(ruleset), codes=codes)


def same_rules(one: RulesetSpec, other: RulesetSpec) -> bool:
    """Whether two rulesets say the same, however their codes are spelled and fields are sorted."""
    return _comparable(one) == _comparable(other)


def _comparable(spec: RulesetSpec) -> RulesetSpec:
    codes = {field: table for field, table in normalised(spec.codes).items() if table}
    fields = tuple(sorted(spec.fields, key=lambda rule: rule.field))
    return replace(spec, id=0, codes=codes, fields=fields, defaults=dict(spec.defaults))


def school_map(district: District, drafted: Mapping[str, int | None] | None = None) -> SchoolMap:
    """Which Clever school is which of ours, as it stands now; or as these `drafted` answers say.

    Raises ConsoleError for a district without a district office.
    """
    office = School.objects.filter(district=district, is_district_office=True).first()
    if office is None:
        raise ConsoleError(
            f"{district.name} has no district office, where district admins belong; "
            "add one under Setup, Schools.",
            code="district_office_missing",
        )
    matches = SchoolMatch.objects.filter(district=district).order_by("clever_school_id")
    local: dict[str, int | None] = dict(matches.values_list("clever_school_id", "school_id"))
    if drafted is not None:
        ours = set(School.objects.filter(district=district).values_list("pk", flat=True))
        local = {c: s for c, s in sorted(drafted.items()) if s is None or s in ours}
    named = "\n".join(f"{clever_id} {school}" for clever_id, school in local.items())
    key = blake2b(f"{office.pk}\n{named}".encode(), digest_size=16).digest()
    return SchoolMap(local=local, office=office.pk, key=key)


def mapped_sources(district: District, named: Iterable[int] = ()) -> frozenset[str]:
    """The sources of Clever that published rules map, without which nothing is kept (C34).

    So do the rules of the `named` versions, whatever their state is now.
    """
    versions = Q(ruleset__state=RulesetState.ACTIVE) | Q(ruleset__in=list(named))
    sources = FieldRule.objects.filter(versions, ruleset__district=district).exclude(
        policy=Policy.DO_NOT_IMPORT
    )
    needed = sources.values_list("ruleset__data_type", "source").distinct()
    return frozenset(
        each
        for data_type, source in needed
        for key in kept(read_for([source]))
        for each in needed_of(key, ROLES_OF_TYPE[DataType(data_type)])
    )


def active_ruleset(district: District, data_type: DataType) -> Ruleset | None:
    """The published version of a type."""
    return Ruleset.objects.filter(
        district=district, data_type=data_type, state=RulesetState.ACTIVE
    ).first()


def draft_of(district: District, data_type: DataType) -> Ruleset | None:
    """Unpublished work on a type."""
    return Ruleset.objects.filter(
        district=district, data_type=data_type, state=RulesetState.DRAFT
    ).first()


@dataclass(frozen=True)
class OnTheDesk:
    """The published version of a type and the unpublished work on it."""

    active: Ruleset | None = None
    draft: Ruleset | None = None

    @property
    def newest(self) -> Ruleset | None:
        """What is worked on: the draft, else what is published."""
        return self.draft or self.active

    @property
    def overtaken(self) -> bool:
        """Whether somebody has published another version since the draft was begun."""
        begun = self.draft.based_on if self.draft else None
        return bool(begun and self.active and self.active.version != begun)


def on_the_desk(
    district: District, data_types: Iterable[DataType] = DataType
) -> dict[DataType, OnTheDesk]:
    """Published and unpublished settings of these types with all their rules."""
    wanted = [str(data_type) for data_type in data_types]
    rulesets = Ruleset.objects.filter(
        district=district,
        data_type__in=wanted,
        state__in=(RulesetState.ACTIVE, RulesetState.DRAFT),
    ).prefetch_related(*RULES)
    found = {(ruleset.data_type, ruleset.state): ruleset for ruleset in rulesets}
    return {
        DataType(data_type): OnTheDesk(
            found.get((data_type, RulesetState.ACTIVE)), found.get((data_type, RulesetState.DRAFT))
        )
        for data_type in wanted
    }


def versions_of(district: District, data_type: DataType) -> QuerySet[Ruleset]:
    """All versions of a type, newest first (C26)."""
    return Ruleset.objects.filter(district=district, data_type=data_type).order_by("-version")


def clever_side(district: District, *, unanswered: bool = False) -> list[CleverSchool]:
    """The schools that Clever shares; `unanswered` leaves out those with an answer."""
    connection = connection_of(district)
    if connection is None:
        return []
    shared = clever_schools(connection)
    if unanswered:
        answered = SchoolMatch.objects.filter(district=district).values("clever_school_id")
        shared = shared.exclude(clever_id__in=answered)
    return [as_clever_school(*row) for row in shared.values_list("clever_id", "payload")]


def as_clever_school(clever_id: str, payload: Mapping[str, Any]) -> CleverSchool:
    """A school of the mirror as a plain value."""
    names = ("name", "school_number", "sis_id", "state_id", "nces_id")
    return CleverSchool(clever_id, *(str(payload.get(name, "")) for name in names))


def local_side(district: District, *, unanswered: bool = False) -> list[LocalSchool]:
    """Our schools without the district office; `unanswered` leaves out those with an answer."""
    schools = School.objects.filter(district=district, is_district_office=False)
    if unanswered:
        schools = unanswered_schools(district)
    rows = schools.order_by("name", "pk").values_list(
        "pk", "site_code", "name", "number", "nces_id"
    )
    return [LocalSchool(*row) for row in rows]


def unanswered_schools(district: District) -> QuerySet[School]:
    """Our schools that are neither matched nor left out; the district office needs no answer."""
    return School.objects.filter(
        district=district, is_district_office=False, matches=None, left_out=None
    )


def matched_schools(district: District) -> frozenset[int]:
    """Our schools that have a school of Clever."""
    matches = SchoolMatch.objects.filter(district=district, school__isnull=False)
    return frozenset(pk for pk in matches.values_list("school_id", flat=True) if pk is not None)


def setup_of(district: District, reach: Mapping[DataType, Reach] | None = None) -> Setup:
    """How far the district has come, for mappings.review. `reach` costs a look at everybody."""
    connection = connection_of(district)
    specs = {spec.data_type: spec for spec in active_specs(district, list(DataType))}
    identity = student_id_of(district, specs.get(DataType.STUDENT))
    return Setup(
        enabled=district.clever_enabled,
        connected=connection is not None and connection.state == ConnectionState.READY,
        specs=specs,
        matched=matched_schools(district),
        open_schools=unanswered_schools(district).count(),
        other_sources=tuple(exclusive_on(district)),
        old_student_id=identity.field if identity.old else "",
        student_id_confirmed=identity.confirmed,
        reach=reach or {},
    )


@dataclass(frozen=True)
class StudentId:
    """The local field that holds the student ID and the Clever field that feeds it now.

    `old` is the source it comes from, None for a district without one; `answer` the row that
    keeps the confirmation, None while nobody has said how records arrive.
    """

    field: str
    source: str
    old: RosterSource | None
    answer: RosterSource | None

    @property
    def confirmed(self) -> bool:
        """Whether somebody has confirmed this very source; another one needs another look."""
        kept = self.answer.verified_source if self.answer else ""
        return bool(self.source) and kept == self.source


def student_id_of(district: District, spec: RulesetSpec | None) -> StudentId:
    """What the student ID of a district is, by its answers and by these rules for students."""
    answers = list(sources_of(district).defer("old_picture", "old_mapping"))
    old = next((one for one in reversed(answers) if is_exclusive(one.system)), None)
    name = old.student_id_field if old else "sis_id"
    source = fed_by(spec, name) if spec else ""
    return StudentId(name, source, old, old or (answers[-1] if answers else None))
