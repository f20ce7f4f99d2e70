"""The events of a district: what changed, oldest first, kept for 30 days."""

from datetime import datetime, timedelta
from typing import Any

from clever_sandbox.clock import Clock, stamp
from clever_sandbox.object_ids import Mint
from clever_sandbox.records import Record, entry_of, schools_of
from clever_sandbox.store import Store
from clever_sandbox.versions import is_of_later_version

RETENTION = timedelta(days=30)
_MISSING: Any = object()


class EventLog:
    """Writes an event for every change that the application can see, while switched on."""

    def __init__(self, store: Store, clock: Clock, mint: Mint, on: bool) -> None:
        self.on = on
        self._store = store
        self._clock = clock
        self._mint = mint

    def oldest_kept(self) -> float:
        """The moment before which events have fallen off."""
        return (self._clock.now() - RETENTION).timestamp()

    def now(self) -> datetime:
        """The moment that an event written now would carry."""
        return self._clock.now()

    def note(self, kind: str, before: Record | None, after: Record | None) -> None:
        """Writes down that a record appeared, changed or went away; no change is no event."""
        record = after or before
        if not self.on or record is None or before == after:
            return
        previous = earlier_values(before, after) if before and after else None
        verb = "deleted" if after is None else "created" if before is None else "updated"
        moment = self.now()
        event: Record = {
            "id": self._mint.next(int(moment.timestamp())),
            "type": f"{kind}.{verb}",
            "created": stamp(moment),
            "data": {"object": record},
        }
        if previous is not None:
            event["data"]["previous_attributes"] = previous
        later = previous is not None and is_of_later_version(kind, previous)
        schools = {*_schools(kind, before), *_schools(kind, after)}
        place = (event["id"], kind, moment.timestamp(), " ".join(schools), later)
        self._store.write(
            "INSERT INTO events (id, record_type, at, schools, later_version, entry)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (*place, entry_of("events", event)),
        )


def earlier_values(before: Record, after: Record) -> Record:
    """The former values of what differs; null stands for a key that was not there."""
    found: Record = {}
    for name in {**before, **after}:
        old, new = before.get(name, _MISSING), after.get(name, _MISSING)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            found[name] = earlier_values(old, new)
        else:
            found[name] = None if old is _MISSING else old
    return found


def _schools(kind: str, record: Record | None) -> list[str]:
    if record is None:
        return []
    if kind == "users":
        return list(schools_of(record))
    if kind == "schools":
        return [record["id"]]
    return [record["school"]] if kind == "sections" else []
