from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schools.digest import state_digest
from schools.models import District, Person, PersonSite, School

pytestmark = pytest.mark.django_db


def district_with_two(slug: str, *, backwards: bool = False) -> District:
    """Two people in a district; `backwards` makes everything in another order, with other ids."""
    district = District.objects.create(slug=slug, name=slug, time_zone="America/Chicago")
    codes = ["A", "B", "C"]
    for code in reversed(codes) if backwards else codes:
        School.objects.create(district=district, site_code=code, name=code)
    schools = {school.site_code: school for school in School.objects.filter(district=district)}
    people = [
        {"kind": "student", "roles": ["student"], "sis_id": "1", "last_name": "Lee"},
        {"kind": "employee", "roles": ["teacher", "staff"], "last_name": "Ortiz"},
    ]
    if backwards:
        people = people[::-1]
        people[0]["roles"] = ["staff", "teacher"]
    for facts in people:
        person = Person.objects.create(district=district, school=schools["A"], **facts)
        for code in ("C", "B") if backwards else ("B", "C"):
            PersonSite.objects.create(person=person, school=schools[code])
    return district


def test_ids_and_order_do_not_count() -> None:
    one, other = district_with_two("one"), district_with_two("other", backwards=True)

    assert state_digest(one) == state_digest(other)
    assert len(state_digest(one)) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda person: setattr(person, "first_name", "Ann"),
        lambda person: setattr(person, "clever_id", "5" * 24),
        lambda person: setattr(person, "status", 4),
        lambda person: setattr(person, "school", None),
        lambda person: setattr(person, "weighted_gpa", "3.5"),
        lambda person: setattr(person, "roles", ["teacher"]),
        lambda person: person.sites.first().delete(),
        lambda person: setattr(person, "extra", {"locker": "7"}),
    ],
)
def test_everything_that_people_see_counts(change: Callable[[Person], None]) -> None:
    district = district_with_two("one")
    before = state_digest(district)
    person = Person.objects.get(district=district, last_name="Ortiz")

    change(person)
    person.save()

    assert state_digest(district) != before


def test_times_revisions_and_flags_do_not_count() -> None:
    district = district_with_two("one")
    before = state_digest(district)

    Person.objects.filter(district=district).update(
        revision=9, changed_at=timezone.now(), unsettled=False, protected=True, status_before=1
    )

    assert state_digest(district) == before


def test_archived_people_and_other_districts_do_not_count() -> None:
    district = district_with_two("one")
    before = state_digest(district)
    Person.objects.create(
        district=district,
        kind="student",
        roles=["student"],
        last_name="Gone",
        archived_at=timezone.now(),
    )
    district_with_two("other")

    assert state_digest(district) == before


def test_twins_are_counted_twice() -> None:
    one, other = district_with_two("one"), district_with_two("other")
    lee = Person.objects.get(district=other, last_name="Lee")
    sites = [site.school for site in lee.sites.all()]
    lee.pk = None
    lee.save()
    for school in sites:
        PersonSite.objects.create(person=lee, school=school)

    assert state_digest(one) != state_digest(other)


def test_an_empty_district_has_a_digest_in_one_statement() -> None:
    district = District.objects.create(slug="new", name="new", time_zone="America/Chicago")

    with CaptureQueriesContext(connection) as queries:
        digest = state_digest(district)

    assert len(digest) == 64
    assert len(queries) == 1
