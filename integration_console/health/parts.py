"""What has to be well for the nights to run by themselves, each part in one plain sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError

from imports import heartbeat, schema
from imports.heartbeat import Signs
from integration_console.health import broker

# A worker gives a run up to four minutes at a time, and a tick may have to wait for it.
TICK_LATE = 6 * 60
# At the busiest hour a run may wait in line; after so long nobody works, or too few do.
DUE_LATE = 30 * 60
UNKNOWN = "Not known, as the database does not answer."


@dataclass(frozen=True)
class Part:
    """One part; `says` is "" if it is well, `seconds` is its age where it has one."""

    name: str
    says: str = ""
    seconds: int | None = None

    @property
    def ok(self) -> bool:
        return not self.says


def look() -> list[Part]:
    """All parts, in the order in which they would be mended. Raises nothing."""
    return [*_database(), _broker()]


def _database() -> Iterator[Part]:
    try:
        ours = schema.is_ours()
        yield Part("database")
        yield Part(
            "migrations",
            "" if ours else "The tables are not those of this version; run manage.py migrate.",
        )
        if ours:
            signs = heartbeat.signs()
            yield from (clock(signs), due(signs))
    except (DatabaseError, InterfaceError):
        yield Part("database", "PostgreSQL does not answer.")
        yield from (Part(name, UNKNOWN) for name in ("migrations", "clock", "due"))


def clock(signs: Signs) -> Part:
    """Whether somebody looks for what is due."""
    if signs.tick is None:
        return Part("clock", "Nobody has looked yet for what is due; start beat and a worker.")
    late = signs.tick > TICK_LATE
    said = "Nobody has looked for what is due for {} minutes: beat, Redis or every worker is down."
    return Part("clock", said.format(int(signs.tick // 60)) if late else "", int(signs.tick))


def due(signs: Signs) -> Part:
    """Whether what is due is begun."""
    late = signs.due > DUE_LATE
    said = (
        "A run has been due for {} minutes and nobody has begun: workers are missing, or too few."
    )
    return Part("due", said.format(int(signs.due // 60)) if late else "", int(signs.due))


def _broker() -> Part:
    return Part("broker", "Redis does not answer." if broker.trouble() else "")
