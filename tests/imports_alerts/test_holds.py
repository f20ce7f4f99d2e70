"""Holds on PostgreSQL: which rows are held, approving, discarding, replacing (C08, C09, H16)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import HoldState, RunState, Trigger
from imports import holds
from imports.brakes import Tripped
from imports.models import Hold, PlannedChange, Run, RunProblem
from schools.models import District
from tests.imports_alerts.setting import NOW, district, leavers, planned, run, school

pytestmark = pytest.mark.django_db
ANA = "ana@maple.example"


@pytest.fixture
def maple() -> District:
    return district()


def transfers(count: int, population: int = 1000) -> Tripped:
    return Tripped("student", "many_transfers", "transfer", count, population)


def emptied(maple: District, *numbers: int) -> Tripped:
    schools = tuple((school(maple, n).pk, 6, 6) for n in numbers)
    return Tripped(
        "student", "school_to_zero", "leave", 6 * len(numbers), 6, schools, only_schools=True
    )


def held(of: Run) -> list[str | None]:
    rows = PlannedChange.objects.filter(run=of, exception="held").order_by("clever_id")
    return list(rows.values_list("clever_id", flat=True))


def night(maple: District, count: int = 6, **more: Any) -> Run:
    """A night on which `count` people leave school 1 and two leave school 2."""
    of = run(maple, **more)
    leavers(of, count, school(maple, 1))
    leavers(of, 2, school(maple, 2))
    return of


def test_F49_only_the_schools_slice_is_held_and_the_hold_names_it(maple: District) -> None:
    of = night(maple)
    planned(of, "move", "mover", old_school=school(maple, 1).pk, school=school(maple, 2).pk)
    planned(of, "move", "comes", old_school=school(maple, 2).pk, school=school(maple, 1).pk)
    planned(of, "update", "stays", old_school=school(maple, 1).pk, school=school(maple, 1).pk)
    opened = holds.place(of, [emptied(maple, 1)])
    assert held(of) == ["S1-1", "S1-2", "S1-3", "S1-4", "S1-5", "S1-6", "mover"]
    hold = Hold.objects.get()
    assert opened == [hold]
    assert hold.schools == [{"school": school(maple, 1).pk, "count": 7, "of": 6}]
    assert (hold.count, hold.cause, hold.slice) == (7, "school_to_zero", "leave/student")
    assert hold.expires_at == NOW + timedelta(days=7)
    assert of.events.get(kind="held").details == {"holds": [hold.pk]}


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("transfer", ["leaver", "unsure"]),
        ("absent", ["unsure"]),
        ("move", ["linked", "mover"]),
        ("leave", ["leaver", "linked", "mover", "unsure"]),
        ("create", ["new"]),
        ("update", ["blanked", "changed", "mover"]),
        ("identity", ["changed"]),
        ("blank", ["blanked"]),
        ("problem", ["asked", "broken"]),
    ],
)
def test_C08_each_brake_holds_its_own_rows(maple: District, action: str, meant: list[str]) -> None:
    of = run(maple)
    planned(of, "transfer", "leaver", why={"absence": "confirmed"})
    planned(of, "transfer", "unsure", why={"absence": "unconfirmed"})
    planned(of, "move", "mover", effects=["move"])
    planned(of, "link", "linked", effects=["link", "move"])
    planned(of, "create", "new")
    planned(of, "update", "changed", effects=["update", "identity"])
    planned(
        of, "update", "blanked", effects=["update", "blank"],
        before={"email": "a@x.example", "grade": None}, after={"email": None, "grade": None},
    )  # fmt: skip
    planned(
        of, "update", "year", effects=["new_year", "update", "blank"],
        before={"grade": "5"}, after={"grade": None},
    )  # fmt: skip
    planned(of, "conflict", "asked")
    planned(of, "reject", "broken")
    planned(of, "transfer", "teacher", data_type="teacher")
    field = "email" if action == "blank" else None
    holds.place(of, [Tripped("student", "some_cause", action, 1, 10, field=field)])
    assert held(of) == meant


def test_a_test_shows_what_would_be_held_and_opens_no_hold(maple: District) -> None:
    open_one = holds.place(night(maple), [transfers(8)])[0]
    test = night(maple, live=False)
    assert holds.place(test, [transfers(8)]) == []
    assert len(held(test)) == 8
    assert [h.pk for h in Hold.objects.filter(state=HoldState.OPEN)] == [open_one.pk]
    problem = RunProblem.objects.get(run=test)
    assert (problem.code, problem.value, problem.people) == (
        "many_transfers", "transfer/student", 8,
    )  # fmt: skip


def test_a_newer_plan_replaces_the_hold_and_the_same_content_keeps_its_date(
    maple: District,
) -> None:
    first = holds.place(night(maple), [transfers(8)])[0]
    later = night(maple, now=NOW + timedelta(days=1))
    assert holds.place(later, [transfers(8)]) == [], "the same asks nobody again"
    assert not later.events.exists()
    same = Hold.objects.get(state=HoldState.OPEN)
    assert (same.run, same.expires_at) == (later, first.expires_at)
    first.refresh_from_db()
    assert first.state == HoldState.REPLACED
    more = night(maple, count=7, now=NOW + timedelta(days=2))
    other = holds.place(more, [transfers(9)])
    assert [one.expires_at for one in other] == [NOW + timedelta(days=9)]
    calm = run(maple)
    holds.place(calm, [])
    assert not Hold.objects.filter(state=HoldState.OPEN).exists()


def test_a_run_of_teachers_leaves_the_holds_of_students(maple: District) -> None:
    holds.place(night(maple), [transfers(8)])
    holds.place(run(maple, data_types=["teacher"]), [])
    assert Hold.objects.filter(state=HoldState.OPEN).count() == 1


def test_F04_planning_again_leaves_one_open_hold(maple: District) -> None:
    of = night(maple)
    holds.place(of, [transfers(8)])
    PlannedChange.objects.filter(run=of).delete()
    leavers(of, 6, school(maple, 1))
    holds.place(of, [transfers(6)])
    assert [h.count for h in Hold.objects.filter(state=HoldState.OPEN)] == [6]


def test_C09_discarded_content_is_not_applied_and_not_raised_again(maple: District) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    holds.discard(hold_id=hold.pk, by=ANA)
    again = night(maple)
    assert holds.place(again, [transfers(8)]) == []
    assert len(held(again)) == 8
    assert not Hold.objects.filter(state=HoldState.OPEN).exists()
    more = night(maple, count=7)
    assert [h.count for h in holds.place(more, [transfers(9)])] == [9], "other content is raised"
    assert AuditEvent.objects.get(verb="hold discarded").actor == ANA


def test_H16_an_approval_lets_identical_rows_through_and_holds_the_others(
    maple: District,
) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    approved = holds.approve(hold_id=hold.pk, by=ANA)
    assert (approved.trigger, approved.data_types) == (Trigger.HOLD, ["student"])
    hold.refresh_from_db()
    assert (hold.state, hold.decided_by) == (HoldState.APPROVED, ANA)
    leavers(approved, 7, school(maple, 1))
    leavers(approved, 1, school(maple, 2))
    PlannedChange.objects.filter(run=approved, clever_id="S1-2").update(before={"status": 2})
    opened = holds.place(approved, [transfers(8)])
    assert held(approved) == ["S1-2", "S1-7"], "one that is new and one that is not the same"
    assert [h.count for h in opened] == [2]


def test_C09_approving_some_schools_holds_the_others(maple: District) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    one = school(maple, 1).pk
    approved = holds.approve(hold_id=hold.pk, by=ANA, schools=[one])
    assert approved.approved_causes[0]["schools"] == [one]
    leavers(approved, 6, school(maple, 1))
    leavers(approved, 2, school(maple, 2))
    holds.place(approved, [transfers(8)])
    assert held(approved) == ["S2-1", "S2-2"]


def test_C09_an_approval_is_valid_once(maple: District) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    first = holds.approve(hold_id=hold.pk, by=ANA)
    with pytest.raises(ConsoleError, match=f"approved by {ANA} already"):
        holds.approve(hold_id=hold.pk, by=ANA)
    Run.objects.filter(pk=first.pk).update(state=RunState.FAILED)
    tomorrow = night(maple)
    assert len(holds.place(tomorrow, [transfers(8)])) == 1, "another run needs another approval"


def test_approving_waits_for_the_run_that_is_on(maple: District) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    run(maple, state=RunState.VALIDATING)
    with pytest.raises(ConsoleError) as refused:
        holds.approve(hold_id=hold.pk, by=ANA)
    assert refused.value.code == "run_is_on"
    hold.refresh_from_db()
    assert hold.state == HoldState.OPEN, "nothing was changed"


def test_a_school_that_is_not_in_the_hold_cannot_be_approved(maple: District) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    for schools in ([], [school(maple, 3).pk]):
        with pytest.raises(ConsoleError, match="Choose from the schools"):
            holds.approve(hold_id=hold.pk, by=ANA, schools=schools)
    with pytest.raises(ConsoleError, match="no hold"):
        holds.discard(hold_id=hold.pk, by=ANA, district=district("cedar"))


def test_C09_holds_expire_after_seven_days(maple: District) -> None:
    hold = holds.place(night(maple), [transfers(8)])[0]
    assert holds.expire(NOW + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert holds.expire(NOW + timedelta(days=7)) == 1
    with pytest.raises(ConsoleError, match="expired"):
        holds.approve(hold_id=hold.pk, by=ANA)
    assert len(holds.place(night(maple), [transfers(8)])) == 1, "it is raised anew"


def test_problems_that_were_approved_are_not_raised_again(maple: District) -> None:
    problems = Tripped("student", "many_problems", "problem", 3, 10)

    def bad_night() -> Run:
        of = run(maple)
        for clever_id in ("c1", "c2", "c3"):
            planned(of, "reject", clever_id, why={"reason": "record_broken"})
        return of

    hold = holds.place(bad_night(), [problems])[0]
    approved = holds.approve(hold_id=hold.pk, by=ANA)
    Run.objects.filter(pk=approved.pk).update(state=RunState.COMPLETED)
    again = bad_night()
    assert holds.place(again, [problems]) == []
    assert held(again) == []


def test_a_row_is_held_once_and_a_trip_without_rows_opens_nothing(maple: District) -> None:
    of = night(maple)
    trips = [emptied(maple, 1), transfers(8), Tripped("student", "many_creates", "create", 0, 10)]
    opened = holds.place(of, trips)
    assert [(h.cause, h.count) for h in opened] == [("school_to_zero", 6), ("many_transfers", 2)]
