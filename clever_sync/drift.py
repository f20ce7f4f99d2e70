"""Whether fewer people than before have a value of a field (C21). Pure.

A field that is suddenly empty at Clever is seldom meant: somebody unticked it among the shared
fields, or the SIS lost a column.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# (role, source) -> how many people have a value; the source "" counts all people of the role.
Fills = Mapping[tuple[str, str], int]

LEAST_PEOPLE = 20
POINTS_LOST = 25
SHARE_OF_BEFORE = 2


@dataclass(frozen=True)
class Collapse:
    """A field that lost its values. `before` and `now` are percentages, `people` who lost one."""

    role: str
    source: str
    before: int
    now: int
    people: int


def collapses(earlier: Iterable[Fills], present: Fills) -> list[Collapse]:
    """The fields whose share fell by 25 points or more, or to nothing from at least 5 %.

    `earlier` are the figures of the last days; the best of them counts. Of fewer than 20 people
    nothing is said.
    """
    best: dict[tuple[str, str], float] = {}
    for fills in earlier:
        for place in fills:
            share = _share(fills, place)
            if share is not None:
                best[place] = max(best.get(place, 0), share)
    found = [_collapse(place, before, present) for place, before in sorted(best.items())]
    return [one for one in found if one is not None]


def _collapse(place: tuple[str, str], before: float, present: Fills) -> Collapse | None:
    role, source = place
    now = _share(present, place)
    if now is None or not source:
        return None
    lost = before - now
    to_nothing = now == 0 and before >= 5
    if not to_nothing and (lost < POINTS_LOST or now * SHARE_OF_BEFORE > before):
        return None
    people = round(lost * present[role, ""] / 100)
    return Collapse(role, source, round(before), round(now), people)


def _share(fills: Fills, place: tuple[str, str]) -> float | None:
    """The percentage of a role's people with a value; None of a role with too few people."""
    everybody = fills.get((place[0], ""), 0)
    return None if everybody < LEAST_PEOPLE else 100 * fills.get(place, 0) / everybody
