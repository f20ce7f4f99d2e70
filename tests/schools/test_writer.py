from typing import Any

import pytest

from core.problems import ConsoleError
from core.vocabulary import DataType
from schools import writer
from schools.models import District, LocalEdit, Person, School
from tests.schools.people_files import district_with_schools

pytestmark = pytest.mark.django_db


@pytest.fixture
def maple() -> District:
    return district_with_schools()


def school(code: str) -> School:
    return School.objects.get(site_code=code)


def person(district: District, **values: Any) -> Person:
    """A settled person with revision 1."""
    facts: dict[str, Any] = {
        "district": district,
        "kind": "student",
        "roles": ["student"],
        "last_name": "Birch",
        "unsettled": False,
        **values,
    }
    return Person.objects.create(**facts)


def seen(before: Person) -> tuple[int, bool]:
    """The revision and the mark for the next sync."""
    after = Person.objects.get(pk=before.pk)
    assert after.changed_at >= before.changed_at
    return after.revision, after.unsettled


def test_a_record_made_by_hand(maple: District) -> None:
    made = writer.create_person(
        district=maple,
        data_type=DataType.TEACHER,
        values={"last_name": " Stone ", "email": "t@x.org", "title": ""},
        school=school("101"),
        by="ada",
    )

    assert (made.kind, made.roles, made.last_name) == ("employee", ["teacher"], "Stone")
    assert (made.title, made.unsettled, made.school) == (None, True, school("101"))
    assert LocalEdit.objects.get().after == {"last_name": "Stone", "email": "t@x.org"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first_name": "Ada"}, "needs a last name"),
        ({"last_name": " "}, "needs a last name"),
        ({"last_name": "B", "birth_date": "2010-02-30"}, "is not a day that exists"),
        ({"last_name": "B", "clever_id": "a" * 24}, "is not a field that can be written by hand"),
        ({"last_name": "B", "shoe": "7"}, "is not a field that can be written by hand"),
    ],
)
def test_what_cannot_be_is_a_sentence(maple: District, values: dict[str, str], words: str) -> None:
    with pytest.raises(ConsoleError, match=words):
        writer.create_person(
            district=maple, data_type=DataType.STUDENT, values=values, school=None, by="ada"
        )
    assert not Person.objects.exists()


def test_B15_an_edit_is_seen_by_the_next_sync_and_kept(maple: District) -> None:
    ada = person(maple, city="Elm", weighted_gpa="3.5000", birth_date="2011-09-03")

    changed = writer.edit_person(
        person_id=ada.pk,
        changes={"city": "Oak", "weighted_gpa": "3.50", "birth_date": "2011-09-03", "email": ""},
        by="ada",
    )

    assert changed == ["city"]
    assert seen(ada) == (2, True)
    edit = LocalEdit.objects.get()
    assert (edit.before, edit.after) == ({"city": "Elm"}, {"city": "Oak"})
    assert (edit.cause, edit.edited_by) == ("hand", "ada")


def test_an_edit_that_changes_nothing_is_none(maple: District) -> None:
    ada = person(maple, city="Elm")

    assert writer.edit_person(person_id=ada.pk, changes={"city": " Elm "}, by="ada") == []
    assert seen(ada) == (1, False)
    assert not LocalEdit.objects.exists()


def test_a_last_name_is_never_blanked(maple: District) -> None:
    ada = person(maple)

    with pytest.raises(ConsoleError, match="needs a last name"):
        writer.edit_person(person_id=ada.pk, changes={"last_name": ""}, by="ada")


def test_whoever_shares_the_old_or_the_new_identifier_is_looked_at(maple: District) -> None:
    ada = person(maple, email="old@x.org")
    old, new = person(maple, email="OLD@x.org"), person(maple, email="new@x.org")
    neither = person(maple, email="other@x.org")

    writer.edit_person(person_id=ada.pk, changes={"email": "New@x.org"}, by="ada")

    assert [seen(each)[1] for each in (old, new, neither)] == [True, True, False]
    assert seen(old)[0] == 1


def test_a_status_set_here_is_not_a_syncs_any_more(maple: District) -> None:
    left = person(maple, status=4, status_before=1)

    writer.edit_person(person_id=left.pk, changes={"status": "5"}, by="ada")

    left.refresh_from_db()
    assert (left.status, left.status_before) == (5, None)


def test_B33_many_get_a_status_at_once(maple: District) -> None:
    left, stays = person(maple, status=4, status_before=1), person(maple, status=5)
    foreign = person(District.objects.create(slug="oak", name="Oak", time_zone="UTC"))

    people = [left.pk, stays.pk, foreign.pk]
    assert writer.set_status(district=maple, person_ids=people, status=5, by="ada") == 1

    left.refresh_from_db()
    assert (left.status, left.status_before) == (5, None)
    assert seen(stays) == (1, False)
    assert seen(foreign) == (1, False)
    assert LocalEdit.objects.get().cause == "bulk"


def test_somebody_moves(maple: District) -> None:
    ada = person(maple, school=school("101"))

    moved = writer.move_person(
        person_id=ada.pk, school=school("102"), others=[school("101"), school("102")], by="ada"
    )

    assert moved
    ada.refresh_from_db()
    assert ada.school == school("102")
    assert [site.school for site in ada.sites.all()] == [school("101")]
    assert LocalEdit.objects.get().after == {
        "site": school("102").pk,
        "additional_sites": [school("101").pk],
    }
    assert not writer.move_person(
        person_id=ada.pk, school=school("102"), others=[school("101")], by="ada"
    )
    assert seen(ada) == (2, True)


def test_nobody_moves_to_another_district(maple: District) -> None:
    ada = person(maple)
    oak = District.objects.create(slug="oak", name="Oak", time_zone="UTC")
    far = School.objects.create(district=oak, site_code="9", name="Far")

    with pytest.raises(ConsoleError, match="another district"):
        writer.move_person(person_id=ada.pk, school=far, by="ada")


def test_archived_people_leave_and_come_back_as_the_same_record(maple: District) -> None:
    ada = person(maple, clever_id="a" * 24)

    assert writer.archive_people(district=maple, person_ids=[ada.pk]) == 1
    ada.refresh_from_db()
    assert (ada.clever_id, ada.former_clever_id) == (None, "a" * 24)
    assert ada.archived_at is not None
    with pytest.raises(ConsoleError, match="no longer here"):
        writer.edit_person(person_id=ada.pk, changes={"city": "Oak"}, by="ada")

    assert writer.restore_people(district=maple, person_ids=[ada.pk]) == 1
    ada.refresh_from_db()
    assert ada.clever_id == "a" * 24
    assert Person.objects.filter(pk=ada.pk, archived_at=None).exists()


def test_a_link_that_is_taken_by_now_is_not_given_back(maple: District) -> None:
    ada = person(maple, clever_id="a" * 24)
    writer.archive_people(district=maple, person_ids=[ada.pk])
    person(maple, clever_id="a" * 24)

    writer.restore_people(district=maple, person_ids=[ada.pk])

    assert Person.objects.get(pk=ada.pk).clever_id is None
