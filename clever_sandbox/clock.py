"""The sandbox's own clock: real time until somebody moves or stops it."""

import threading
from datetime import UTC, datetime, timedelta


def stamp(moment: datetime) -> str:
    """The moment as Clever writes timestamps: UTC with milliseconds and a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def read_moment(text: str) -> datetime:
    """An ISO date or timestamp as an aware moment; without a zone it is read as UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Clock:
    """Tells the time that tokens, events, retention and `last_sync` go by."""

    def __init__(self, start: str | datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._stopped_at: datetime | None = None
        self._ahead = timedelta()
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        """The sandbox's present moment, always in UTC."""
        with self._lock:
            return self._stopped_at or datetime.now(UTC) + self._ahead

    def set(self, moment: str | datetime | None) -> None:
        """Stops the clock at a moment; None lets it run with real time again."""
        if isinstance(moment, str):
            moment = read_moment(moment)
        with self._lock:
            self._stopped_at = moment
            self._ahead = timedelta()

    def advance(self, seconds: float) -> None:
        """Moves the clock, stopped or running."""
        step = timedelta(seconds=seconds)
        with self._lock:
            if self._stopped_at is None:
                self._ahead += step
            else:
                self._stopped_at += step
