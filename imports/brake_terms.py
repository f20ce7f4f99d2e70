"""The terms of the brakes: limits, the figures of a plan, and what trips. Pure (engine.md 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

Slice = tuple[int | None, str]
Schools = tuple[tuple[int | None, int, int], ...]
LEAVING = ("transfer", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Limit:
    """One brake's values; what `number` means stands beside each default.

    A percentage of 0 holds everybody, however few. `allowed` people pass in one named run,
    whatever the other values say; for a brake of schools, so many of each school.
    """

    percent: Decimal | None = None
    number: int | None = None
    allowed: int = 0

    def replaced(self, percent: Decimal | None, number: int | None) -> "Limit":
        """This limit with those parts replaced that are given."""
        return Limit(
            self.percent if percent is None else percent,
            self.number if number is None else number,
        )


Own = tuple[Decimal | None, int | None]

DEFAULTS: Mapping[str, Limit] = {
    "many_transfers": Limit(Decimal(10), 500),  # or more than this number
    "many_identity_changes": Limit(Decimal(1)),
    "many_blanked": Limit(Decimal(5)),
    "many_updates": Limit(Decimal(75)),
    "many_problems": Limit(Decimal(5), 20),  # and more than this number
    "many_creates": Limit(Decimal(50)),
    "school_transfers": Limit(Decimal(20), 20),  # in schools of at least this number
    "school_moves": Limit(Decimal(20), 20),  # in schools of at least this number
    "student_id_may_be_wrong": Limit(Decimal(20), 20),  # with at least this number unlinked
}
OF_A_SCHOOL = ("school_transfers", "school_moves")


@dataclass(frozen=True)
class Limits:
    """The values that hold for one district and data type.

    A brake that is missing from `values` is off; type to zero, school to zero, nobody in Clever
    and unconfirmed absences have no value and are never off.
    """

    values: Mapping[str, Limit] = field(default_factory=lambda: DEFAULTS)

    @classmethod
    def of(
        cls, own: Mapping[str, Own | None], *, raised: Mapping[str, int] | None = None
    ) -> "Limits":
        """The defaults, replaced by a district's own values; `raised` lets people pass.

        `own` is {name: (percent, number)}, a None keeps the default's part; {name: None} is a
        brake that the district has switched off. `raised` is {name: people} for one named run.
        """
        values = dict(DEFAULTS)
        for name, value in own.items():
            if value is None:
                values.pop(name, None)
            elif name in values:
                values[name] = values[name].replaced(*value)
        return cls(values).raised(raised or {})

    def raised(self, allowed: Mapping[str, int]) -> "Limits":
        """These limits, under which so many people pass a brake of one run."""
        found = {name: people for name, people in allowed.items() if name in self.values}
        return Limits(
            {
                **self.values,
                **{name: replace(self.values[name], allowed=found[name]) for name in found},
            }
        )

    def get(self, name: str) -> Limit | None:
        return self.values.get(name)


@dataclass
class Figures:
    """What a plan would do to one data type, in numbers.

    `population`: active linked people before the run by site; None is "without a site", never a
    total: totals are sums. `actions`: {(site, action): people}, by old site, creates by new one:
    "transfer" (confirmed) and "unconfirmed", which are leavers both, "move_away", "create",
    "update" (without those of a new school year), "identity", "problem". `blanked`: {field:
    people}. `clever_users`: living people of the type in Clever, `clever_before`: before this
    pull. `unlinked_here`: active people never linked, `linked_by_plan`: how many of them the plan
    links. `transfers_last_days`: applied in the six days before, without those that a person
    approved (an approval must not make the next leaver trip). `gone_schools`: sites whose school
    Clever does not share any more: whoever leaves there left with it, however few they are.
    """

    data_type: str
    population: dict[int | None, int]
    actions: dict[Slice, int]
    blanked: dict[str, int] = field(default_factory=dict)
    clever_users: int = 0
    clever_before: int = 0
    first_import: bool = False
    unlinked_here: int = 0
    linked_by_plan: int = 0
    transfers_last_days: int = 0
    gone_schools: frozenset[int] = frozenset()

    @property
    def people(self) -> int:
        return sum(self.population.values())

    @property
    def transfers(self) -> int:
        return sum(self.by_school(*LEAVING).values())

    def plain(self) -> dict[str, Any]:
        """As values that JSON knows; `Figures.read` is the way back."""
        return {
            "data_type": str(self.data_type),
            "population": [[school, people] for school, people in self.population.items()],
            "actions": [[school, name, count] for (school, name), count in self.actions.items()],
            "blanked": self.blanked,
            "clever_users": self.clever_users,
            "clever_before": self.clever_before,
            "first_import": self.first_import,
            "unlinked_here": self.unlinked_here,
            "linked_by_plan": self.linked_by_plan,
            "transfers_last_days": self.transfers_last_days,
            "gone_schools": sorted(self.gone_schools),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Figures":
        """The figures that `plain` gave."""
        return cls(
            **{
                **plain,
                "population": dict(plain["population"]),
                "actions": {(school, name): n for school, name, n in plain["actions"]},
                "gone_schools": frozenset(plain["gone_schools"]),
            }
        )

    def by_school(self, *actions: str) -> dict[int | None, int]:
        """The people of these actions by site, without empty sites."""
        found: dict[int | None, int] = {}
        for (school, action), count in self.actions.items():
            if action in actions and count:
                found[school] = found.get(school, 0) + count
        return found

    def total(self, action: str) -> int:
        return sum(self.by_school(action).values())


@dataclass(frozen=True)
class Tripped:
    """A slice to be held.

    `action`: "transfer" (confirmed or not), "absent" (transfers not confirmed), "move", "leave"
    (transfers and moves away), "create", "update", "identity", "blank" (of `field`) or
    "problem". With `only_schools` just the rows of the sites in `schools` are meant, otherwise
    `schools` only tells where the rows are.
    `schools` is ((site, count, of), ...), most people first. `school` is set where it is one.
    """

    data_type: str
    cause: str
    action: str
    count: int
    population: int
    schools: Schools = ()
    only_schools: bool = False
    field: str | None = None

    @property
    def school(self) -> int | None:
        return self.schools[0][0] if self.only_schools and len(self.schools) == 1 else None

    @property
    def slice(self) -> str:
        """Names the place of the trip: the same accident has the same name in every run."""
        return "/".join(part for part in (self.action, self.data_type, self.field) if part)
