"""What proves a walk, what does not, and that nobody is removed without proof."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clever_sync.models import PageSeal, PullFinding
from clever_sync.queries import Doubt, doubts
from tests.clever_sync.conftest import World

pytestmark = pytest.mark.django_db
STUDENTS: dict[str, Any] = {"path": "/users", "role": "student"}


@pytest.fixture
def leaving(pulled: World) -> World:
    """A student whom nobody here is linked to has left; only a proved walk may say so."""
    pulled.control.remove(pulled.ids("student")[0])
    return pulled


def asked(world: World) -> int:
    return world.sandbox.requests.count("/users", role="student")


def test_a_walk_ends_with_the_empty_answer_past_the_last_id(pulled: World) -> None:
    last = pulled.ids("student")[-1]
    pulled.pull()
    queries = pulled.sandbox.requests.matching("/users", role="student")
    assert queries[-1].params["starting_after"] == last
    assert len(queries) == 4


def test_F37_the_same_page_for_ever(leaving: World) -> None:
    leaving.control.faults([{"do": "loop", "how": "same", **STUDENTS}])
    pull = leaving.pull()
    assert asked(leaving) == 2
    assert doubts(pull) == [Doubt("student", "cursor_loop")]
    assert PullFinding.objects.get(pull=pull, code="cursor_loop").field == "student"
    assert not leaving.gone()
    leaving.control.clear_faults()
    leaving.pull()
    leaving.assert_mirror_is_truth()


def test_F37_a_loop_back_to_the_first_page(leaving: World) -> None:
    leaving.control.faults([{"do": "loop", "how": "same", "on": "3-", **STUDENTS}])
    pull = leaving.pull()
    assert asked(leaving) == 3
    assert doubts(pull) == [Doubt("student", "cursor_loop")]
    assert not leaving.gone()


@pytest.mark.parametrize("how", ["self", "back"])
def test_F37_a_next_link_that_does_not_move_on_leads_nowhere(leaving: World, how: str) -> None:
    leaving.control.faults([{"do": "loop", "how": how, **STUDENTS}])
    pull = leaving.pull()
    assert asked(leaving) == 4
    assert PullFinding.objects.filter(pull=pull, code="next_ignored").count() == 1
    assert not doubts(pull)
    leaving.assert_mirror_is_truth()


def test_F38_a_list_that_ends_early_is_read_on(leaving: World) -> None:
    leaving.control.faults([{"do": "early_end", "keep": 20, **STUDENTS}])
    pull = leaving.pull()
    assert not doubts(pull)
    assert leaving.walk(pull).seen == 119
    leaving.assert_mirror_is_truth()


def test_F38_a_list_that_consistently_ends_early_confirms_by_id(leaving: World) -> None:
    students = leaving.ids("student")
    leaving.link(*students[-15:])
    leaving.control.faults([{"do": "early_end", "keep": 60, "consistent": True, **STUDENTS}])
    pull = leaving.pull()
    assert leaving.walk(pull).doubt == "people_omitted"
    assert not leaving.gone()
    leaving.control.clear_faults()
    leaving.pull()
    leaving.assert_mirror_is_truth()


def test_F42_a_duplicate_is_walked_once_more(leaving: World) -> None:
    leaving.control.faults([{"do": "duplicate", "on": 2, **STUDENTS}])
    pull = leaving.pull()
    walk = leaving.walk(pull)
    assert (walk.proved, walk.rounds, walk.doubt) == (True, 1, "")
    leaving.assert_mirror_is_truth()


@pytest.mark.parametrize("fault", ["duplicate", "unsorted"])
def test_F42_a_list_out_of_order_again_and_again_proves_nothing(leaving: World, fault: str) -> None:
    new = leaving.control.add_student()
    changed = leaving.ids("student")[50]
    leaving.control.edit(changed, {"name.last": "Okafor"})
    leaving.control.faults([{"do": fault, **STUDENTS}])
    pull = leaving.pull()
    walk = leaving.walk(pull)
    assert (walk.proved, walk.rounds, walk.doubt) == (False, 1, "not_ascending")
    live = leaving.live()
    assert live.keys() >= set(leaving.ids("student"))
    assert new in live
    assert live[changed].payload["name.last"] == "Okafor"
    assert not leaving.gone()
    leaving.control.clear_faults()
    leaving.pull()
    leaving.assert_mirror_is_truth()


def test_F41_data_that_moved_on_the_way_are_read_once_more(leaving: World) -> None:
    student = leaving.ids("student")[3]
    change = {"id": student, "changes": {"name.last": "Okafor"}}
    rule = {"do": "run", "action": "edit", "args": change, "times": 1, "path": "/users"}
    leaving.control.advance(60)
    leaving.control.faults([{**rule, "role": "staff"}])
    pull = leaving.pull()
    assert {walk.rounds for walk in pull.walks.all()} == {1}
    assert not doubts(pull)
    leaving.assert_mirror_is_truth()


def test_F41_data_that_never_stand_still_prove_nothing(leaving: World) -> None:
    rules = [
        {"do": "run", "action": "advance", "args": {"seconds": 1}},
        {"do": "run", "action": "sync", "args": {}},
    ]
    leaving.control.faults([{**rule, **STUDENTS} for rule in rules])
    pull = leaving.pull()
    assert {doubt.code for doubt in doubts(pull)} == {"data_moved"}
    assert leaving.walk(pull).rounds == 2
    assert not leaving.gone()
    leaving.control.clear_faults()
    leaving.pull()
    leaving.assert_mirror_is_truth()


def test_F41_moved_while_the_process_was_dead(
    leaving: World, crash_at: Callable[..., None]
) -> None:
    crash_at("pull.walks_done")
    with pytest.raises(BaseException, match="walks_done"):
        leaving.go_on()
    crash_at("never")
    leaving.control.advance(60)
    new = leaving.control.add_student()
    pull = leaving.pull()
    assert leaving.walk(pull).rounds == 1
    assert new in leaving.live()
    leaving.assert_mirror_is_truth()


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["edit", "remove", "bring_back", "add_student"]), st.integers(0, 119)
    ),
    max_size=6,
)


@settings(
    max_examples=5, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(CHANGES)
def test_F41_whatever_changes_between_pages_the_next_pull_agrees(
    pulled: World, changes: list[tuple[str, int]]
) -> None:
    present = pulled.ids("student")
    removed: list[str] = []
    waiting = iter(changes)

    def meanwhile() -> bool:
        action, number = next(waiting, ("", 0))
        person = present[number % len(present)]
        if action == "edit":
            pulled.control.edit(person, {"name.last": f"Lund{number}"}, sync=False)
        elif action == "remove":
            present.remove(person)
            removed.append(person)
            pulled.control.remove(person, sync=False)
        elif action == "bring_back" and removed:
            present.append(removed.pop())
            pulled.control.bring_back(present[-1], sync=False)
        elif action == "add_student":
            pulled.control.add_student(sync=False)
        return False

    assert pulled.go_on(deadline=meanwhile).finished
    pulled.pull()
    pulled.assert_mirror_is_truth()


@pytest.mark.parametrize("missing", ["id", "whole"])
def test_F57_records_without_an_id_prove_nothing(leaving: World, missing: str) -> None:
    person = leaving.control.people("student", 1)[0]
    record = {**person, "id": None} if missing == "id" else {}
    body = {"data": [{"data": record}, {"data": person}], "links": []}
    leaving.control.faults([{"do": "json", "value": body, "on": 1, **STUDENTS}])
    pull = leaving.pull()
    assert leaving.walk(pull).doubt == "record_without_id"
    assert pull.finding_counts["id_missing"] == 1
    assert not leaving.gone()


def test_a_page_of_nothing_but_such_records_ends_the_walk(leaving: World) -> None:
    leaving.control.faults([{"do": "json", "value": {"data": [{"data": {}}]}, **STUDENTS}])
    pull = leaving.pull()
    assert leaving.walk(pull).doubt == "record_without_id"
    assert not leaving.gone()


def test_F48_an_emptied_list_is_proved_and_nobody_linked_is_concluded(pulled: World) -> None:
    linked = pulled.ids("student")[:15]
    pulled.link(*linked)
    pulled.control.faults([{"do": "empty_list", **STUDENTS}])
    pull = pulled.pull()
    assert pulled.walk(pull).seen == 0
    assert pulled.walk(pull).doubt == "people_omitted"
    assert not pulled.gone()


def test_half_a_surrogate_pair_in_one_name_costs_nobody_anything(pulled: World) -> None:
    student = pulled.control.people("student", 1)[0]
    rest = '{"data":[{"data":{"id":"%s","name":{"last":"Lu\\ud800nd"},"roles":{"student":{}}}}]}'
    rule = {"do": "raw", "body": rest % student["id"], "on": 1, **STUDENTS}
    pulled.control.faults([rule])
    pulled.pull()
    assert pulled.live()[student["id"]].payload == {"name.last": "Lund"}
    assert not pulled.gone()


# Seals


def rename(world: World, clever_id: str, name: str) -> None:
    """The same name makes the same bytes: the clock stands still, and no older stamp counts."""
    world.control.edit(clever_id, {"name.last": name, "last_modified": None})


def test_seals_survive_other_page_sizes_without_hiding_a_change(pulled: World) -> None:
    """A seal of an old page must not match after its range was written by other pages."""
    student = pulled.ids("student")[60]
    for page_size, name in [(50, "Lund"), (37, "Okafor"), (50, "Lund")]:
        pulled.page_size = page_size
        rename(pulled, student, name)
        pulled.pull()
        assert pulled.live()[student].payload["name.last"] == name
    pulled.assert_mirror_is_truth()


def test_seals_of_another_list_are_broken_by_a_shared_person(pulled: World) -> None:
    two = next(r.clever_id for r in pulled.live().values() if r.roles == ["teacher", "staff"])
    for roles, name in [
        (["student", "teacher", "staff"], "Lund"),
        (["student", "teacher"], "Okafor"),
        (["student", "staff"], "Lund"),
    ]:
        rename(pulled, two, name)
        pulled.pull(roles=roles)
        assert pulled.live()[two].payload["name.last"] == name


def test_no_seal_while_somebody_is_missing(pulled: World) -> None:
    """Paused, nobody is concluded to be gone; the same page later must count them missing anew."""
    first = pulled.ids("student")[0]
    pulled.link(first)
    pulled.control.set_state("paused")
    pulled.control.remove(first)
    pulled.pull()
    assert not PageSeal.objects.filter(what="student", after="").exists()
    pulled.control.set_state("success")
    pulled.pull()
    assert pulled.gone() == {first}
