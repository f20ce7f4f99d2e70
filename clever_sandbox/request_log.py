"""What was asked of the API: the last requests, for assertions and for the control page."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload
from urllib.parse import parse_qsl

KEPT = 10_000


class Asked(NamedTuple):
    """One request that reached the API."""

    method: str
    path: str
    query: str
    status: int = 0

    @property
    def params(self) -> dict[str, str]:
        """The query's parameters."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class RequestLog(Sequence[Asked]):
    """The newest requests, oldest first; older ones than the last 10,000 are forgotten."""

    def __init__(self) -> None:
        self._asked: deque[Asked] = deque(maxlen=KEPT)
        self.total = 0

    def note(self, asked: Asked) -> None:
        """Adds a request."""
        self._asked.append(asked)
        self.total += 1

    def clear(self) -> None:
        """Forgets all of them."""
        self._asked.clear()
        self.total = 0

    def matching(self, path: str = "", **params: str) -> list[Asked]:
        """The requests whose path holds this text and whose query has these values."""
        return [
            each
            for each in list(self._asked)
            if path in each.path
            and all(each.params.get(name) == value for name, value in params.items())
        ]

    def count(self, path: object = "", **params: str) -> int:
        """How many requests there were whose path holds this text, with these query values."""
        return len(self.matching(str(path), **params))

    def paths(self) -> list[str]:
        """The paths in the order they were asked for."""
        return [each.path for each in list(self._asked)]

    @overload
    def __getitem__(self, place: int) -> Asked: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Asked]: ...
    def __getitem__(self, place: int | slice) -> Asked | Sequence[Asked]:
        return list(self._asked)[place]

    def __len__(self) -> int:
        return len(self._asked)

    def __iter__(self) -> Iterator[Asked]:
        return iter(list(self._asked))
