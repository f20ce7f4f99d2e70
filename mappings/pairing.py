"""Which identifier of Clever stands in which field here, found by looking at everybody. Pure (C04).

For each identifier of Clever and each field here: how many people have the same value, unique on
both sides and not blank, and in how many of these name and birth date agree. Numbers that only
look alike (two schemes that count from the same start) match many and agree in none.
mappings/rates.py does the same in the database; this is its specification.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.text import key

_NO_LETTERS = re.compile("[\u0300-\u036f '’.-]")
FEWEST_PEOPLE = 20


@dataclass(frozen=True)
class Known:
    """Somebody, in Clever or here: identifiers by their names, the folded name, the ISO date."""

    keys: Mapping[str, str | None]
    name: str
    birth: str = ""


@dataclass(frozen=True)
class Cell:
    """People with the same value on both sides, and how many of them are the same person."""

    matched: int = 0
    agreeing: int = 0


@dataclass
class Rates:
    """The whole table: people on both sides, who has a value at all, and the cells."""

    here: int = 0
    in_clever: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, source: str, name: str) -> Cell:
        """What an identifier of Clever and a field here have in common."""
        return self.cells.get((source, name), Cell())

    def percent(self, source: str, name: str) -> int:
        """The share of the people here that match, rounded down, so that 100 means everybody."""
        return 100 * self.cell(source, name).matched // self.here if self.here else 0

    def best_source(self, name: str) -> str:
        """The identifier of Clever that a field here really holds: most people agree. Else ""."""
        agreeing = {s: c.agreeing for (s, f), c in self.cells.items() if f == name and c.agreeing}
        return max(sorted(agreeing), key=lambda s: agreeing[s], default="")


@dataclass(frozen=True)
class Reach:
    """How many active people here were never linked, and how many of them the rules would find."""

    unlinked: int = 0
    reached: int = 0

    @property
    def too_few(self) -> bool:
        """Fewer than half of at least twenty: the student ID may be the wrong field."""
        return self.unlinked >= FEWEST_PEOPLE and self.reached * 2 < self.unlinked

    @property
    def percent(self) -> int:
        return 100 * self.reached // self.unlinked if self.unlinked else 0


def folded(first: str | None, last: str | None) -> str:
    """A name without case, marks and punctuation: "Núñez-Díaz" is "nunezdiaz"."""
    parts = (unicodedata.normalize("NFKD", (part or "").lower()) for part in (last, first))
    return "/".join(_NO_LETTERS.sub("", part) for part in parts)


def agree(one: Known, other: Known) -> bool:
    """The same name, and the same birth date where both know it."""
    return one.name == other.name and (not one.birth or not other.birth or one.birth == other.birth)


def rates(clever: Sequence[Known], here: Sequence[Known]) -> Rates:
    """The table of two lists of people."""
    found = Rates(here=len(here), in_clever=len(clever))
    found.sent, found.filled = _filled(clever), _filled(here)
    local = {name: _unique(here, name) for name in found.filled}
    for source in found.sent:
        theirs = _unique(clever, source)
        for name, ours in local.items():
            pairs = [(theirs[value], ours[value]) for value in theirs.keys() & ours.keys()]
            if pairs:
                same = sum(agree(one, other) for one, other in pairs)
                found.cells[source, name] = Cell(len(pairs), same)
    return found


def _filled(people: Iterable[Known]) -> dict[str, int]:
    return dict(Counter(name for one in people for name, value in one.keys.items() if value))


def _unique(people: Iterable[Known], name: str) -> dict[str, Known]:
    carriers: dict[str, list[Known]] = {}
    for one in people:
        if value := one.keys.get(name):
            carriers.setdefault(key(value), []).append(one)
    return {value: people[0] for value, people in carriers.items() if len(people) == 1}
