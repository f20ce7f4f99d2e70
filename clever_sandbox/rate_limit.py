"""Clever's rate limit: so many requests a minute for each token, in fixed windows of real time."""

import threading
import time
from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Allowance:
    """What is left for a token in the present minute."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool

    def headers(self) -> list[tuple[str, str]]:
        """The headers that every answer of the API carries."""
        return [
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.remaining)),
            ("X-RateLimit-Reset", str(self.reset)),
            ("X-RateLimit-Bucket", "all"),
        ]


class RateLimiter:
    """Counts requests per token; `limit` may be changed at any time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._window = 0
        self._used: dict[str, int] = {}

    def take(self, token: str) -> Allowance:
        """Counts one request of the token."""
        window = int(time.time()) // WINDOW_SECONDS
        with self._lock:
            if window != self._window:
                self._window = window
                self._used.clear()
            used = self._used[token] = self._used.get(token, 0) + 1
        left = self.limit - used
        return Allowance(self.limit, max(left, 0), (window + 1) * WINDOW_SECONDS, left < 0)

    def clear(self) -> None:
        """Starts the present minute again."""
        with self._lock:
            self._used.clear()
