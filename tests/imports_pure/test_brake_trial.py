"""Brakes tried on known figures: what they look at, what they hold, what lets a plan pass."""

from decimal import Decimal

import pytest

from imports.brake_terms import DEFAULTS
from imports.brake_trial import ToPass, measured, to_pass, would_hold
from imports.brakes import Limits, trip
from tests.imports_pure.test_brakes import figures, spread

SUMMER = {
    **spread("transfer", 120),  # graduates, of all schools
    (1, "transfer"): 60,
    (2, "move_away"): 35,
    (3, "move_away"): 33,
    (4, "create"): 90,
}


def test_C08_each_brake_tells_what_it_looks_at() -> None:
    plan = figures(
        {1: 100, 2: 10, 3: 50},
        actions={(1, "transfer"): 4, (2, "unconfirmed"): 3, (3, "move_away"): 9, (1, "update"): 7},
        blanked={"email": 5, "grade": 8},
        clever_users=170,
    )
    seen = {name: measured(plan, name) for name in DEFAULTS}
    assert (seen["many_transfers"].count, seen["many_transfers"].of) == (7, 160)
    assert (seen["school_transfers"].count, seen["school_transfers"].school) == (3, 2)
    assert (seen["school_moves"].count, seen["school_moves"].of) == (9, 50)
    assert (seen["many_blanked"].count, seen["many_updates"].count) == (8, 7)
    assert (seen["student_id_may_be_wrong"].count, seen["student_id_may_be_wrong"].of) == (0, 170)


def test_C08_new_records_are_looked_at_by_one_brake_at_a_time() -> None:
    for first, looks in ((True, "student_id_may_be_wrong"), (False, "many_creates")):
        plan = figures(actions={(1, "create"): 9}, first_import=first)
        seen = {name: measured(plan, name).count for name in DEFAULTS}
        assert [name for name, count in seen.items() if count] == [looks]


def test_C08_nobody_is_told_of_a_plan_without_rows() -> None:
    for name in DEFAULTS:
        assert measured(figures({}), name).count == 0
    assert would_hold(figures(), Limits()) == {}


def test_C08_other_values_are_tried_on_the_same_figures() -> None:
    plan = figures(actions=spread("update", 214))
    assert would_hold(plan, Limits()) == {}
    assert would_hold(plan, Limits.of({"many_updates": (Decimal(21), None)})) == {
        "many_updates": 214
    }


def test_C24_what_must_be_raised_lets_exactly_this_plan_pass() -> None:
    plan = figures(actions=SUMMER)
    found = to_pass(plan, Limits())
    assert found == ToPass({"many_transfers": 168, "school_transfers": 60, "school_moves": 35}, [])
    assert trip(plan, Limits().raised(found.raised)) == []
    one_more = figures(actions={**SUMMER, (2, "move_away"): 36})
    assert [t.cause for t in trip(one_more, Limits().raised(found.raised))] == ["school_moves"]


@pytest.mark.parametrize("own", [{}, {"many_transfers": None}])
def test_C24_what_can_never_be_raised_is_named(own: dict[str, None]) -> None:
    plan = figures(actions={(1, "transfer"): 100, (2, "unconfirmed"): 2})
    found = to_pass(plan, Limits.of(own))
    assert found.raised == {}
    assert [one.cause for one in found.never] == ["school_to_zero", "absence_unconfirmed"]
