"""Brakes tried on the figures of a plan that is known already. Pure (C08, C24).

What a limit would have held, and how many people must be let pass so that nothing is held.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from imports.brake_terms import LEAVING, OF_A_SCHOOL, Figures, Limits, Tripped
from imports.brakes import base_of, trip

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "many_transfers": LEAVING,
    "many_identity_changes": ("identity",),
    "many_updates": ("update",),
    "many_problems": ("problem",),
    "many_creates": ("create",),
    "student_id_may_be_wrong": ("create",),
    "school_transfers": LEAVING,
    "school_moves": ("move_away",),
}
# New records are looked at by one brake at the first import, and by another one later.
ONLY_FIRST, ONLY_LATER = "student_id_may_be_wrong", "many_creates"


@dataclass(frozen=True)
class Measured:
    """What a brake looks at: `count` people of `of`; of a school, the one with the most."""

    count: int
    of: int
    school: int | None = None


def measured(figures: Figures, name: str) -> Measured:
    """The figure of one brake in a plan, by its name in DEFAULTS."""
    if name == "many_blanked":
        return Measured(max(figures.blanked.values(), default=0), base_of(figures))
    by_school = figures.by_school(*ACTIONS[name])
    if name in OF_A_SCHOOL:
        shares = {s: n / max(figures.population.get(s, 0), 1) for s, n in by_school.items() if s}
        school = max(shares, key=lambda s: shares[s], default=None)
        return Measured(by_school.get(school, 0), figures.population.get(school, 0), school)
    if name == (ONLY_LATER if figures.first_import else ONLY_FIRST):
        by_school = {}
    of = figures.clever_users if name == ONLY_FIRST else base_of(figures)
    return Measured(sum(by_school.values()), of)


def would_hold(figures: Figures, limits: Limits) -> dict[str, int]:
    """How many people each brake would hold of a plan, by cause; only those that hold anybody."""
    held: dict[str, int] = {}
    for tripped in trip(figures, limits):
        held[tripped.cause] = held.get(tripped.cause, 0) + tripped.count
    return held


@dataclass(frozen=True)
class ToPass:
    """`raised` lets this plan pass, {brake: people}; `never` is held all the same."""

    raised: dict[str, int]
    never: list[Tripped]


def to_pass(figures: Figures, limits: Limits) -> ToPass:
    """How far brakes must be raised for this plan, and which trips no number can raise.

    A brake that is raised may uncover another: where the leavers of the whole district pass,
    those of single schools are looked at.
    """
    raised: dict[str, int] = {}
    while True:
        tripped = trip(figures, limits.raised(raised))
        more = [one for one in tripped if one.cause in limits.values]
        if not more:
            return ToPass(raised, tripped)
        for one in more:
            raised[one.cause] = max(raised.get(one.cause, 0), _people(one))


def _people(tripped: Tripped) -> int:
    """So many must pass: at a brake of schools, those of the school with the most."""
    if tripped.cause in OF_A_SCHOOL:
        return max(count for _, count, _ in tripped.schools)
    return tripped.count
