"""The requests of a token, shared out among all who use it at a time (F30).

Kept in PostgreSQL, and written seldom: requests are leased in blocks that hold for one minute.
"""

import threading
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import connection

BLOCK = 60
_LEASE = """
    INSERT INTO clever_sync_requestbudget AS budget (token_key, minute, leased)
    VALUES (%(key)s, %(minute)s, %(block)s)
    ON CONFLICT (token_key) DO UPDATE SET
        minute = EXCLUDED.minute,
        leased = EXCLUDED.leased
            + CASE WHEN budget.minute = EXCLUDED.minute THEN budget.leased ELSE 0 END
    WHERE budget.minute < EXCLUDED.minute
        OR budget.minute = EXCLUDED.minute AND budget.leased + EXCLUDED.leased <= %(most)s
    RETURNING true
"""


class SharedBudget:
    """Never lends more than `per_minute` requests of a token in a minute, over all processes."""

    def __init__(self, per_minute: int | None = None, block: int = BLOCK) -> None:
        self._per_minute = per_minute or settings.CLEVER_REQUESTS_PER_MINUTE
        self._block = min(block, self._per_minute)
        self._leased: dict[bytes, tuple[datetime, int]] = {}
        self._lock = threading.Lock()

    def take(self, key: bytes, now: datetime) -> datetime | None:
        """None when a request may be sent now; otherwise the moment to ask again."""
        with self._lock:
            return self._take(key, now.replace(second=0, microsecond=0))

    def _take(self, key: bytes, minute: datetime) -> datetime | None:
        leased_in, left = self._leased.get(key, (minute, 0))
        if leased_in != minute or left == 0:
            if not self._lease(key, minute):
                return minute + timedelta(minutes=1)
            left = self._block
        self._leased[key] = (minute, left - 1)
        return None

    def _lease(self, key: bytes, minute: datetime) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                _LEASE,
                {"key": key, "minute": minute, "block": self._block, "most": self._per_minute},
            )
            return cursor.fetchone() is not None


@cache
def shared_budget() -> SharedBudget:
    """This process's own share, so that what is left of a block serves the next client too."""
    return SharedBudget()
