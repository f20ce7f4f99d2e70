"""Which schools the settings of a data type reach (A41, A42), with the people who are there."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from core.vocabulary import DataType, Status
from integration_console.rules.desk import Desk
from mappings.queries import matched_schools
from schools.models import School
from schools.queries import people_of, schools_of


@dataclass(frozen=True)
class Place:
    """A school that may be chosen. `linked` are its active people who are known to Clever."""

    school: School
    people: int
    linked: int
    matched: bool
    chosen: bool
    published: bool


@dataclass(frozen=True)
class Leaving:
    """Whom these settings do not reach any more, though the published ones do."""

    people: int
    schools: int


def places(desk: Desk) -> list[Place]:
    """The schools of the list: those that are matched, and those that were chosen before.

    The district office needs no match: district admins belong there.
    """
    matched, spec, published = matched_schools(desk.district), desk.spec, desk.published
    counts = people_by_school(desk)
    found = []
    for school in schools_of(desk.district):
        is_matched = school.pk in matched or (
            school.is_district_office and desk.data_type == DataType.STAFF
        )
        if is_matched or school.pk in spec.schools:
            people, linked = counts.get(school.pk, (0, 0))
            reached = published is not None and reaches(
                published.all_schools, published.schools, school.pk
            )
            found.append(
                Place(
                    school=school,
                    people=people,
                    linked=linked,
                    matched=is_matched,
                    chosen=school.pk in spec.schools,
                    published=reached,
                )
            )
    return found


def reaches(all_schools: bool, schools: Collection[int], school: int) -> bool:
    return all_schools or school in schools


def people_by_school(desk: Desk) -> dict[int, tuple[int, int]]:
    """Active people of the type by school, and how many of them are known to Clever."""
    people = people_of(desk.district, desk.data_type).filter(status=Status.ACTIVE)
    rows = (
        people.order_by()
        .values_list("school")
        .annotate(people=Count("pk"), linked=Count("clever_id"))
    )
    return {school: (here, linked) for school, here, linked in rows if school is not None}


def leaving(found: Collection[Place], *, all_schools: bool, chosen: Collection[int]) -> Leaving:
    """Who leaves the scope because of the setting; nobody of them is a leaver (engine.md 5)."""
    out = [
        place
        for place in found
        if place.published and not reaches(all_schools, chosen, place.school.pk)
    ]
    return Leaving(sum(place.linked for place in out), len(out))
