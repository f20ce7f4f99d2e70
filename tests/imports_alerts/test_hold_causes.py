"""The likely cause of a hold, from its rows (C09)."""

import pytest

from imports import holds
from imports.brakes import Tripped
from imports.hold_causes import cause_of
from imports.models import PlannedChange
from schools.models import District
from tests.imports_alerts.setting import district, leavers, person, run, school

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district()


def test_C09_graduates_are_recognised_by_their_grade(maple: District) -> None:
    of = run(maple)
    leavers(of, 5, school(maple, 1))
    leavers(of, 5, school(maple, 2))
    for row in PlannedChange.objects.filter(run=of):
        row.person = person(maple, grade="12")
        row.save()
    hold = holds.place(of, [Tripped("student", "many_transfers", "transfer", 10, 50)])[0]
    assert cause_of(hold) == "all 10 are in grade 12: looks like graduation."


def test_C09_an_unshared_school_is_recognised(maple: District) -> None:
    of = run(maple)
    leavers(of, 6, school(maple, 1))
    schools = ((school(maple, 1).pk, 6, 6),)
    trip = Tripped("student", "school_to_zero", "leave", 6, 6, schools, only_schools=True)
    said = cause_of(holds.place(of, [trip])[0])
    assert said.startswith("all 6 are at School 1, and nobody is left there")


def test_C09_schools_that_merge_are_recognised(maple: District) -> None:
    of = run(maple)
    one, two = school(maple, 1), school(maple, 2)
    PlannedChange.objects.bulk_create(
        PlannedChange(
            run=of, data_type="student", action="move", effects=["move"], clever_id=f"c{n}",
            old_school=one.pk, school=two.pk, before={"site": one.pk}, after={"site": two.pk},
        )
        for n in range(8)
    )  # fmt: skip
    schools = ((one.pk, 8, 8),)
    trip = Tripped("student", "school_to_zero", "leave", 8, 8, schools, only_schools=True)
    assert "go to School 2: looks like two schools were merged" in cause_of(
        holds.place(of, [trip])[0]
    )


def test_C09_a_blanked_field_is_named_with_its_label(maple: District) -> None:
    of = run(maple)
    PlannedChange.objects.bulk_create(
        PlannedChange(
            run=of, data_type="student", action="update", effects=["update", "blank"],
            clever_id=f"c{n}", before={"email": "a@x.example"}, after={"email": None},
        )
        for n in range(6)
    )  # fmt: skip
    hold = holds.place(of, [Tripped("student", "many_blanked", "blank", 6, 10, field="email")])[0]
    assert "all 6 lose the same field" in cause_of(hold)
