"""Everything that is known of one person, gathered in a number of queries that does not grow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from clever_sync.models import Connection, MirrorObject, Pull
from clever_sync.queries import connection_of, last_pull
from core.problems import ConsoleError, Finding
from core.vocabulary import Action, AlertState, HoldState, RunMode
from imports import catalogue
from imports.absent import leaver_rule, sentence
from imports.catalogue import ShownProblem
from imports.changes import NOT_DONE, Reader, why
from imports.explaining import supposed
from imports.explaining.found import Hit
from imports.explanation import FieldLine, Headline, Known, Trouble, field_lines, headline
from imports.history import NEWEST, Event, edits_by, imports_of
from imports.models import Alert, PlannedChange, Run
from imports.planner import Row
from imports.queries import IMPORTED
from mappings.models import SchoolMatch
from schools.models import District, FieldLock, Person

LAST = 5
WRITTEN = tuple(action for action in Action if action not in NOT_DONE)


@dataclass(frozen=True)
class Waiting:
    """Something open about the person: an alert or a hold, by its number."""

    kind: str
    number: int
    title: str


@dataclass(frozen=True)
class Reading:
    """The last reading of Clever, and the run that made it."""

    at: datetime | None
    run: int | None


@dataclass(frozen=True)
class Explanation:
    """What is known of one person. `absence` is "" while Clever shares them."""

    hit: Hit
    known: Known
    headline: Headline
    name: str
    reading: Reading | None
    absence: str
    rule: str
    clever_school: str
    local_school: str
    matched_by: str
    matched_in: int | None
    supposed: supposed.Supposed | None
    locks: list[FieldLock]
    lines: list[FieldLine] = field(default_factory=list)
    findings: list[ShownProblem] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def shared(self) -> bool:
        return self.known.shared

    @property
    def row(self) -> Row | None:
        return self.supposed.row if self.supposed else None


def explain(district: District, hit: Hit, reader: Reader, now: datetime) -> Explanation:
    """Why this person stands here as they do. Names of schools are read with `reader`."""
    reader.know_schools()
    connection = connection_of(district)
    pull = last_pull(connection) if connection else None
    mirror, person = hit.mirror, hit.person
    shared = mirror is not None and mirror.gone_in is None and mirror.absent_in is None
    would = _would(district, connection, pull, mirror, now) if shared else None
    locks = list(FieldLock.objects.filter(person=person)) if person else []
    waiting = _waiting(district, hit)
    place = _place(connection, hit, would, reader)
    lines = _lines(would, locks, now)
    findings = _findings(would)
    known = Known(
        connected=connection is not None,
        pulled=pull is not None,
        here=person is not None and person.archived_at is None,
        linked=bool(person and person.clever_id),
        protected=bool(person and person.protected),
        shared=shared,
        seen=mirror is not None,
        confirmed=mirror is not None and mirror.gone_in is not None,
        school_shared=place.shared,
        place=would.mapped.place if would else None,
        school=place.clever or ("" if shared else place.local),
        alert=_first(waiting, "alert"),
        reject=_trouble(would.mapped.reject) if would and would.mapped.reject else None,
        hold=next((one.title for one in waiting if one.kind == "hold"), ""),
        findings=tuple(_told(f) for f in (would.mapped.findings if would else ())),
        action=_action(would.row if would else None),
        fields=len(would.row.after) if would and would.row else 0,
        kept=sum(line.verdict == "locked" for line in lines),
    )
    matched, run = _matched_by(district, hit, would, reader)
    return Explanation(
        hit=hit,
        known=known,
        headline=headline(known),
        name=name_of(hit, reader),
        reading=_reading(pull),
        absence="" if shared or mirror is None else sentence(mirror, reader.day),
        rule="" if shared or person is None else leaver_rule(person),
        clever_school=place.clever,
        local_school=place.local,
        matched_by=matched,
        matched_in=run,
        supposed=would,
        locks=[lock for lock in locks if lock.until is None or lock.until > now],
        lines=lines,
        findings=findings,
        waiting=waiting,
        events=_events(person, reader),
    )


def name_of(hit: Hit, reader: Reader) -> str:
    """The name of a hit, as the record has it, else as Clever has it."""
    payload = hit.mirror.payload if hit.mirror else {}
    first = hit.person.first_name if hit.person else payload.get("name.first")
    last = hit.person.last_name if hit.person else payload.get("name.last")
    return reader.full_name(first, last) or f"Clever ID {hit.clever_id}"


def _would(
    district: District,
    connection: Connection | None,
    pull: Pull | None,
    mirror: MirrorObject | None,
    now: datetime,
) -> supposed.Supposed | None:
    if connection is None or pull is None or mirror is None:
        return None
    try:
        frame = supposed.frame_of(district, connection, pull, now)
    except ConsoleError:
        return None
    return supposed.suppose(frame, mirror.roles, mirror.clever_id)


def _lines(
    would: supposed.Supposed | None, locks: Sequence[FieldLock], now: datetime
) -> list[FieldLine]:
    if would is None:
        return []
    locked = [lock.field for lock in locks if lock.until is None or lock.until > now]
    row = would.row
    changes = row.after if row is not None and row.action in WRITTEN else {}
    return field_lines(
        would.mapped, would.seen.payload, would.codes, would.seen.person, locked, changes
    )


def _findings(would: supposed.Supposed | None) -> list[ShownProblem]:
    if would is None:
        return []
    met = [*would.mapped.findings]
    if would.mapped.reject and would.mapped.reject not in {finding.code for finding in met}:
        met.append(Finding(would.mapped.reject))
    return [catalogue.said(f.code, field=f.field, value=f.value) for f in met]


def _told(finding: Finding) -> Trouble:
    said = catalogue.said(finding.code, field=finding.field, value=finding.value)
    return Trouble(said.title, said.fix, catalogue.problem(finding.code).who)


def _trouble(code: str) -> Trouble:
    return _told(Finding(code))


def _action(row: Row | None) -> str:
    return str(row.action) if row is not None and row.action in WRITTEN else ""


def _waiting(district: District, hit: Hit) -> list[Waiting]:
    """The open alerts and holds about a person; alerts about the person of Clever come first."""
    person, clever_id = hit.person.pk if hit.person else None, hit.clever_id
    still = (AlertState.OPEN, AlertState.STAGED)
    alerts = Alert.objects.filter(district=district, state__in=still)
    about = list(
        alerts.filter(Q(clever_id=clever_id) | Q(candidates__person=person)).distinct()
        if person
        else alerts.filter(clever_id=clever_id)
    )
    about.sort(key=lambda alert: (alert.clever_id != clever_id, alert.pk))
    held = PlannedChange.objects.filter(
        Q(person=person) if person else Q(clever_id=clever_id),
        hold__district=district, hold__state=HoldState.OPEN,
    ).select_related("hold")  # fmt: skip
    holds = [row.hold for row in held[:LAST] if row.hold is not None]
    return [
        *(Waiting("alert", one.pk, one.reason) for one in about),
        *(Waiting("hold", one.pk, catalogue.said(one.cause).title) for one in holds),
    ]


def _first(waiting: Sequence[Waiting], kind: str) -> Trouble | None:
    return next((_trouble(one.title) for one in waiting if one.kind == kind), None)


@dataclass(frozen=True)
class _Place:
    """The Clever school and the local one by name; `shared` is None where nobody can tell."""

    clever: str
    local: str
    shared: bool | None


def _place(
    connection: Connection | None,
    hit: Hit,
    would: supposed.Supposed | None,
    reader: Reader,
) -> _Place:
    """At which school the person is at Clever and here, and whether Clever shares that school."""
    person, mirror = hit.person, hit.mirror
    here = would.mapped.school if would else (person.school_id if person else None)
    local = reader.schools.get(here or 0, "")
    at = mirror.school if mirror else None
    if connection is None:
        return _Place("", local, None)
    schools = MirrorObject.objects.filter(connection=connection, type="school")
    if at is None and person is not None and person.school_id is not None:
        matched = SchoolMatch.objects.filter(district=person.district_id, school=person.school_id)
        schools = schools.filter(clever_id__in=matched.values("clever_school_id"))
    else:
        schools = schools.filter(clever_id=at or "")
    found = list(schools.order_by("pk")[:LAST])
    name = str(found[0].payload.get("name", "")) if found else ""
    shared = any(one.gone_in_id is None for one in found) if found else None
    return _Place(name or ("a school that Clever does not share" if at else ""), local, shared)


def _matched_by(
    district: District, hit: Hit, would: supposed.Supposed | None, reader: Reader
) -> tuple[str, int | None]:
    """By which rule the person was linked to the record here, and in which run."""
    if hit.person is not None:
        rows = PlannedChange.objects.filter(
            person=hit.person.pk, after__has_key="clever_id", exception__isnull=True,
            run__mode=RunMode.LIVE, run__state__in=IMPORTED,
        )  # fmt: skip
        row = rows.order_by("-pk").first()
        if row is not None and row.after["clever_id"] == hit.person.clever_id:
            return why(row, reader.label), row.run_id
    elif would is not None and would.row is not None:
        return why(PlannedChange(action=would.row.action, why=would.row.why), reader.label), None
    return "", None


def _reading(pull: Pull | None) -> Reading | None:
    if pull is None:
        return None
    run = Run.objects.filter(pull=pull).order_by("-pk").values_list("pk", flat=True).first()
    return Reading(pull.finished_at, run)


def _events(person: Person | None, reader: Reader) -> list[Event]:
    """The last things that happened to the record."""
    if person is None:
        return []
    found = [*imports_of(person, reader, NEWEST), *edits_by(person, reader, NEWEST)]
    return sorted(found, key=lambda event: event.at, reverse=True)[:LAST]
