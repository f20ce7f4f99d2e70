"""When the nights of the demonstration were: the fourteen before now, in the district's time."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
NIGHTS = 14
SYNC_AT = time(5, 0)
# A night counts once a sync that begins then is surely over.
NIGHT_IS_OVER = time(5, 45)
CLEVER_SYNCS_AT = time(2, 30)
FIRST_IMPORT_AT = time(17, 30)
EDIT_AT = time(10, 15)
# Somebody approves what they have not read, and takes it back when the first teacher calls.
APPROVED_AT, TESTED_AT, UNDONE_AT = time(7, 40), time(8, 20), time(8, 25)
PREPARED_AT = time(15, 0)


@dataclass(frozen=True)
class Calendar:
    """The days of the story. `prepared` is the day before the first: when the district was made."""

    prepared: datetime

    @classmethod
    def before(cls, now: datetime) -> Self:
        """The calendar whose last night is the last one that is over."""
        local = now.astimezone(ZONE)
        last = local.date() - timedelta(days=int(local.time() < NIGHT_IS_OVER))
        return cls(datetime.combine(last - timedelta(days=NIGHTS), PREPARED_AT, ZONE))

    def at(self, night: int, hour: time) -> datetime:
        """An hour of the day of a night; night 0 is the day of the preparation."""
        day = self.prepared.astimezone(ZONE).date() + timedelta(days=night)
        return datetime.combine(day, hour, ZONE)

    def import_of(self, night: int) -> datetime:
        """When the import of a night begins. The first is started by hand, in the afternoon."""
        return self.at(night, FIRST_IMPORT_AT if night == 1 else SYNC_AT)

    def clever_sync_of(self, night: int) -> datetime:
        """When the district's data last came into Clever before the import of a night."""
        return self.at(night, CLEVER_SYNCS_AT)
