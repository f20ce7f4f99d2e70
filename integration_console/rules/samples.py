"""Live samples (C05): a few real values of each field, from Clever and from here.

Masked for whoever may not see them; a GPA is shown to those only who may see GPAs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from accounts.access import Ability, Access
from clever_sync.asking import ask_for_some, quick_client
from clever_sync.contents import is_extension, some_payloads
from clever_sync.sources import GPA_SOURCES, IDENTIFYING, Payload
from core.problems import ConsoleError
from core.vocabulary import ROLES_OF_TYPE, DataType, Policy
from imports.changes import MASK
from integration_console.rules.desk import Desk
from mappings.reading import GRADE_SOURCE, read_for
from schools.queries import people_of
from schools.targets import CLASS_YEAR_FROM_GRADE, STATUSES, TARGETS, targets_of

MOST = 3
LOOKED_AT = 200
LONGEST = 40
UNREAD = "None yet: it is read once it is mapped and published"
TOO_OFTEN = "Clever was asked often within this minute. Wait a minute, then choose it again"
BLANK = "Blank in Clever for those looked at"


@dataclass(frozen=True)
class Sample:
    """Up to three values; without any, `why` says in a few words why there is none.

    With `unread` they are not stored before they are mapped (C34), but Clever can be asked for
    those of the local `field`.
    """

    values: tuple[str, ...] = ()
    why: str = ""
    unread: bool = False
    field: str = ""


@dataclass(frozen=True)
class Samples:
    """What was looked at on both sides. What is not `kept` is never stored (C34)."""

    access: Access
    payloads: Sequence[Payload] = ()
    records: dict[str, list[str]] = field(default_factory=dict)
    kept: frozenset[str] = IDENTIFYING

    @property
    def filled(self) -> frozenset[str]:
        """The sources for which somebody in Clever has a value."""
        return frozenset(source for payload in self.payloads for source in payload)

    def from_clever(self, key: str, source: str) -> Sample:
        """Values of a Clever field, as they would come into the local field `key`."""
        if not source:
            return Sample(why="Not imported")
        if TARGETS[key].kind == "place":
            return Sample(why="Through school matching")
        if not self.payloads:
            return Sample(why="None yet: Clever has not been read")
        read = GRADE_SOURCE if source == CLASS_YEAR_FROM_GRADE else source
        values = distinct(_text(payload.get(read)) for payload in self.payloads)
        if not values and read not in self.kept:
            return Sample(why=UNREAD, unread=True, field=key)
        return self._shown(key, read, values, BLANK)

    def asked_of_clever(self, desk: Desk, key: str, source: str) -> Sample:
        """Values of a field that is not stored, as Clever has them now; nothing is kept of them."""
        read = GRADE_SOURCE if source == CLASS_YEAR_FROM_GRADE else source
        assert desk.connection is not None
        try:
            with quick_client() as client:
                district_id, roles = (
                    desk.connection.clever_district_id,
                    ROLES_OF_TYPE[desk.data_type],
                )
                payloads = ask_for_some(client, district_id, roles, [read])
        except ConsoleError as refusal:
            return Sample(why=refusal.sentence)
        return self._shown(key, read, distinct(_text(p.get(read)) for p in payloads), BLANK)

    def from_here(self, key: str) -> Sample:
        """Values of a local field."""
        if TARGETS[key].kind == "place":
            return Sample(why="Through school matching")
        return self._shown(key, "", self.records.get(key, []), "No value here yet")

    def _shown(self, key: str, source: str, values: list[str], why: str) -> Sample:
        if not values:
            return Sample(why=why)
        if sees(self.access, key, source):
            return Sample(tuple(values))
        return Sample(tuple(MASK for _ in values))


def sees(access: Access, key: str, source: str) -> bool:
    """Whether the values of a Clever field may be shown beside the local field `key`."""
    personal = Ability.SEE_PERSONAL_DATA in access.abilities
    if source in GPA_SOURCES or is_extension(source):
        # Nobody knows what an extension field holds; it may be a GPA.
        return personal and Ability.SEE_GPA in access.abilities
    return access.sees(key)


def samples(desk: Desk) -> Samples:
    """Looks at the first people on both sides: two queries, however many there are."""
    payloads = some_payloads(desk.connection, desk.data_type) if desk.connection else []
    rules = desk.published.fields if desk.published else ()
    mapped = read_for(rule.source for rule in rules if rule.policy != Policy.DO_NOT_IMPORT)
    return Samples(desk.access, payloads, records(desk, desk.data_type), IDENTIFYING | mapped)


def records(desk: Desk, data_type: DataType) -> dict[str, list[str]]:
    """Three values of each local field of a data type."""
    keys = [t.key for t in targets_of(data_type) if t.column and t.kind != "place"]
    rows = list(people_of(desk.district, data_type).values(*keys)[:LOOKED_AT])
    return {key: distinct(_text(_named(key, row[key])) for row in rows) for key in keys}


def distinct(values: Iterable[str]) -> list[str]:
    """The first few different values that are not blank, shortened."""
    found = dict.fromkeys(value[:LONGEST] for value in values if value)
    return list(islice(found, MOST))


def _named(key: str, value: object) -> object:
    return STATUSES.get(value, value) if key == "status" and isinstance(value, int) else value


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
