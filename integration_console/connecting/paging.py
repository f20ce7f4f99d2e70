"""A page of a list that is read anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
A_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, which page they are, and how many there are in all."""

    rows: Sequence[T]
    number: int
    pages: int
    total: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def page_of(rows: Sequence[T], number: int, size: int = A_PAGE) -> Page[T]:
    """The page of this number; of a number that is too high, the last one."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(number, 1), pages)
    begin = (number - 1) * size
    return Page(rows[begin : begin + size], number, pages, len(rows))
