"""The brakes just below and just above every limit (engine.md 6, C08)."""

import json
from decimal import Decimal
from typing import Any

import pytest

from imports.brake_terms import Own
from imports.brakes import Figures, Limits, Tripped, trip

TEN_SCHOOLS: dict[int | None, int] = dict.fromkeys(range(1, 11), 100)


def figures(population: dict[int | None, int] | None = None, **more: Any) -> Figures:
    values: dict[str, Any] = {
        "data_type": "student",
        "population": TEN_SCHOOLS if population is None else population,
        "actions": {},
        "clever_users": 1000,
        "clever_before": 1000,
    }
    return Figures(**{**values, **more})


def tripped(of: Figures, limits: Limits | None = None) -> list[Tripped]:
    return trip(of, limits or Limits())


def causes(of: Figures, limits: Limits | None = None) -> list[str]:
    return [one.cause for one in tripped(of, limits)]


def spread(action: str, count: int, schools: int = 10) -> dict[tuple[int | None, str], int]:
    """`count` people of an action, spread evenly over the first schools."""
    whole, rest = divmod(count, schools)
    return {(n, action): whole + (n <= rest) for n in range(1, schools + 1)}


def test_nothing_to_do_trips_nothing() -> None:
    assert causes(figures()) == []


@pytest.mark.parametrize(
    ("action", "limit", "cause"),
    [
        ("transfer", 100, "many_transfers"),
        ("identity", 10, "many_identity_changes"),
        ("update", 750, "many_updates"),
        ("problem", 50, "many_problems"),
        ("create", 500, "many_creates"),
    ],
)
def test_C08_a_whole_action_trips_just_above_its_share(action: str, limit: int, cause: str) -> None:
    assert causes(figures(actions=spread(action, limit))) == []
    above = tripped(figures(actions=spread(action, limit + 1)))
    assert [one.cause for one in above] == [cause]
    assert (above[0].action, above[0].count, above[0].population) == (action, limit + 1, 1000)
    assert not above[0].only_schools
    assert above[0].slice == f"{action}/student"


def test_C08_more_than_500_transfers_trip_in_a_large_district() -> None:
    large: dict[int | None, int] = dict.fromkeys(range(1, 21), 1000)
    assert causes(figures(large, actions=spread("transfer", 500, 20))) == []
    assert causes(figures(large, actions=spread("transfer", 501, 20))) == ["many_transfers"]


@pytest.mark.parametrize(
    ("action", "cause"),
    [("update", "many_updates"), ("create", "many_creates"), ("identity", "many_identity_changes")],
)
def test_fewer_than_five_people_never_trip_a_percentage(action: str, cause: str) -> None:
    small: dict[int | None, int] = {1: 5}
    assert causes(figures(small, actions={(1, action): 4})) == []
    assert causes(figures(small, actions={(1, action): 5})) == [cause]


def test_C08_one_leaver_among_eight_staff_is_not_held() -> None:
    staff: dict[int | None, int] = dict.fromkeys(range(1, 9), 1)
    assert causes(figures(staff, data_type="staff", actions={(3, "transfer"): 1})) == []


def test_problems_need_more_than_twenty_people() -> None:
    small: dict[int | None, int] = {1: 50}
    assert causes(figures(small, actions={(1, "problem"): 20})) == []
    assert causes(figures(small, actions={(1, "problem"): 21})) == ["many_problems"]


def test_C08_one_field_blanked_for_more_than_five_percent() -> None:
    assert causes(figures(blanked={"email": 50, "grade": 50})) == []
    one = tripped(figures(blanked={"email": 51, "grade": 50}))[0]
    assert (one.cause, one.action, one.field, one.count) == ("many_blanked", "blank", "email", 51)
    assert one.slice == "blank/student/email"


def test_C08_transfers_are_summed_over_seven_days() -> None:
    ninety = spread("transfer", 90)
    assert causes(figures(actions=ninety, transfers_last_days=10)) == []
    assert causes(figures(actions=ninety, transfers_last_days=11)) == ["many_transfers"]
    assert causes(figures(transfers_last_days=900)) == [], "nobody leaves today"


@pytest.mark.parametrize(
    ("people", "count", "cause"),
    [
        (100, 20, None),
        (100, 21, "school_transfers"),
        (20, 5, "school_transfers"),
        (20, 4, None),
        (19, 10, None),
    ],
)
@pytest.mark.parametrize(
    ("action", "of"), [("transfer", "school_transfers"), ("move_away", "school_moves")]
)
def test_C08_a_schools_share_trips_in_schools_of_at_least_twenty(
    action: str, of: str, people: int, count: int, cause: str | None
) -> None:
    population: dict[int | None, int] = {1: people, **dict.fromkeys(range(2, 11), 100)}
    found = tripped(figures(population, actions={(1, action): count}))
    assert [one.cause for one in found] == ([of] if cause else [])
    if found:
        assert (found[0].only_schools, found[0].school) == (True, 1)
        assert found[0].schools == ((1, count, people),)


def test_C08_one_of_forty_schools_vanishing_is_held_and_the_rest_goes_on() -> None:
    forty: dict[int | None, int] = dict.fromkeys(range(1, 41), 100)
    actions: dict[tuple[int | None, str], int] = {(7, "transfer"): 100, (8, "transfer"): 3}
    found = tripped(figures(forty, actions=actions))
    assert [(one.cause, one.action, one.school, one.count) for one in found] == [
        ("school_to_zero", "leave", 7, 100)
    ]


def test_F49_a_large_unshared_school_is_named_alone() -> None:
    maple: dict[int | None, int] = {1: 640, **dict.fromkeys(range(2, 13), 378)}
    actions: dict[tuple[int | None, str], int] = {(1, "unconfirmed"): 640, (2, "transfer"): 3}
    found = tripped(figures(maple, actions=actions))
    assert [(one.cause, one.school, one.count) for one in found] == [("school_to_zero", 1, 640)]


def test_a_tiny_school_going_to_zero_is_not_an_accident() -> None:
    population: dict[int | None, int] = {1: 4, 2: 200}
    assert causes(figures(population, actions={(1, "transfer"): 4})) == []
    population = {1: 5, 2: 200}
    assert causes(figures(population, actions={(1, "transfer"): 5})) == ["school_to_zero"]


def test_F49_whoever_leaves_with_an_unshared_school_is_held_however_few() -> None:
    population: dict[int | None, int] = {1: 4, 2: 200}
    actions: dict[tuple[int | None, str], int] = {(1, "transfer"): 3, (2, "transfer"): 1}
    assert causes(figures(population, actions=actions)) == []
    found = tripped(figures(population, actions=actions, gone_schools=frozenset({1})))
    assert [(one.cause, one.school, one.count) for one in found] == [("school_to_zero", 1, 3)]


def test_two_schools_merged_need_one_approval() -> None:
    actions: dict[tuple[int | None, str], int] = {(3, "move_away"): 88, (3, "transfer"): 12}
    found = tripped(figures(actions=actions))
    assert [(one.cause, one.action, one.count) for one in found] == [
        ("school_to_zero", "leave", 100)
    ]


def test_graduates_leaving_need_one_approval() -> None:
    district: dict[int | None, int] = {
        **dict.fromkeys(range(1, 5), 400),
        **dict.fromkeys(range(5, 15), 450),
    }
    graduates: dict[tuple[int | None, str], int] = {(n, "transfer"): 100 for n in range(1, 5)}
    found = tripped(figures(district, actions=graduates))
    assert [(one.cause, one.count, len(one.schools)) for one in found] == [
        ("school_transfers", 400, 4)
    ]
    everywhere: dict[tuple[int | None, str], int] = {(n, "transfer"): 130 for n in range(1, 15)}
    assert causes(figures(district, actions=everywhere)) == ["many_transfers"]


def test_too_many_transfers_beside_a_vanished_school_are_held_together() -> None:
    actions: dict[tuple[int | None, str], int] = {(1, "transfer"): 100}
    actions |= {(n, "transfer"): 12 for n in range(2, 11)}
    found = tripped(figures(actions=actions))
    assert [(one.cause, one.count) for one in found] == [("many_transfers", 208)]


@pytest.mark.parametrize("action", ["transfer", "unconfirmed"])
def test_F48_a_type_going_to_zero_is_always_held(action: str) -> None:
    tiny: dict[int | None, int] = {1: 2}
    off = Limits.of({"many_transfers": None, "school_transfers": None})
    assert causes(figures(tiny, actions={(1, action): 2}), off) == ["type_to_zero"]
    assert causes(figures(tiny, actions={(1, action): 1}, clever_users=1)) == (
        [] if action == "transfer" else ["absence_unconfirmed"]
    )


def test_F48_nobody_in_clever_is_always_held_unless_there_was_nobody_before() -> None:
    assert causes(figures(actions=spread("transfer", 1000), clever_users=0)) == ["nobody_in_clever"]
    assert causes(figures({}, clever_users=0, clever_before=0)) == []


def test_C13_an_unconfirmed_absence_is_held_however_few() -> None:
    found = tripped(figures(actions={(2, "unconfirmed"): 1, (3, "transfer"): 2}))
    assert [(one.cause, one.action, one.count) for one in found] == [
        ("absence_unconfirmed", "absent", 1)
    ]


def test_first_import_is_exempt_from_creates_and_updates() -> None:
    first = figures({}, first_import=True, actions={(1, "create"): 1000, (1, "update"): 500})
    assert causes(first) == []
    later = figures({}, actions={(1, "create"): 1000})
    assert causes(later) == ["many_creates"]


@pytest.mark.parametrize(
    ("unlinked", "linked", "creates", "held"),
    [
        (100, 49, 201, True),
        (100, 50, 201, False),
        (100, 49, 200, False),
        (20, 9, 201, True),
        (19, 9, 201, False),
    ],
)
def test_C04_a_wrong_student_id_holds_all_creates_of_a_first_import(
    unlinked: int, linked: int, creates: int, held: bool
) -> None:
    found = tripped(
        figures(
            {},
            first_import=True,
            unlinked_here=unlinked,
            linked_by_plan=linked,
            actions={(1, "create"): creates},
        )
    )
    assert [one.cause for one in found] == (["student_id_may_be_wrong"] if held else [])
    if held:
        assert (found[0].action, found[0].count) == ("create", creates)


def test_F73_a_remapped_id_field_after_the_first_import_holds_the_creates() -> None:
    assert causes(figures(actions=spread("create", 990))) == ["many_creates"]


def test_a_districts_own_limit_replaces_the_default() -> None:
    own = Limits.of({"many_transfers": (Decimal("2.5"), None), "school_transfers": (None, 200)})
    assert causes(figures(actions=spread("transfer", 25)), own) == []
    assert causes(figures(actions=spread("transfer", 26)), own) == ["many_transfers"]
    small_schools = figures(actions={(1, "transfer"): 22})
    assert causes(small_schools, own) == [], "schools of at least 200 now"
    assert causes(small_schools) == ["school_transfers"]


def test_C24_a_brake_is_raised_for_one_run() -> None:
    graduates = figures(actions=spread("transfer", 250))
    own: dict[str, Own | None] = {"many_transfers": (Decimal(5), None), "school_transfers": None}
    assert causes(graduates, Limits.of(own, raised={"many_transfers": 250})) == []
    assert "many_transfers" in causes(graduates, Limits.of(own, raised={"many_transfers": 249}))
    assert "many_transfers" in causes(graduates)


@pytest.mark.parametrize("last_days", [0, 90])
def test_C24_what_is_allowed_beats_the_number_and_the_last_days(last_days: int) -> None:
    large: dict[int | None, int] = dict.fromkeys(range(1, 11), 1000)
    plan = figures(large, actions=spread("transfer", 501), transfers_last_days=last_days)
    assert causes(plan) == ["many_transfers"]
    assert causes(plan, Limits().raised({"many_transfers": 501})) == []
    assert causes(plan, Limits().raised({"many_transfers": 500})) == ["many_transfers"]


def test_C08_a_brake_that_is_off_holds_nothing_and_cannot_be_raised() -> None:
    off = Limits.of({"many_updates": None}, raised={"many_updates": 1})
    assert causes(figures(actions=spread("update", 990)), off) == []
    assert off.get("many_updates") is None


@pytest.mark.parametrize("action", ["update", "create", "identity", "transfer"])
def test_C08_a_percentage_of_0_holds_a_single_person(action: str) -> None:
    names = ("many_updates", "many_creates", "many_identity_changes", "many_transfers")
    always = Limits.of({name: (Decimal(0), None) for name in names})
    one = figures(actions={(3, action): 1})
    assert len(causes(one, always)) == 1
    assert causes(one) == []
    assert causes(figures(), always) == [], "nobody is no one"


def test_C24_what_is_allowed_at_schools_counts_for_each_of_them() -> None:
    moves = figures(actions={(1, "move_away"): 30, (2, "move_away"): 40})
    raised = Limits.of({}, raised={"school_moves": 30})
    assert [(t.cause, t.school) for t in tripped(moves, raised)] == [("school_moves", 2)]
    assert causes(moves, Limits.of({}, raised={"school_moves": 40})) == []


def test_C08_figures_come_back_as_they_were_kept() -> None:
    some = figures(
        {1: 20, None: 3},
        actions={(None, "transfer"): 2, (1, "create"): 4},
        blanked={"email": 9},
        gone_schools=frozenset({4, 2}),
        first_import=True,
    )
    assert Figures.read(json.loads(json.dumps(some.plain()))) == some
