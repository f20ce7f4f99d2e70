"""What a district admin is told while nobody works in the background (F17)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from imports import heartbeat
from integration_console.health import broker
from integration_console.health.parts import TICK_LATE

# With the broker away nobody need wait long: a tick comes every minute.
MISSED = 90


@dataclass(frozen=True)
class Waiting:
    """Syncs wait; `since` is when the last one could have begun, None if never."""

    since: datetime | None


def waiting(now: datetime) -> Waiting | None:
    """Whether syncs wait for the installation itself; None if they do not.

    A broker that is away is no trouble while `run_due` does the work.
    """
    tick = heartbeat.signs().tick
    if tick is None:
        return Waiting(None)
    if tick > TICK_LATE or (tick > MISSED and broker.recent_trouble()):
        return Waiting(now - timedelta(seconds=tick))
    return None
