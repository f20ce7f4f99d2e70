"""A real import leaves its figures at each school, and its undo leaves its own (C22)."""

import pytest
from django.db.models import Sum

from imports.models import Run, SchoolFigures
from schools.models import Person
from tests.world import world

pytestmark = pytest.mark.django_db(transaction=True)


def sums(run: Run, name: str) -> int:
    return SchoolFigures.objects.filter(run=run).aggregate(n=Sum(name))["n"] or 0


def test_C22_import_leaves_figures_at_each_school() -> None:
    with world(students=40) as maple:
        maple.connect()
        run = maple.sync()
        created = sum(of_type.get("create", 0) for of_type in run.counts.values())
        assert sums(run, "joined") == created > 40
        at_schools = dict(SchoolFigures.objects.filter(run=run).values_list("school", "joined"))
        for school, joined in at_schools.items():
            assert Person.objects.filter(school=school).count() == joined
        who = maple.students()[0]
        maple.clever.control.edit(who, {"name.first": "Marigold"})
        again = maple.sync()
        assert (sums(again, "changed"), sums(again, "joined")) == (1, 0)
        assert SchoolFigures.objects.get(run=again).school == maple.person(who).school_id
