"""Paging with all its corners."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clever_sandbox.asking import Asking


def test_pages_have_a_hundred_records_unless_asked_otherwise(shared: Asking) -> None:
    assert len(shared.records("/users")) == 100
    assert len(shared.records("/users", limit=7)) == 7


def test_ids_ascend_over_all_pages(shared: Asking) -> None:
    ids = shared.ids("/users", limit=37)
    assert ids == sorted(set(ids))
    assert len(ids) == shared.json("/users", count="true")["count"]


def test_the_single_full_page_has_only_self(shared: Asking) -> None:
    assert shared.links("/users", limit=10_000) == {"self": "/v3.1/users?limit=10000"}


def test_links_keep_the_other_parameters(shared: Asking) -> None:
    links = shared.links("/users", role="student", limit=2)
    last = shared.records("/users", role="student", limit=2)[-1]["id"]
    assert links["self"] == "/v3.1/users?role=student&limit=2"
    assert links["next"] == f"/v3.1/users?role=student&limit=2&starting_after={last}"


def test_after_the_last_record_comes_an_empty_page(shared: Asking) -> None:
    last = shared.ids("/users", limit=1000)[-1]
    answer = shared.json("/users", starting_after=last)
    assert answer["data"] == []
    assert [link["rel"] for link in answer["links"]] == ["self"]


def test_a_page_after_a_cursor_names_one_before_it_though_it_may_be_empty(shared: Asking) -> None:
    links = shared.links("/users", starting_after="0" * 24, limit=5)
    before = shared.session.get(shared.sandbox.url + links["prev"], timeout=10).json()
    assert before["data"] == []


def test_the_page_before_a_cursor_ends_just_before_it(shared: Asking) -> None:
    ids = shared.ids("/users", limit=1000)
    page = [person["id"] for person in shared.records("/users", ending_before=ids[50], limit=10)]
    assert page == ids[40:50]


def test_last_stands_for_the_end(shared: Asking) -> None:
    ids = shared.ids("/users", limit=1000)
    page = shared.records("/users", ending_before="last", limit=3)
    assert [person["id"] for person in page] == ids[-3:]
    after = shared.links("/users", ending_before="last", limit=3)["next"]
    assert shared.session.get(shared.sandbox.url + after, timeout=10).json()["data"] == []


def test_a_cursor_need_not_exist(shared: Asking) -> None:
    ids = shared.ids("/users", limit=1000)
    beside = f"{int(ids[10], 16) - 1:024x}"
    assert shared.records("/users", starting_after=beside, limit=1)[0]["id"] == ids[10]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "many"},
        {"limit": "1.5"},
        {"starting_after": "abc"},
        {"ending_before": "5A25FFB00000000000000000"},
        {"starting_after": "5" * 24, "ending_before": "6" * 24},
        {"role": "principal"},
    ],
)
def test_nonsense_is_refused(shared: Asking, params: dict[str, str]) -> None:
    assert shared.get("/users", **params).status_code == 400


@pytest.mark.parametrize("limit", [10_001, 999_999_999_999])
def test_more_than_ten_thousand_are_refused(shared: Asking, limit: int) -> None:
    assert shared.get("/users", limit=limit).status_code == 413
    assert shared.get("/users", limit=10_000).status_code == 200


def test_counting(shared: Asking) -> None:
    assert shared.json("/districts", count="true") == {"count": 1}
    students = shared.json("/users", count="true", role="student")
    assert students == {"count": 300}


def test_people_of_a_school_can_be_narrowed_to_the_primary_one(shared: Asking) -> None:
    school = shared.records("/schools", limit=1)[0]["id"]
    everybody = shared.walk(f"/schools/{school}/users", role="student", limit=50)
    primary = shared.walk(f"/schools/{school}/users", role="student", limit=50, primary="true")
    assert 0 < len(primary) <= len(everybody)
    assert all(person["roles"]["student"]["school"] == school for person in primary)
    assert all(school in person["roles"]["student"]["schools"] for person in everybody)


def test_a_person_with_two_roles_stands_in_both_lists_with_both(shared: Asking) -> None:
    teachers = shared.walk("/users", role="teacher")
    staff = {person["id"]: person for person in shared.walk("/users", role="staff")}
    both = [person for person in teachers if person["id"] in staff]
    assert both
    assert all(staff[person["id"]] == person for person in both)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(limit=st.integers(20, 400), role=st.sampled_from(["student", "teacher", "staff", ""]))
def test_any_page_size_gives_the_same_list(shared: Asking, limit: int, role: str) -> None:
    wanted = [person["id"] for person in shared.records("/users", limit=10_000, role=role)]
    cursor, found = "0" * 24, []
    while page := shared.records("/users", limit=limit, role=role, starting_after=cursor):
        found += [person["id"] for person in page]
        cursor = found[-1]
    assert found == wanted
