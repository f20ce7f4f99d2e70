"""Runs by events (C25): the same people, little for a quiet night, and the page says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from clever_sync.actions import reset
from clever_sync.models import MirrorObject
from core.vocabulary import DataType, MemberRole, PullKind, RunMode, RunState, Trigger
from imports.actions import start_run
from imports.models import Run
from imports.story import story
from tests.clever_sync.edits import STEPS, do
from tests.world import ADMIN, STUDENTS_AND_TEACHERS, World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
SMALL: dict[str, Any] = {
    "students": 24, "teachers": 4, "staff": 3, "schools": 3, "seed": 11, "corners": False,
    "sections": False,
}  # fmt: skip
Nights = list[list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def here() -> Iterator[World]:
    """A district after its first import, to which Clever tells events."""
    with world(**SMALL) as made:
        yield begun(made)


def begun(made: World) -> World:
    made.clever.control.edit(made.students()[0], {"name.middle": "Ida"})
    made.connect()
    made.sync()
    made.clever.requests.clear()
    return made


def way(run: Run) -> tuple[str, str]:
    assert run.pull is not None
    return run.pull.kind, run.pull.why_full


def test_C25_a_quiet_night_by_events_looks_at_nobody(here: World) -> None:
    run = here.sync()
    assert way(run) == (PullKind.EVENTS, "")
    assert (run.state, here.rows(run)) == (RunState.COMPLETED, [])
    assert len(here.clever.requests.paths()) == 3
    assert run.counts["student"]["unchanged"] == 24


def test_C25_whoever_is_told_of_is_looked_at_and_nobody_else(here: World) -> None:
    moved, gone, *_ = here.students()[3:]
    control = here.clever.control
    control.edit(moved, {"name.last": "Sørensen"})
    control.remove(gone)
    new = control.add_student(first="Nova", last="Comer", sis_id="990001")
    run = here.sync()
    assert way(run) == (PullKind.EVENTS, "")
    assert {row.clever_id: row.action for row in here.rows(run)} == {
        moved: "update", gone: "transfer", new: "create",
    }  # fmt: skip
    assert here.person(moved).last_name == "Sørensen"
    assert here.person(gone).status == 4
    assert here.rows(here.sync(full=True)) == []
    assert_invariants(here)


def test_C25_what_one_type_brought_is_there_for_the_next_run_of_another(here: World) -> None:
    """A run for students takes in all events; the teachers' run finds them in the mirror."""
    teacher = here.clever.control.people("teacher")[0]["id"]
    here.clever.control.edit(teacher, {"name.last": "Sørensen"})
    assert here.rows(here.sync([DataType.STUDENT])) == []
    assert [row.clever_id for row in here.rows(here.sync([DataType.TEACHER]))] == [teacher]
    assert here.person(teacher).last_name == "Sørensen"


def test_C25_sync_now_and_held_changes_read_everything(here: World) -> None:
    assert way(here.sync(full=True)) == (PullKind.FULL, "asked")
    assert way(here.sync(trigger=Trigger.HOLD)) == (PullKind.FULL, "held")
    assert way(here.sync()) == (PullKind.EVENTS, "")


def test_F52_new_settings_and_another_matching_of_schools_read_everything(here: World) -> None:
    here.district.school_matches.order_by("pk")[0].delete()
    assert way(here.sync()) == (PullKind.FULL, "schools")
    assert way(here.sync()) == (PullKind.EVENTS, "")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (False, "By events: only what Clever told of since the last sync was asked for"),
        (True, "Full pull, because it was asked for"),
    ],
)
def test_C25_F52_the_run_page_says_how_clever_was_read_and_why(
    here: World, asked: bool, said: str
) -> None:
    run = here.sync(full=asked)
    (reading,) = [moment for moment in story(run) if moment.label == "Reading Clever"]
    assert reading.note.startswith(said)
    user = get_user_model().objects.create_user(ADMIN, "secret-word-4")
    Membership.objects.create(user=user, district=here.district, role=MemberRole.OWNER)
    client = Client()
    client.force_login(user)
    page = client.get(f"/d/{here.district.slug}/operations/{run.pk}/")
    assert said in page.content.decode()


def play(slug: str, nights: Nights, *, events: bool) -> tuple[str, list[Any], set[str]]:
    """The same story, by events or by full pulls: the digest, the mirror, and how it was read."""
    with world(slug, events=events, clock="2026-09-01T02:00:00Z", **SMALL) as made:
        begun(made)
        ways = set()
        for steps in nights:
            made.clever.control.advance(86_400)
            for step in steps:
                do(made.clever.control, step)
            run = started(made)
            assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
            ways.add(way(run)[0])
        # A full pull may want a second one before it believes that many have gone.
        made.clever.control.sync()
        ways.add(way(started(made))[0])
        rows = MirrorObject.objects.filter(connection__district=made.district)
        mirror = list(
            rows.order_by("clever_id").values_list(
                "type",
                "clever_id",
                "payload",
                "roles",
                "school",
                "broken",
                "key_email",
            )
        )
        assert_invariants(made)
        digest = made.digest()
        reset(district=made.district, by=ADMIN)
        return digest, mirror, ways


def started(made: World) -> Run:
    run = start_run(
        district=made.district,
        mode=RunMode.LIVE,
        data_types=STUDENTS_AND_TEACHERS,
        requested_by=ADMIN,
        approved=True,
    ).run
    return made.drive(run)


@pytest.mark.slow
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(nights=st.lists(st.lists(STEPS, min_size=1, max_size=5), min_size=1, max_size=3))
def test_C25_a_district_by_events_and_its_twin_by_full_pulls_end_the_same(nights: Nights) -> None:
    """The two ways in one database, one after the other."""
    place = Run.objects.count()
    by_events = play(f"events-{place}", nights, events=True)
    by_full_pulls = play(f"full-{place}", nights, events=False)
    assert by_events[:2] == by_full_pulls[:2]
    assert PullKind.EVENTS in by_events[2]
    assert by_full_pulls[2] == {PullKind.FULL}
