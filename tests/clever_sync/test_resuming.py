"""Pulls that are killed, taken over or refused, and go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clever_sync import pull as pulling
from clever_sync.faults import DistrictGone, TokenRefused, Unavailable, WrongDistrict
from clever_sync.models import MirrorObject, Pull
from core.vocabulary import PullState
from tests.clever_sync.conftest import Crash, World

pytestmark = pytest.mark.django_db


POINTS = [
    ("pull.before_first_request", 1),
    ("pull.page_fetched", 1),
    ("pull.page_fetched", 3),
    ("pull.page_committed", 1),
    ("pull.page_committed", 3),
    ("pull.walks_done", 1),
    ("pull.absences_confirmed", 1),
    ("pull.finished", 1),
]


@pytest.mark.parametrize(("point", "number"), POINTS)
def test_F02_F03_killed_anywhere_it_goes_on(
    pulled: World, crash_at: Callable[..., None], point: str, number: int
) -> None:
    students = pulled.ids("student")
    pulled.link(students[0])
    pulled.control.remove(students[0])
    pulled.control.edit(students[70], {"name.last": "Okafor"})
    new = pulled.control.add_student()
    crash_at(point, number)
    with pytest.raises(Crash):
        pulled.go_on()
    crash_at("never")
    pulled.fence += 1
    pulled.pull()
    pulled.assert_mirror_is_truth()
    assert pulled.gone() == {students[0]}
    assert new in pulled.live()
    assert Pull.objects.filter(state=PullState.OPEN).count() == 0


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_F03_at_most_one_page_is_asked_for_again(
    world: World, crash_at: Callable[..., None], number: int
) -> None:
    pages = 4  # of 50 students: three, and the empty one past the end
    crash_at("pull.page_committed", 1 + 1 + number)  # the schools, and their end
    with pytest.raises(Crash):
        world.go_on()
    world.fence += 1
    crash_at("never")
    world.pull()
    assert world.sandbox.requests.count("/users", role="student") <= pages + 1
    world.assert_mirror_is_truth()


def test_a_pull_in_slices_of_one_page(world: World) -> None:
    progress = world.go_on(deadline=lambda: True)
    slices = 1
    while not progress.finished:
        world.fence += 1
        progress = world.go_on(deadline=lambda: True)
        slices += 1
    assert slices >= 8
    assert Pull.objects.count() == 1
    world.assert_mirror_is_truth()


def test_progress_counts_people_and_knows_about_how_many_there_are(pulled: World) -> None:
    progress = pulled.go_on(deadline=lambda: True)
    assert not progress.finished
    assert 0 < progress.done < progress.total


def test_F10_a_zombie_writes_nothing(world: World) -> None:
    zombie = world.open()
    world.go_on(deadline=lambda: True)
    heir = world.open(fence=2)
    assert heir.pk == zombie.pk
    before = list(Pull.objects.values()) + list(MirrorObject.objects.order_by("id").values())
    with world.client() as client, pytest.raises(pulling.LostFence):
        pulling.advance(zombie, client=client, deadline=lambda: False, now=world.time.now)
    assert (
        list(Pull.objects.values()) + list(MirrorObject.objects.order_by("id").values()) == before
    )
    world.fence = 2
    world.pull()
    world.assert_mirror_is_truth()


def test_F10_a_fence_lost_between_two_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    zombie = world.open()

    def steal() -> bool:
        Pull.objects.filter(pk=zombie.pk).update(fence=99)
        return False

    with world.client() as client, pytest.raises(pulling.LostFence):
        pulling.advance(zombie, client=client, deadline=steal, now=world.time.now)
    assert not MirrorObject.objects.filter(type="user").exists()


def test_another_set_of_roles_or_sources_opens_another_pull(world: World) -> None:
    first = world.open()
    assert world.open(roles=reversed(["student", "teacher", "staff", "district_admin"])) == first
    second = world.open(roles=["student"])
    third = world.open(roles=["student"], sources=["email"])
    states = list(Pull.objects.order_by("id").values_list("id", "state"))
    assert states == [
        (first.pk, PullState.ABANDONED),
        (second.pk, PullState.ABANDONED),
        (third.pk, PullState.OPEN),
    ]


def test_F25_times_are_the_callers(world: World) -> None:
    world.time.now -= timedelta(hours=1)
    pull = world.pull()
    world.connection.refresh_from_db()
    assert pull.finished_at == world.connection.checked_at == world.time.now


# Clever says no


def test_F32_a_broken_page_keeps_what_was_read(world: World) -> None:
    rule: dict[str, Any] = {"do": "status", "status": 503, "path": "/users", "role": "teacher"}
    world.control.faults([rule])
    with pytest.raises(Unavailable):
        world.go_on()
    assert len(world.live()) == 120
    world.control.clear_faults()
    world.sandbox.requests.clear()
    world.pull()
    assert world.sandbox.requests.count("/users", role="student") == 0
    world.assert_mirror_is_truth()


@pytest.mark.parametrize("role", ["student", "staff"])
def test_F46_a_token_revoked_on_the_way(pulled: World, role: str) -> None:
    rule = {"do": "run", "path": "/users", "role": role, "action": "revoke_token", "args": {}}
    pulled.control.faults([rule])
    with pytest.raises(TokenRefused):
        pulled.go_on()
    assert not pulled.gone()
    assert not pulled.absent()


@pytest.mark.parametrize("answer", [401, 403, 404])
def test_F47_a_district_that_left_is_never_zero_people(pulled: World, answer: int) -> None:
    pulled.control.disconnect(answer=answer)
    with pytest.raises(DistrictGone):
        pulled.go_on()
    assert not pulled.gone()
    assert len(pulled.live()) == len(MirrorObject.objects.filter(type="user"))


def test_F51_another_districts_token_stores_nothing(world: World) -> None:
    world.control.faults([{"do": "other_district", "path": "/districts"}])
    with pytest.raises(WrongDistrict):
        world.go_on()
    assert not MirrorObject.objects.exists()
    assert world.sandbox.requests.count("/users") == 0


def test_F51_in_the_middle_of_a_pull(world: World) -> None:
    world.go_on(deadline=lambda: True)
    world.control.faults([{"do": "other_district", "path": "/districts"}])
    with pytest.raises(WrongDistrict):
        world.go_on()
    assert not MirrorObject.objects.filter(type="user").exists()


@pytest.mark.parametrize("state", ["paused", "pending", "error"])
def test_F50_a_frozen_district_loses_nobody(pulled: World, state: str) -> None:
    student = pulled.ids("student")[0]
    pulled.control.remove(student)
    new = pulled.control.add_student()
    pulled.control.set_state(state, pause_end="2026-09-20" if state == "paused" else None)
    pull = pulled.pull()
    assert pull.adds_only == state
    assert new in pulled.live()
    assert not pulled.gone()
    assert not pulled.absent()
    assert pulled.connection.clever_state == state
    assert (pulled.connection.pause_end is not None) == (state == "paused")
    pulled.control.set_state("success")
    pulled.pull()
    pulled.assert_mirror_is_truth()


def test_F50_a_pause_that_begins_on_the_way(pulled: World) -> None:
    pulled.control.remove(pulled.ids("student")[0])
    pulled.go_on(deadline=lambda: True)
    pulled.control.set_state("paused")
    assert pulled.pull().adds_only == "paused"
    assert not pulled.gone()
