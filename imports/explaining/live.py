"""Clever asked now about one person: nothing is written, the difference is shown (C18)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clever_sync import asking
from clever_sync.models import MirrorObject
from clever_sync.queries import connection_of
from clever_sync.reader import Reader
from core.problems import ConsoleError
from imports.changes import MASK
from imports.pulls import kept_sources
from schools.models import District

ROLES = "roles"


@dataclass(frozen=True)
class Difference:
    """A field that Clever answers otherwise now than when it was read last."""

    source: str
    before: str
    now: str

    def masked(self) -> "Difference":
        """The same for somebody who may not see the values."""
        return replace(self, before=self.before and MASK, now=self.now and MASK)


@dataclass(frozen=True)
class Answer:
    """What Clever answers: `there` is False where it knows no such person."""

    there: bool
    known: bool
    differences: list[Difference] = field(default_factory=list)


def ask(district: District, clever_id: str) -> Answer:
    """Asks Clever for this person and compares with the last reading.

    Raises ConsoleError with a sentence when Clever cannot be asked, or does not answer.
    """
    connection = connection_of(district)
    if connection is None:
        raise ConsoleError("This district is not connected to Clever yet.")
    with asking.quick_client() as client:
        raw = asking.ask_for_user(client, connection.clever_district_id, clever_id)
    mirror = MirrorObject.objects.filter(
        connection=connection, type="user", clever_id=clever_id
    ).first()
    if raw is None:
        return Answer(False, mirror is not None)
    record = Reader(kept_sources(district)).read(raw, clever_id)
    before = {**(mirror.payload if mirror else {}), ROLES: mirror.roles if mirror else []}
    now = {**record.payload, ROLES: record.roles}
    return Answer(True, mirror is not None, list(_differences(before, now)))


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for source in sorted(before.keys() | now.keys()):
        old, new = _text(before.get(source)), _text(now.get(source))
        if old != new:
            yield Difference(source, old, new)


def _text(value: Any) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value or "")
