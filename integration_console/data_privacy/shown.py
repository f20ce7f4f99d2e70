"""What the page of data and privacy shows: what is kept, an order that is on, certificates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from clever_sync.sources import OF_ROLE, SOURCES
from core.vocabulary import DataType, DestructionKind, DestructionState, Policy
from imports.destroying.kinds import KINDS, listed
from imports.destroying.orders import REASONS
from imports.destroying.queries import certificates, open_order, preview
from imports.destroying.work import order_of_kinds, why_it_waits
from imports.models import Destruction, Heartbeat
from imports.purging import NAME, SHORT
from imports.words import DATA_TYPES
from mappings.queries import active_specs
from mappings.reading import read_for
from schools.models import District
from schools.retention import RESTORABLE

SHOWN = 50
AGAIN = timedelta(hours=20)
CAUSES: Mapping[str, str] = {
    DestructionKind.NIGHT: "Too old, removed by night",
    DestructionKind.DISTRICT: "What was imported, as an owner ordered",
    DestructionKind.PERSON: "One person",
}


@dataclass(frozen=True)
class Kept:
    """A kind of data: what it holds, and how long it is kept."""

    what: str
    holds: str
    long: str


KEPT = (
    Kept(
        "Records of people",
        "What your district works with: names, numbers, schools and the fields that rules fill.",
        "As long as the district. Deleted ones can be brought back for {restorable} days.",
    ),
    Kept(
        "People as Clever shares them",
        "A copy of the fields below, by which each sync sees what has changed.",
        "While Clever shares them, and {short} days longer.",
    ),
    Kept(
        "Plans and logs of imports",
        "Old and new values of each changed field: the log, and what an undo needs.",
        "{long} days; those of tests {short} days.",
    ),
    Kept(
        "Log of changes made here",
        "Old and new values of what people of your staff changed.",
        "{long} days.",
    ),
    Kept(
        "Alerts and decisions",
        "Who may be whom, and what you decided: numbers of records and Clever IDs.",
        "As long as the district; solved problems {long} days.",
    ),
    Kept("Letters", "Which of your staff were told of what. No names of children.", "{long} days."),
    Kept(
        "Audit",
        "Who of the staff did what: numbers and codes, no value of a record.",
        "As long as the district.",
    ),
)


def kept() -> list[Kept]:
    """What is kept about people, with the times that are set here."""
    days = {
        "long": settings.CHANGES_KEPT_DAYS, "short": SHORT.days, "restorable": RESTORABLE.days,
    }  # fmt: skip
    return [Kept(one.what, one.holds, one.long.format(**days)) for one in KEPT]


def fields(district: District) -> list[tuple[str, str]]:
    """(data type, the fields of Clever that its published rules need), in words."""
    found = []
    for spec in active_specs(district, DataType):
        rules = (r.source for r in spec.fields if r.policy != Policy.DO_NOT_IMPORT)
        labels = [
            SOURCES[key].label if key in SOURCES else key.partition(OF_ROLE)[0]
            for key in sorted(read_for(rules))
        ]
        found.append((DATA_TYPES[DataType(spec.data_type)], ", ".join(labels)))
    return found


@dataclass(frozen=True)
class Row:
    """A certificate in the list, or an order that was called off."""

    row: Destruction
    cause: str
    rows: int

    @property
    def cancelled(self) -> bool:
        return self.row.state == DestructionState.CANCELLED


def rows(district: District) -> list[Row]:
    """The newest certificates."""
    return [row_of(one) for one in certificates(district)[:SHOWN]]


def row_of(one: Destruction) -> Row:
    return Row(one, CAUSES[one.kind], sum(one.counts.values()))


@dataclass(frozen=True)
class Order:
    """An order that waits, or is being carried out: `parts` are (kind, rows gone, how it is)."""

    row: Destruction
    reason: str
    begun: bool
    waits_for: str
    parts: Sequence[tuple[str, int, str]]
    done: int
    total: int


def order(district: District) -> Order | None:
    """The order that is on, with its progress."""
    row = open_order(district)
    if row is None:
        return None
    kinds = order_of_kinds(records=row.records)
    parts = [(KINDS[kind], row.counts.get(kind, 0), _state(row, kind)) for kind in kinds]
    begun = row.state == DestructionState.RUNNING
    reason = REASONS.get(row.reason, row.reason)
    done = len(kinds) - len(row.left)
    return Order(row, reason, begun, why_it_waits(district), parts, done, len(kinds))


def _state(row: Destruction, kind: str) -> str:
    if kind not in row.left:
        return "Gone"
    return "Going" if row.counts.get(kind) else "Still here"


def outlook(district: District) -> list[tuple[str, int]]:
    """What an order would destroy now, whole records included; letters are not counted."""
    return listed(preview(district, records=True))


@dataclass(frozen=True)
class Purge:
    """When the nightly purge looked last, and from when on it looks again."""

    last: datetime | None
    after: datetime | None


def purge() -> Purge:
    at = Heartbeat.objects.filter(name=NAME).values_list("at", flat=True).first()
    return Purge(at, at + AGAIN if at else None)
