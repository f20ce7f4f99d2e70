"""An alert as people compare it: what Clever says beside what the possible matches say (C14)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from clever_sync.models import MirrorObject
from core.text import key
from core.vocabulary import KIND_OF_TYPE, DataType, Decision
from imports import catalogue
from imports.alert_rows import NOT_OF_IDENTITY, PLACING, WAITING
from imports.catalogue import ShownProblem
from imports.changes import Reader
from imports.likeness import REASONS
from imports.models import Alert, AlertCandidate, MatchDecision
from mappings.engine import Mapper, compile_rules
from mappings.queries import active_specs, school_map
from mappings.year import school_year_end
from schools.models import District, Person
from schools.targets import STATUSES, TARGETS

# In the order in which people compare; a field that nobody has is left out.
COMPARED = (
    "last_name", "first_name", "middle_name", "birth_date", "grade", "site", "sis_id",
    "student_number", "teacher_number", "staff_id", "state_id", "barcode", "community_id",
    "email", "username", "title",
)  # fmt: skip
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One value of a possible match. `mark` is "same", "other", or "" where one side has none."""

    text: str
    mark: str


@dataclass(frozen=True)
class Line:
    """One field: what Clever says, and what each possible match has."""

    label: str
    clever: str
    cells: list[Cell]


@dataclass(frozen=True)
class Match:
    """A record that the person might be."""

    person: Person
    name: str
    score: int
    codes: list[str]
    chosen: bool
    ruled_out: bool

    @property
    def reasons(self) -> list[str]:
        """Why the record is a candidate, in words."""
        return [REASONS.get(code, code) for code in self.codes]

    @property
    def open(self) -> bool:
        """Whether the record can be chosen."""
        return self.there and not self.ruled_out

    @property
    def there(self) -> bool:
        """Whether there is still a record to look at."""
        return self.person.archived_at is None

    @property
    def status(self) -> str:
        return STATUSES[self.person.status]


@dataclass(frozen=True)
class Shown:
    """One alert, ready for a template. `decided` is the staged decision, in words; `later` says
    that it waits for a first import; `skipped` why an earlier one came to nothing."""

    alert: Alert
    name: str
    school: str
    said: ShownProblem
    matches: list[Match]
    lines: list[Line]
    decision: MatchDecision | None
    decided: str
    shared: bool
    later: bool
    skipped: str

    @property
    def waits(self) -> bool:
        """Whether it can still be decided."""
        return self.alert.state in WAITING

    @property
    def choices(self) -> list[Match]:
        """The records that can be chosen."""
        return [match for match in self.matches if match.open]

    @property
    def best(self) -> Match | None:
        return next(iter(self.choices), None)

    @property
    def former(self) -> Match | None:
        """The record that would go on under a new Clever ID (C17)."""
        if self.alert.reason != "clever_id_changed":
            return None
        return next((match for match in self.choices if "left_clever" in match.codes), None)

    @property
    def of_identity(self) -> bool:
        """Whether somebody can be matched or created; a taken user name is no such question."""
        return self.alert.reason not in NOT_OF_IDENTITY

    @property
    def creates(self) -> bool:
        return self.decision is not None and self.decision.decision == Decision.CREATE


class Comparer:
    """Puts alerts beside their possible matches, for a reader who may see what `reader` says."""

    def __init__(
        self, district: District, reader: Reader, now: datetime, imported: Collection[str]
    ) -> None:
        self.district, self.reader, self.imported = district, reader, imported
        self.today = now.astimezone(ZoneInfo(district.time_zone)).date()

    def shown(self, alerts: Sequence[Alert]) -> list[Shown]:
        """The alerts of a page; they come with their candidates and those people."""
        if not alerts:
            return []
        self.reader.know_schools()
        clever = self._clever([alert.clever_id for alert in alerts])
        decided = self._decided([alert.clever_id for alert in alerts])
        mappers = self._mappers()
        return [
            self._shown(a, clever.get(a.clever_id), decided.get(a.clever_id, []), mappers)
            for a in alerts
        ]

    def _clever(self, ids: list[str]) -> dict[str, MirrorObject]:
        people = MirrorObject.objects.filter(
            connection__district=self.district, type="user", clever_id__in=ids
        )
        return {one.clever_id: one for one in people}

    def _decided(self, ids: list[str]) -> dict[str, list[MatchDecision]]:
        found: dict[str, list[MatchDecision]] = {}
        for row in MatchDecision.objects.filter(
            district=self.district, clever_id__in=ids, done_in__isnull=True
        ).order_by("pk"):
            found.setdefault(row.clever_id, []).append(row)
        return found

    def _mappers(self) -> dict[str, Mapper]:
        """The published rules, so that Clever's values stand here as they would be imported."""
        specs, schools = active_specs(self.district, list(DataType)), school_map(self.district)
        year = school_year_end(self.today, self.district.rollover_month, self.district.rollover_day)
        return {
            kind: compile_rules(kind=kind, specs=specs, schools=schools, school_year_end=year)
            for kind in set(KIND_OF_TYPE.values())
        }

    def _shown(
        self,
        alert: Alert,
        clever: MirrorObject | None,
        decisions: list[MatchDecision],
        mappers: Mapping[str, Mapper],
    ) -> Shown:
        values = values_of(alert, clever, mappers)
        placed = next((d for d in decisions if d.decision in PLACING), None)
        ruled_out = {d.person_id for d in decisions if d.decision == Decision.NEVER}
        candidates = sorted(alert.candidates.all(), key=lambda one: (-one.score, one.person_id))
        matches = [self._match(one, placed, ruled_out) for one in candidates]
        name = self.reader.full_name(values.get("first_name"), values.get("last_name"))
        return Shown(
            alert=alert,
            name=name or f"Clever ID {self.reader.text('clever_id', alert.clever_id)}",
            school=self._text("site", values.get("site")),
            said=catalogue.said(alert.reason),
            matches=matches,
            lines=list(self._lines(values, [one.person for one in candidates])),
            decision=placed,
            decided=words_of(placed, matches),
            shared=clever is not None and clever.gone_in_id is None,
            later=alert.data_type not in self.imported,
            skipped=skipped(alert.skipped),
        )

    def _match(
        self, one: AlertCandidate, placed: MatchDecision | None, ruled_out: set[int | None]
    ) -> Match:
        person = one.person
        return Match(
            person=person,
            name=self.reader.full_name(person.first_name, person.last_name),
            score=one.score,
            codes=list(one.reasons),
            chosen=placed is not None and placed.person_id == person.pk,
            ruled_out=person.pk in ruled_out,
        )

    def _lines(self, clever: Fields, people: Sequence[Person]) -> Iterator[Line]:
        for name in COMPARED:
            mine = clever.get(name)
            theirs = [getattr(person, TARGETS[name].column) for person in people]
            if blank(mine) and all(blank(value) for value in theirs):
                continue
            cells = [Cell(self._text(name, value), mark_of(mine, value)) for value in theirs]
            yield Line(self.reader.label(name), self._text(name, mine), cells)

    def _text(self, name: str, value: Any) -> str:
        return self.reader.text(name, value)


def values_of(alert: Alert, clever: MirrorObject | None, mappers: Mapping[str, Mapper]) -> Fields:
    """What the rules make of the person of Clever, by the keys of fields.md."""
    if clever is None:
        return {}
    payload = clever.payload
    named = {"first_name": payload.get("name.first"), "last_name": payload.get("name.last")}
    mapper = mappers[KIND_OF_TYPE[DataType(alert.data_type)]]
    if clever.broken or not mapper.data_types(clever.roles):
        return named
    mapped = mapper.map(payload, clever.roles)
    return {**named, **mapped.values, "site": mapped.school}


def blank(value: Any) -> bool:
    return value is None or value == ""


def mark_of(mine: Any, theirs: Any) -> str:
    """Whether two values say the same to a person; a blank side says nothing (B20)."""
    if blank(mine) or blank(theirs):
        return ""
    return "same" if key(str(mine)) == key(str(theirs)) else "other"


def words_of(placed: MatchDecision | None, matches: Sequence[Match]) -> str:
    """ "Match with Maria Garcia"; "" where nothing is staged."""
    if placed is None:
        return ""
    if placed.decision == Decision.CREATE:
        return "Create Record"
    name = next((match.name for match in matches if match.chosen), "")
    return f"Match with {name or f'record {placed.person_id}'}"


WHY_SKIPPED = {
    "record_changed": "the record was changed after it was chosen",
    "asked_again": "the run met the same question again",
}


def skipped(told: Mapping[str, Any]) -> str:
    """Why the last decision came to nothing, in a sentence; "" if none did."""
    if not told:
        return ""
    what = "Create Record" if told["decision"] == Decision.CREATE else "Match"
    record = f" with record {told['person']}" if told["person"] else ""
    run = f" in run #{told['run']}" if told["run"] else ""
    why = WHY_SKIPPED[told["why"]]
    return f"{what}{record}, decided by {told['by']}, was not carried out{run}: {why}."
