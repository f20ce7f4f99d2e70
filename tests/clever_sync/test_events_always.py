"""Whatever happens, and in whatever order it is told: events end where a full pull ends (C25)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clever_sandbox.running import RunningSandbox, running_sandbox
from clever_sync.models import MirrorObject
from tests.clever_sync.conftest import connect
from tests.clever_sync.edits import STEPS, do
from tests.clever_sync.following import Follower, rewritten

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = settings(
    max_examples=12,
    # To make a failing example smaller takes minutes; it is small enough.
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Nights = list[list[tuple[str, dict[str, Any]]]]
NIGHTS = st.lists(st.lists(STEPS, min_size=1, max_size=5), min_size=1, max_size=3)


@contextmanager
def forgotten() -> Iterator[None]:
    """PostgreSQL forgets what an example did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def small_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(
        students=14, teachers=4, staff=3, schools=3, sections=False, clock="2026-09-01T02:00:00Z"
    ) as sandbox:
        yield sandbox


def assert_a_full_pull_finds_nothing(here: Follower) -> None:
    before = here.mirror()
    full = here.next_pull(why_full="asked")
    assert here.mirror() == before
    assert not MirrorObject.objects.filter(changed_in=full).exists()


def follow(here: Follower, nights: Nights, shuffle: Any = None) -> None:
    here.begin()
    for steps in nights:
        here.a_night_later()
        for student in here.ids("student")[:1]:
            here.control.edit(student, {"name.middle": f"Ida {here.time.now}"})
        for step in steps:
            do(here.control, step)
        if shuffle is not None:
            with rewritten(here.sandbox, here.connection.event_cursor) as told:
                told[:] = shuffle(told)
        # Where sharing was taken back altogether, there may be nothing left to tell of.
        assert here.next_pull().why_full in ("", "silent")
    assert_a_full_pull_finds_nothing(here)


@EXAMPLES
@given(nights=NIGHTS)
def test_C25_events_and_full_pulls_always_end_in_the_same_mirror(
    small_sandbox: RunningSandbox, nights: Nights
) -> None:
    small_sandbox.control.reset()
    small_sandbox.control.set_clock("2026-09-01T02:00:00Z")
    with forgotten():
        follow(Follower(small_sandbox, connect(small_sandbox)), nights)


@EXAMPLES
@given(nights=NIGHTS, data=st.data())
def test_F53_the_order_of_events_and_how_often_each_comes_does_not_matter(
    small_sandbox: RunningSandbox, nights: Nights, data: st.DataObject
) -> None:
    def shuffle(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
        twice = data.draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
        return data.draw(st.permutations([*told, *twice]))

    small_sandbox.control.reset()
    small_sandbox.control.set_clock("2026-09-01T02:00:00Z")
    with forgotten():
        follow(Follower(small_sandbox, connect(small_sandbox)), nights, shuffle)
