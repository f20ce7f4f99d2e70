import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from mappings.actions import (
    accept_certain,
    ask_again,
    clear_match,
    create_schools_from_clever,
    leave_school_out,
    match_many,
    match_school,
)
from mappings.matching import codes_from_clever
from mappings.models import SchoolLeftOut, SchoolMatch
from mappings.queries import matched_schools, school_map, setup_of, unanswered_schools
from schools.models import District, School
from tests.mappings.clever_schools import CLEVER_IDS, connected_district, local_school

pytestmark = pytest.mark.django_db

MAPLE, BIRCH, CEDAR = CLEVER_IDS.values()


@pytest.fixture
def ridge() -> District:
    return connected_district()


def test_A28_A29_B41_a_pair_is_kept(ridge: District) -> None:
    school = local_school(ridge, "101")

    match_school(district=ridge, clever_school_id=MAPLE, school=school, by="ada")

    schools = school_map(ridge)
    assert schools.local == {MAPLE: school.pk}
    assert schools.office == School.objects.get(is_district_office=True).pk
    assert AuditEvent.objects.filter(verb="school.match", actor="ada", subject=MAPLE).exists()


def test_B43_a_match_is_cleared(ridge: District) -> None:
    match_school(district=ridge, clever_school_id=MAPLE, school=local_school(ridge, "1"), by="a")

    assert clear_match(district=ridge, clever_school_id=MAPLE, by="a")
    assert not clear_match(district=ridge, clever_school_id=MAPLE, by="a")
    assert school_map(ridge).local == {}


def test_one_local_school_has_one_clever_school(ridge: District) -> None:
    school = local_school(ridge, "101")
    match_school(district=ridge, clever_school_id=MAPLE, school=school, by="a")

    with pytest.raises(ConsoleError, match="is matched to another Clever school already"):
        match_school(district=ridge, clever_school_id=BIRCH, school=school, by="a")

    assert school_map(ridge).local == {MAPLE: school.pk}


def test_the_office_and_foreign_schools_are_refused(ridge: District) -> None:
    other = District.objects.create(slug="oak", name="Oak", time_zone="America/Chicago")
    office = School.objects.get(district=ridge, is_district_office=True)

    for school, words in (
        (office, "is the district office"),
        (local_school(other, "1"), "another"),
    ):
        with pytest.raises(ConsoleError, match=words):
            match_school(district=ridge, clever_school_id=MAPLE, school=school, by="a")


def test_do_not_sync_is_an_answer_on_both_sides(ridge: District) -> None:
    school, other = local_school(ridge, "101"), local_school(ridge, "102")

    match_school(district=ridge, clever_school_id=MAPLE, school=None, by="a")
    leave_school_out(district=ridge, school=school, by="a")

    assert school_map(ridge).local == {MAPLE: None}
    assert list(unanswered_schools(ridge)) == [other]
    assert matched_schools(ridge) == frozenset()
    assert ask_again(district=ridge, school=school, by="ada")
    assert unanswered_schools(ridge).count() == 2


def test_a_school_that_is_matched_is_not_left_out_any_more(ridge: District) -> None:
    school = local_school(ridge, "101")
    leave_school_out(district=ridge, school=school, by="a")

    match_school(district=ridge, clever_school_id=MAPLE, school=school, by="a")

    assert not SchoolLeftOut.objects.exists()
    leave_school_out(district=ridge, school=school, by="a")
    assert not SchoolMatch.objects.exists()


def test_two_schools_may_change_places(ridge: District) -> None:
    one, two = local_school(ridge, "101"), local_school(ridge, "102")
    match_many(district=ridge, answers={MAPLE: one, BIRCH: two, CEDAR: None}, by="a")

    changed = match_many(district=ridge, answers={MAPLE: two, BIRCH: one, CEDAR: None}, by="a")

    assert changed == 2
    assert school_map(ridge).local == {MAPLE: two.pk, BIRCH: one.pk, CEDAR: None}


def test_many_answers_are_stored_all_or_none(ridge: District) -> None:
    one = local_school(ridge, "101")

    with pytest.raises(ConsoleError):
        match_many(district=ridge, answers={MAPLE: one, BIRCH: one}, by="a")

    assert school_map(ridge).local == {}


def test_the_key_of_the_matching_tells_every_difference(ridge: District) -> None:
    one, two = local_school(ridge, "101"), local_school(ridge, "102")
    keys = {school_map(ridge).key}
    for school in (one, two, None):
        match_school(district=ridge, clever_school_id=MAPLE, school=school, by="a")
        keys.add(school_map(ridge).key)
    assert len(keys) == 4

    match_school(district=ridge, clever_school_id=MAPLE, school=one, by="a")
    assert school_map(ridge).key in keys
    assert {len(key) for key in keys} == {16}


def test_certain_suggestions_are_accepted_and_the_rest_is_left(ridge: District) -> None:
    maple = local_school(ridge, "7", "MAPLE Elementary School")
    birch = local_school(ridge, "102", "Another name")
    cedar = local_school(ridge, "9", "Cedar Elem. School")

    accepted, left = accept_certain(district=ridge, by="a")

    assert {s.clever_id: s.school for s in accepted} == {MAPLE: maple.pk, BIRCH: birch.pk}
    assert [(s.clever_id, s.school, s.certain) for s in left] == [(CEDAR, cedar.pk, False)]
    assert school_map(ridge).local == {MAPLE: maple.pk, BIRCH: birch.pk}
    assert accept_certain(district=ridge, by="a")[0] == []


def test_answers_of_people_are_not_touched_by_suggestions(ridge: District) -> None:
    local_school(ridge, "7", "Maple Elementary School")
    match_school(district=ridge, clever_school_id=MAPLE, school=None, by="a")

    accept_certain(district=ridge, by="a")

    assert school_map(ridge).local == {MAPLE: None}


def test_local_schools_are_made_from_clevers(ridge: District) -> None:
    made = create_schools_from_clever(district=ridge, site_codes={MAPLE: "A", BIRCH: "B"}, by="a")

    assert [(s.site_code, s.name, s.number) for s in made] == [
        ("A", "Maple Elementary School", "101"),
        ("B", "Birch Elementary School", "102"),
    ]
    assert school_map(ridge).local == {MAPLE: made[0].pk, BIRCH: made[1].pk}


@pytest.mark.parametrize(
    ("site_codes", "words"),
    [
        ({MAPLE: "A", BIRCH: "A"}, "site code A already"),
        ({MAPLE: " "}, "needs a site code"),
        ({"f" * 24: "A"}, "Clever shares no school"),
    ],
)
def test_local_schools_are_made_all_or_none(
    ridge: District, site_codes: dict[str, str], words: str
) -> None:
    with pytest.raises(ConsoleError, match=words):
        create_schools_from_clever(district=ridge, site_codes=site_codes, by="a")

    assert School.objects.filter(is_district_office=False).count() == 0


def test_site_codes_to_begin_with_are_unique() -> None:
    schools = [{"school_number": "1"}, {"school_number": "1"}, {"sis_id": "9"}, {}]

    assert codes_from_clever(schools) == ["1", "1-2", "9", "S"]


def test_a_district_without_an_office_says_so() -> None:
    bare = District.objects.create(slug="bare", name="Bare", time_zone="America/Chicago")

    with pytest.raises(ConsoleError, match="has no district office"):
        school_map(bare)


def test_A47_how_far_a_district_is(ridge: District) -> None:
    local_school(ridge, "101")
    school = local_school(ridge, "102")
    match_school(district=ridge, clever_school_id=BIRCH, school=school, by="a")

    setup = setup_of(ridge)

    assert setup.connected
    assert not setup.enabled
    assert setup.matched == {school.pk}
    assert setup.open_schools == 1
