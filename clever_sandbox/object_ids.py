"""ObjectIDs: 24 hex digits whose order is the order of creation, the same for the same seed."""

import re
from datetime import UTC, datetime
from hashlib import blake2b

OBJECT_ID = re.compile(r"[0-9a-f]{24}")


def is_object_id(text: str) -> bool:
    """Whether the text is an id as Clever writes them: 24 lower-case hex digits."""
    return OBJECT_ID.fullmatch(text) is not None


def created_at(object_id: str) -> datetime:
    """The moment that the id carries in its first four bytes."""
    return datetime.fromtimestamp(int(object_id[:8], 16), UTC)


class Mint:
    """Gives out ascending ids; the same `purpose` gives the same ids in every process."""

    def __init__(self, purpose: str) -> None:
        self._machine = blake2b(purpose.encode(), digest_size=5).hexdigest()
        self._second = 0
        self._count = 0

    def next(self, second: int) -> str:
        """An id larger than all before it, even when `second` lies before the last one's."""
        self._second = max(self._second, second)
        self._count += 1
        return f"{self._second:08x}{self._machine}{self._count:06x}"
