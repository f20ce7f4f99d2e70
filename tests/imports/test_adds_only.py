"""Adds-only days: people come and are updated, nobody leaves or is moved away (C24)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from core.problems import ConsoleError
from core.vocabulary import CalendarKind, RunMode, RunState, Status
from imports import holds
from imports.actions import confirm_run, start_run
from imports.models import CalendarRange, Run
from schools.models import Person
from tests.pages import scenes
from tests.pages.conftest import signed_in
from tests.pages.rules import said
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "(Start of term)"


@pytest.fixture
def here() -> Iterator[World]:
    """Imported, on adds-only days; the invariants are looked at in the end."""
    with world(students=60, teachers=6, schools=3, seed=4, corners=False) as made:
        made.connect()
        assert made.sync().state == RunState.COMPLETED
        made.clever.control.advance(86_400)
        made.clever.control.sync()
        window(made)
        yield made
        assert_invariants(made)


def window(here: World) -> CalendarRange:
    day = timezone.now().date()
    return CalendarRange.objects.create(
        district=here.district, kind=CalendarKind.ADDS_ONLY, name="Start of term",
        first=day - timedelta(days=3), last=day + timedelta(days=3),
    )  # fmt: skip


def change_everything(here: World) -> dict[str, str]:
    """A leaver, a mover, a newcomer, and somebody with another name."""
    control = here.clever.control
    leaver, mover, renamed = here.students()[:3]
    home = here.person(mover).school
    schools = [s.clever_id for s in here.clever_schools()]
    other = next(
        s for s in schools if home and not home.matches.filter(clever_school_id=s).exists()
    )
    control.remove(leaver)
    control.edit(
        mover,
        {"roles.student.school": other, "roles.student.schools": [other], "name.first": "Marigold"},
    )
    control.edit(renamed, {"name.first": "Marigold"})
    new = control.add_student(first="Nova", last="Comer", sis_id="990001")
    return {"leaver": leaver, "mover": mover, "renamed": renamed, "new": new}


def page_of(run: Run) -> str:
    scenes.user(scenes.ALICE)
    Membership.objects.get_or_create(
        district=run.district, user=scenes.user(scenes.ALICE), defaults={"role": "owner"}
    )
    client: Client = signed_in(scenes.ALICE)
    return said(client.get(reverse("run", args=[run.district.slug, run.pk])))


def test_C24_on_adds_only_days_nobody_leaves_and_nobody_is_moved_away(here: World) -> None:
    who = change_everything(here)
    school = here.person(who["mover"]).school_id
    run = here.sync()
    assert run.state == RunState.COMPLETED
    assert here.person(who["new"]).last_name == "Comer"
    assert here.person(who["renamed"]).first_name == "Marigold"
    mover = here.person(who["mover"])
    assert (mover.first_name, mover.school_id) == ("Marigold", school), "updated, not moved"
    assert here.person(who["leaver"]).status == Status.ACTIVE
    assert not here.rows(run, action="transfer") and not here.rows(run, action="move")
    assert (run.problems["leaver_waits"], run.problems["move_waits"]) == (1, 1)
    assert "people are only added and updated until" in run.message and WHY in run.message
    shown = page_of(run)
    assert "By the school calendar people were only added and updated until" in shown
    assert "Leavers wait for the end of adds-only days" in shown
    assert "adds only, by the school calendar" in shown, "why the mover kept the school"


def test_C24_after_the_days_everybody_is_looked_at_again(here: World) -> None:
    who = change_everything(here)
    here.sync()
    again = here.sync()
    assert (again.problems["leaver_waits"], again.problems["move_waits"]) == (1, 1)
    CalendarRange.objects.all().delete()
    run = here.sync()
    assert run.adds_only == ""
    assert here.person(who["leaver"]).status == Status.TRANSFERRED
    assert [row.clever_id for row in here.rows(run, action="move")] == [who["mover"]]
    assert "leaver_waits" not in run.problems
    assert here.sync().counts["student"].get("update", 0) == 0, "settled"


def test_C24_a_test_shows_the_same_as_the_import(here: World) -> None:
    change_everything(here)
    test = here.test()
    assert "nobody was marked as gone or moved" in test.message
    assert not here.rows(test, action="transfer")
    started = start_run(
        district=here.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN, tested_run=test,
    )  # fmt: skip
    run = here.drive(started.run)
    assert run.state == RunState.COMPLETED
    assert len(here.rows(run)) == len(here.rows(test))


def test_C24_who_returns_comes_to_the_school_of_today(here: World) -> None:
    who = here.students()[0]
    CalendarRange.objects.all().delete()
    here.clever.control.remove(who)
    here.sync()
    assert here.person(who).status == Status.TRANSFERRED
    home = here.person(who).school
    other = next(
        s.clever_id
        for s in here.clever_schools()
        if home and not home.matches.filter(clever_school_id=s.clever_id).exists()
    )
    here.clever.control.bring_back(who)
    here.clever.control.edit(who, {"roles.student.school": other, "roles.student.schools": [other]})
    window(here)
    here.sync()
    back = here.person(who)
    assert back.status == Status.ACTIVE
    assert back.school and back.school.matches.filter(clever_school_id=other).exists()


def test_C24_an_approval_is_not_used_up_on_such_a_day(here: World) -> None:
    CalendarRange.objects.all().delete()
    for student in here.students()[:30]:
        here.clever.control.remove(student)
    here.sync()
    (hold,) = here.holds()
    window(here)
    with pytest.raises(ConsoleError, match="when these days are over"):
        holds.approve(hold_id=hold.pk, by=ADMIN)
    assert [one.pk for one in here.holds()] == [hold.pk]
    CalendarRange.objects.all().delete()
    here.drive(holds.approve(hold_id=hold.pk, by=ADMIN))
    assert Person.objects.filter(status=Status.TRANSFERRED).count() == 30


def test_C24_a_plan_of_before_is_not_imported_on_such_a_day(here: World) -> None:
    CalendarRange.objects.all().delete()
    test = here.test()
    for student in here.students()[:8]:
        here.clever.control.edit(student, {"name.first": "Marigold"})
    here.clever.control.edit(here.students()[9], {"name.first": "Nettle"})
    Person.objects.filter(clever_id__in=here.students()[20:50]).update(
        first_name="Edited", unsettled=True
    )
    started = start_run(
        district=here.district, mode=RunMode.LIVE, data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN, tested_run=test,
    )  # fmt: skip
    run = here.drive(started.run)
    assert run.state == RunState.READY
    window(here)
    with pytest.raises(ConsoleError, match="this plan was made before"):
        confirm_run(run=run, by=ADMIN)
    CalendarRange.objects.all().delete()
    assert confirm_run(run=run, by=ADMIN)
    assert here.drive(run).state == RunState.COMPLETED
