"""Who counts as a possible duplicate: whoever is likely, and nobody else's record (A67)."""

from collections.abc import Iterator
from typing import Any

import pytest

from imports.models import Alert
from schools.models import Person, School
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maple() -> Iterator[World]:
    with world(students=20, teachers=0, staff=0, schools=2, corners=False) as ready:
        ready.connect()
        yield ready
        assert_invariants(ready)


def record(maple: World, clever_id: str, **other: Any) -> Person:
    """A record here of somebody in Clever, not linked yet; `other` values are different."""
    person = maple.clever.control.person(clever_id)
    student = person["roles"]["student"]
    month, day, year = (int(part) for part in student["dob"].split("/"))
    values = {
        "kind": "student",
        "roles": ["student"],
        "first_name": person["name"]["first"],
        "last_name": person["name"]["last"],
        "birth_date": f"{year}-{month:02}-{day:02}",
        "sis_id": student["sis_id"],
        "school": School.objects.get(district=maple.district, site_code="S01"),
    }
    return Person.objects.create(district=maple.district, **{**values, **other})


def reasons() -> dict[str, str]:
    return dict(Alert.objects.filter(state="open").values_list("clever_id", "reason"))


def becomes_a_namesake(maple: World, of: str, who: str) -> None:
    name = maple.clever.control.person(of)["name"]
    maple.clever.control.edit(who, {"name": name})


def test_A67_a_namesake_of_somebody_with_a_record_is_new_and_stays_so(maple: World) -> None:
    here, namesake = maple.students()[:2]
    becomes_a_namesake(maple, here, namesake)
    mine = record(maple, here, birth_date=None, school=None)
    maple.sync()
    assert reasons() == {}
    mine.refresh_from_db()
    assert mine.clever_id == here
    assert len(maple.people(kind="student")) == 20
    assert maple.rows(maple.sync()) == [], "a question that is gone by itself is answered unasked"


def test_A67_F67_a_number_that_a_stranger_has_now_protects_nobody(maple: World) -> None:
    """The SIS gave a number to another child: both wait, none is created beside the record."""
    child, stranger = maple.students()[:2]
    sis_id = maple.clever.control.person(stranger)["roles"]["student"]["sis_id"]
    record(maple, child, sis_id=sis_id)
    maple.sync()
    assert reasons() == {child: "likely_duplicate", stranger: "name_and_birth_differ"}
    assert len(maple.people(kind="student")) == 19


@pytest.mark.parametrize(
    ("born_here", "is_asked"),
    [("2012-03-04", True), ("2012-04-03", True), (None, True), ("2012-03-05", False)],
)
def test_A67_another_birth_date_is_another_child_but_a_slip_is_not(
    maple: World, born_here: str | None, is_asked: bool
) -> None:
    child = maple.students()[0]
    maple.clever.control.edit(child, {"roles.student.dob": "3/4/2012"})
    place = maple.clever.control.person(child)["roles"]["student"]["school"]
    site = next(n for n, s in enumerate(maple.clever_schools(), start=1) if s.clever_id == place)
    school = School.objects.get(district=maple.district, site_code=f"S{site:02}")
    record(maple, child, sis_id=None, birth_date=born_here, school=school)
    maple.sync()
    assert (child in reasons()) is is_asked
