"""The six legitimate big changes: each needs at most one "Approve all", on its pages (C08, C09).

First import, new school year, a new school, two schools merged, graduates leaving, a data type
switched on. The new school year is also let pass by the assistant, without any approval (C24).
"""

from collections.abc import Iterator
from typing import Any

import pytest

from core.vocabulary import DataType, RunMode, RunState, Status
from imports.models import Run
from schools.models import Person
from tests.faults.conftest import a_day_later
from tests.faults.looking_on import approve_all, look, owner_of, press
from tests.pages.scenes import PASSWORD
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(settings: Any, no_pauses: None) -> Iterator[World]:
    """Large enough for a grade to be more than a handful; imported yesterday."""
    settings.CLEVER_PAGE_SIZE = 100
    with world(students=260, teachers=28, schools=4, seed=3, corners=False) as ready:
        ready.connect()
        assert ready.sync().state == RunState.COMPLETED
        a_day_later(ready)
        yield ready
        assert_invariants(ready)


def leavers() -> int:
    return Person.objects.filter(status=Status.TRANSFERRED).count()


def all_is_done(here: World) -> None:
    """Nothing is held, and the next sync finds nothing to do."""
    assert here.holds() == []
    again = here.sync()
    assert here.rows(again) == [], "nothing is left over"


def seniors(here: World) -> list[str]:
    people = here.clever.control.people(role="student", limit=10_000)
    return [str(p["id"]) for p in people if p["roles"]["student"].get("grade") == "12"]


def move(here: World, who: str, role: str, school: str) -> None:
    changes = {f"roles.{role}.school": school, f"roles.{role}.schools": [school]}
    here.clever.control.edit(who, changes)


def test_C08_first_import_needs_no_approval(fresh: World) -> None:
    client = owner_of(fresh)
    test = press(fresh, client, "test_import", data_types=["student", "teacher"])
    run = press(fresh, client, "start_import", test=test.pk)
    assert run.state == RunState.COMPLETED
    assert approve_all(fresh, client) == 0
    assert Person.objects.filter(clever_id__isnull=False).count() == 44
    all_is_done(fresh)


def test_C08_C24_new_school_year_needs_one_approval(town: World) -> None:
    client, gone = owner_of(town), len(seniors(town))
    town.clever.control.rollover()
    press(town, client, "sync_now")
    assert leavers() == 0, "first it is held"
    assert approve_all(town, client) == 1
    assert leavers() == gone > 0
    all_is_done(town)


def test_C24_new_school_year_passes_by_the_assistant_without_approval(town: World) -> None:
    client, gone = owner_of(town), len(seniors(town))
    town.clever.control.rollover()
    test = press(town, client, "test_import", data_types=["student", "teacher"])
    shown = look(town, client, "new_school_year")
    assert f"Graduates</dt><dd><strong>{gone}</strong>" in shown.replace("> <", "><")
    assert "Start Import of test" in shown
    numbers = wanted(shown)
    run = press(
        town, client, "raise_brakes", start="import", because="New year", password=PASSWORD,
        **numbers,
    )  # fmt: skip
    assert (run.state, run.tested_run_id) == (RunState.COMPLETED, test.pk)
    assert town.holds() == []
    assert leavers() == gone
    all_is_done(town)
    assert Run.objects.exclude(raised_because="").count() == 1, "no other run used the numbers"


def wanted(shown: str) -> dict[str, Any]:
    """The numbers that the page has filled in."""
    found = {}
    for part in shown.split('<input type="number" name="')[1:]:
        name, _, rest = part.partition('"')
        if 'value="' in rest.partition(">")[0]:
            found[name] = rest.partition('value="')[2].partition('"')[0]
    assert found
    return found


def test_C08_a_new_school_needs_one_approval(town: World) -> None:
    client, control = owner_of(town), town.clever.control
    there = control.add_school(name="Fern Valley Elementary School")
    for who in town.students()[::2]:
        move(town, who, "student", there)
    for n in range(8):
        control.add_student(first="Nova", last=f"Comer{n}", sis_id=f"99000{n}", school=there)
    press(town, client, "sync_now")
    town.match_all_schools()
    press(town, client, "sync_now")
    assert approve_all(town, client) <= 1
    school = Person.objects.get(sis_id="990001").school
    assert school and school.name == "Fern Valley Elementary School"
    assert Person.objects.filter(school=school).count() == 138
    all_is_done(town)


def test_C08_two_merged_schools_need_one_approval(town: World) -> None:
    client, control = owner_of(town), town.clever.control
    one, other = (school.clever_id for school in town.clever_schools()[:2])
    for role in ("student", "teacher"):
        for person in control.people(role=role, limit=10_000):
            if person["roles"][role].get("school") == one:
                move(town, str(person["id"]), role, other)
    press(town, client, "sync_now")
    emptied = town.district.schools.get(matches__clever_school_id=one)
    assert len(town.holds()) == 2, "students and teachers"
    assert Person.objects.filter(school=emptied, status=Status.ACTIVE).exists(), "first it is held"
    shown = look(town, client, "holds_together")
    assert "looks like two schools were merged" in shown
    assert approve_all(town, client) == 1
    assert not Person.objects.filter(school=emptied, clever_id__isnull=False).exists()
    assert leavers() == 0
    all_is_done(town)


def test_C08_graduates_leaving_need_one_approval(town: World) -> None:
    client, gone = owner_of(town), seniors(town)
    for who in gone:
        town.clever.control.remove(who)
    press(town, client, "sync_now")
    assert leavers() == 0, "first it is held"
    (hold,) = town.holds()
    assert f"all {len(gone)} are in grade 12: looks like graduation." in look(
        town, client, "hold", hold.pk
    ).replace("All", "all")
    assert approve_all(town, client) == 1
    assert leavers() == len(gone)
    all_is_done(town)


def test_C08_a_data_type_switched_on_needs_no_approval(maple: World) -> None:
    client = owner_of(maple)
    for n in range(6):
        maple.clever.control.add_staff(first="Sam", last=f"Office{n}", staff_id=f"88000{n}")
    test = press(maple, client, "test_import", data_types=["staff"])
    assert test.mode == RunMode.TEST
    run = press(maple, client, "start_import", test=test.pk)
    assert run.state == RunState.COMPLETED
    assert approve_all(maple, client) == 0
    assert Person.objects.filter(roles__contains=[str(DataType.STAFF)]).count() >= 6
