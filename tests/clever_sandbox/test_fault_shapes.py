"""F37 to F43, F48: what the sandbox can say wrongly in a list."""

import pytest

from clever_sandbox.running import RunningSandbox
from tests.clever_sandbox.asking import Asking


def pages(ask: Asking, count: int, limit: int = 10) -> list[list[str]]:
    """The ids of the first pages of students, by the next links."""
    found, uri = [], f"/v3.1/users?role=student&limit={limit}"
    for _ in range(count):
        answer = ask.session.get(ask.sandbox.url + uri, timeout=10).json()
        found.append([entry["data"]["id"] for entry in answer["data"]])
        following = [link["uri"] for link in answer["links"] if link["rel"] == "next"]
        if not following:
            break
        uri = following[0]
    return found


def test_F37_next_is_the_same_page(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "loop", "path": "/users", "on": 2, "how": "self"}])
    one, two, three = pages(ask, 3)
    assert one != two == three


def test_F37_next_leads_back(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "loop", "path": "/users", "on": "2-", "how": "back"}])
    found = pages(ask, 4)
    assert found[0] == found[2]
    assert found[1] != found[0]


def test_F37_the_same_page_for_ever(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "loop", "path": "/users", "how": "same"}])
    one, two, three = pages(ask, 3)
    assert one == two == three


def test_F38_only_the_link_is_missing(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "early_end", "path": "/users", "on": 2}])
    found = pages(ask, 9)
    assert len(found) == 2
    assert len(ask.records("/users", role="student", starting_after=found[-1][-1])) == 40


def test_F38_the_server_denies_what_follows(sandbox: RunningSandbox, ask: Asking) -> None:
    rule = {"do": "early_end", "path": "/users", "role": "student", "on": 2, "consistent": True}
    sandbox.control.faults([rule])
    last = pages(ask, 9)[-1][-1]
    assert ask.records("/users", role="student", starting_after=last) == []
    assert len(ask.ids("/users", role="student", limit=5)) == 20
    assert len(ask.ids("/users", role="teacher")) == 20
    sandbox.control.clear_faults()
    assert len(ask.ids("/users", role="student")) == 60


def test_F38_a_list_ends_after_so_many(sandbox: RunningSandbox, ask: Asking) -> None:
    rule = {"do": "early_end", "path": "/users", "role": "student", "consistent": True, "keep": 15}
    sandbox.control.faults([rule])
    assert len(ask.ids("/users", role="student", limit=10_000)) == 15
    assert len(ask.ids("/users", role="student", limit=4)) == 4


@pytest.mark.parametrize("by_id", [False, True])
def test_F39_records_are_left_out(sandbox: RunningSandbox, ask: Asking, by_id: bool) -> None:
    students = ask.ids("/users", role="student")
    gone = students[3:6]
    sandbox.control.faults([{"do": "omit", "path": "/users", "ids": gone, "by_id": by_id}])
    assert ask.ids("/users", role="student") == students[:3] + students[6:]
    assert ask.get(f"/users/{gone[0]}").status_code == (404 if by_id else 200)


def test_F39_every_nth_or_the_first_of_a_page_are_left_out(
    sandbox: RunningSandbox, ask: Asking
) -> None:
    sandbox.control.faults([{"do": "omit", "path": "/users", "role": "student", "every": 3}])
    assert len(ask.ids("/users", role="student")) == 40
    sandbox.control.faults([{"do": "omit", "path": "/users", "on": 2, "count": 4, "by_id": True}])
    first, second = pages(ask, 2)
    assert (len(first), len(second)) == (10, 6)


def test_F42_an_id_stands_in_two_pages(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "duplicate", "path": "/users", "on": 2}])
    one, two = pages(ask, 2)
    assert two[0] == one[-1]
    assert len(two) == 11


def test_F42_an_id_stands_twice_in_the_first_page(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "duplicate", "path": "/users", "on": 1}])
    (one,) = pages(ask, 1)
    assert one[-1] == one[-2]


def test_ids_do_not_ascend(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "unsorted", "path": "/users", "on": 1}])
    one, two = pages(ask, 2)
    assert one == sorted(one, reverse=True)
    assert two == sorted(two)


@pytest.mark.parametrize(
    ("to", "seen"),
    [
        ("https://evil.example{uri}", "https://evil.example/v3.1/users?limit=10&starting_after="),
        ("//evil.example/v3.1/users", "//evil.example/v3.1/users"),
        ("@evil.example/{last}", "@evil.example/"),
        (":9{uri}", ":9/v3.1/users?limit=10"),
    ],
)
def test_F43_next_leads_elsewhere(sandbox: RunningSandbox, ask: Asking, to: str, seen: str) -> None:
    sandbox.control.faults([{"do": "next_to", "path": "/users", "to": to}])
    assert ask.links("/users", limit=10)["next"].startswith(seen)


def test_F48_an_empty_list_is_a_good_answer(sandbox: RunningSandbox, ask: Asking) -> None:
    sandbox.control.faults([{"do": "empty_list", "path": "/users", "role": "student"}])
    assert ask.ids("/users", role="student") == []
    assert len(ask.ids("/users", role="teacher")) == 20


def test_F41_a_record_changes_between_two_pages(sandbox: RunningSandbox, ask: Asking) -> None:
    students = ask.ids("/users", role="student", limit=10)
    gone = students[25]
    rule = {"do": "run", "path": "/users", "role": "student", "on": 2}
    sandbox.control.faults([rule | {"action": "remove", "args": {"id": gone}}])
    found = [each for page in pages(ask, 9) for each in page]
    assert found == [each for each in students if each != gone]


def test_F41_the_change_may_come_just_after_a_page(sandbox: RunningSandbox, ask: Asking) -> None:
    students = ask.ids("/users", role="student", limit=10)
    rule = {"do": "run", "path": "/users", "role": "student", "on": 1, "when": "after"}
    sandbox.control.faults([rule | {"action": "remove", "args": {"id": students[0]}}])
    assert pages(ask, 1)[0][0] == students[0]
    assert ask.ids("/users", role="student")[0] == students[1]


def test_shapes_hold_for_the_older_version_too(sandbox: RunningSandbox) -> None:
    sandbox.control.faults([{"do": "duplicate", "path": "/users", "on": 1}])
    page = Asking(sandbox, "v3.0").json("/users", limit=5)
    assert page["data"][-1] == page["data"][-2]
    assert page["data"][0]["uri"].startswith("/v3.0/users/")
