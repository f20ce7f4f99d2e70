"""The made-up people: the same for the same seed, of the right number, with awkward contents."""

from collections import Counter

import pytest

from clever_sandbox.object_ids import Mint, created_at, is_object_id
from clever_sandbox.running import running_sandbox
from clever_sandbox.schools import FIRST_SECOND, School, grades_of, make_schools
from clever_sandbox.specs import DistrictSpec, SandboxSpec, read_scenario
from clever_sandbox.students import StudentMaker, plain
from tests.clever_sandbox.asking import Asking, Record


def some_students(count: int, seed: str = "1", corners: bool = True) -> list[Record]:
    records = make_schools("d" * 24, 5, seed, Mint(seed))
    places = [School(record["id"], grades_of(record)) for record in records]
    return list(StudentMaker("d" * 24, places, seed, corners).make(count))


def test_C30_the_same_seed_makes_the_same_people() -> None:
    assert some_students(50) == some_students(50)
    assert some_students(50) == some_students(100)[:50]
    assert some_students(50)[0]["id"] != some_students(50, seed="2")[0]["id"]


def test_C30_the_same_spec_makes_the_same_district() -> None:
    def everything(seed: int) -> str:
        with running_sandbox(students=40, seed=seed) as sandbox:
            ask = Asking(sandbox)
            kinds = ("schools", "users", "sections", "courses", "terms")
            return str([ask.ids(f"/{kind}", limit=1000) for kind in kinds] + ask.walk("/users"))

    assert everything(5) == everything(5)
    assert everything(5) != everything(6)


def test_the_numbers_asked_for_are_the_numbers_there() -> None:
    with running_sandbox(
        students=30, teachers=7, staff=3, schools=4, district_admins=2, contacts=5
    ) as sandbox:
        ask = Asking(sandbox)
        people = ask.walk("/users")
        assert len(people) == 47
        held = Counter(role for person in people for role in person["roles"])
        assert held == {"student": 30, "teacher": 7, "staff": 4, "district_admin": 3, "contact": 5}
        assert len(ask.records("/schools")) == 4


@pytest.mark.parametrize("schools", [0, 1, 2, 3, 30])
def test_every_number_of_schools_works(schools: int) -> None:
    with running_sandbox(students=20, schools=schools) as sandbox:
        ask = Asking(sandbox)
        known = set(ask.ids("/schools"))
        assert len(known) == schools
        for person in ask.walk("/users", role="student") if schools else ():
            student = person["roles"]["student"]
            assert student["school"] in student["schools"]
            assert set(student["schools"]) <= known


def test_nobody_at_all() -> None:
    with running_sandbox(students=0) as sandbox:
        ask = Asking(sandbox)
        assert ask.records("/users") == []
        assert ask.records("/sections") == []
        assert ask.json("/users", count="true") == {"count": 0}
        assert sandbox.control.rollover() == {"promoted": 0, "graduated": 0, "new": 0}


def test_students_go_to_one_two_or_three_schools() -> None:
    places = Counter(len(s["roles"]["student"]["schools"]) for s in some_students(300))
    assert places[1] > places[2] > 0
    assert Counter(
        len(s["roles"]["student"]["schools"]) for s in some_students(300) if s
    ).keys() <= {1, 2, 3}
    records = make_schools("d" * 24, 15, "1", Mint("1"))
    schools = [School(record["id"], grades_of(record)) for record in records]
    many = StudentMaker("d" * 24, schools, "1", True).make(200)
    assert {len(s["roles"]["student"]["schools"]) for s in many} == {1, 2, 3}


def test_students_numbers_are_their_own_and_differ() -> None:
    roles = [student["roles"]["student"] for student in some_students(500)]
    for name in ("sis_id", "student_number"):
        assert len({role[name] for role in roles}) == 500
    assert all(role["sis_id"].isdigit() for role in roles)
    numbers = {role["student_number"] for role in roles}
    assert numbers.isdisjoint(role["sis_id"] for role in roles)


def test_awkward_contents_are_there() -> None:
    students = some_students(500)
    roles = [student["roles"]["student"] for student in students]
    emails = [student.get("email") for student in students]
    names = [(student["name"]["first"], student["name"]["last"]) for student in students]
    usernames = [(role.get("credentials") or {}).get("district_username", "") for role in roles]
    assert any(last == "O'Connor" for _, last in names)
    assert any("-" in last for _, last in names)
    assert any(not first.isascii() for first, _ in names)
    assert "" in emails
    assert None in emails
    assert any(email and "@" not in email for email in emails)
    assert max(map(len, usernames)) >= 56
    assert max(Counter(names).values()) > 1
    assert any("dob" not in role for role in roles)
    assert any(role["state_id"] is None for role in roles)
    assert any(role["graduation_year"] == "" for role in roles)
    assert {"TransitionalKindergarten", "PreKindergarten"} <= {role["grade"] for role in roles}


def test_twins_share_home_birthday_and_name_but_no_number() -> None:
    students = some_students(125)
    one, two = students[60], students[61]
    assert one["name"]["last"] == two["name"]["last"]
    assert one["name"]["first"] != two["name"]["first"]
    mine, theirs = one["roles"]["student"], two["roles"]["student"]
    assert all(mine[name] == theirs[name] for name in ("dob", "location", "school", "grade"))
    assert mine["sis_id"] != theirs["sis_id"]


def test_without_corners_every_student_is_ordinary() -> None:
    students = some_students(250, corners=False)
    assert all("@" in student["email"] for student in students)
    assert all(student["roles"]["student"]["dob"] for student in students)


def test_ids_ascend_and_tell_their_time() -> None:
    mint = Mint("x")
    ids = [mint.next(FIRST_SECOND), mint.next(FIRST_SECOND - 5), mint.next(FIRST_SECOND + 1)]
    assert ids == sorted(ids)
    assert all(map(is_object_id, ids))
    assert created_at(ids[2]).timestamp() == FIRST_SECOND + 1
    assert not is_object_id(ids[0].upper())
    assert not is_object_id(ids[0] + "\n")


def test_plain_text_for_user_names() -> None:
    assert plain("Siobhán O'Brien-Łukasz") == "siobhanobrienlukasz"


def test_scenarios_are_read() -> None:
    base = SandboxSpec(rate_limit=5)
    spec = read_scenario({"districts": [{"key": "a", "students": 3}], "page_delay": 1}, base)
    assert spec.districts == (DistrictSpec(key="a", students=3),)
    assert (spec.page_delay, spec.rate_limit) == (1, 5)
    assert read_scenario({}, base) == base


@pytest.mark.parametrize(
    "wrong",
    [
        {"districts": [{"key": "a"}, {"key": "a"}]},
        {"districts": []},
        {"districts": [{"pupils": 3}]},
        {"colour": "blue"},
    ],
)
def test_wrong_scenarios_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        read_scenario(wrong, SandboxSpec())
