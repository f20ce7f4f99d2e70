"""Following events: what they bring, and that Clever's present answer is what counts (C25)."""

from collections.abc import Callable

import pytest

from clever_sync.models import MirrorObject, Pull, PullAbsence, PullTouch, PullWalk
from clever_sync.pull import LostFence, advance
from clever_sync.queries import doubts
from core.vocabulary import PullKind, PullState
from tests.clever_sync.conftest import Crash, World
from tests.clever_sync.following import Follower, rewritten, write_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed(world: World) -> Follower:
    """A district that was read once, and Clever tells it events."""
    follower = Follower(world.sandbox, world.connection)
    follower.begin()
    return follower


def by_events(here: Follower) -> Pull:
    pull = here.next_pull()
    assert (pull.kind, pull.why_full) == (PullKind.EVENTS, "")
    return pull


def test_C25_a_quiet_night_costs_three_requests_and_writes_nothing(followed: Follower) -> None:
    before = followed.mirror()
    pull = by_events(followed)
    assert followed.sandbox.requests.paths() == ["/oauth/tokens", "/v3.1/districts", "/v3.1/events"]
    assert (pull.requests, pull.state) == (3, PullState.DONE)
    assert followed.mirror() == before
    assert not MirrorObject.objects.filter(changed_in=pull).exists()
    assert not doubts(pull)


def test_C25_everything_that_happens_arrives(followed: Follower) -> None:
    students, teachers = followed.ids("student"), followed.ids("teacher")
    control = followed.control
    control.edit(students[1], {"name.last": "Sørensen", "roles.student.grade": "9"})
    control.edit(students[2], {"email": None})
    control.remove(students[3])
    control.remove(students[4])
    control.bring_back(students[4])
    new = control.add_student(first="Nova", last="Comer", sis_id="990001")
    other = control.new_clever_id(students[5])
    control.merge_employees(teachers[0], teachers[1])
    pull = by_events(followed)
    followed.assert_mirror_is_truth()
    assert {new, other} <= followed.live().keys()
    assert followed.gone() == {students[3], students[5], teachers[1]}
    changed = MirrorObject.objects.filter(changed_in=pull).values_list("clever_id", flat=True)
    assert {students[1], students[2], students[3], new} <= set(changed)
    assert students[6] not in changed


def test_C25_the_numbers_of_the_lists_are_known_without_walking_them(followed: Follower) -> None:
    followed.control.add_student(first="Nova", last="Comer")
    pull = by_events(followed)
    assert (followed.walk(pull).seen, followed.walk(pull, "teacher").seen) == (121, 8)


def test_C25_the_cursor_reaches_the_connection_only_with_the_end(
    followed: Follower, crash_at: Callable[..., None]
) -> None:
    before = followed.connection.event_cursor
    followed.control.edit(followed.ids("student")[1], {"name.last": "Lund"})
    crash_at("events.people_asked")
    with pytest.raises(Crash):
        followed.next_pull()
    followed.connection.refresh_from_db()
    assert followed.connection.event_cursor == before
    by_events(followed)
    assert followed.connection.event_cursor > before


@pytest.mark.parametrize(
    ("point", "number", "left"),
    [
        ("events.page_committed", 1, 30),
        ("events.page_committed", 2, 30),
        ("events.people_asked", 1, 10),
        ("events.people_asked", 2, 0),
    ],
)
def test_F03_C25_a_killed_pull_goes_on_where_it_was(
    followed: Follower, crash_at: Callable[..., None], point: str, number: int, left: int
) -> None:
    followed.page_size = 10
    for place, student in enumerate(followed.ids("student")[1:31]):
        followed.control.edit(student, {"name.last": f"Lund {place}"})
    crash_at(point, number)
    with pytest.raises(Crash):
        followed.next_pull()
    followed.sandbox.requests.clear()
    followed.fence += 1
    by_events(followed)
    followed.assert_mirror_is_truth()
    asked = [p for p in followed.sandbox.requests.paths() if p.startswith("/v3.1/users/")]
    assert len(asked) == left


def test_C25_at_the_deadline_it_rests_and_goes_on(followed: Follower) -> None:
    followed.page_size = 10
    for place, student in enumerate(followed.ids("student")[1:42]):
        followed.control.edit(student, {"name.last": f"Lund {place}"})
    assert followed.next_pull(deadline=lambda: True).kind == PullKind.EVENTS
    followed.assert_mirror_is_truth()


def test_C25_whoever_lost_the_fence_writes_nothing(followed: Follower) -> None:
    followed.control.edit(followed.ids("student")[1], {"name.last": "Lund"})
    before = followed.mirror()
    pull = followed.open(why_full="")
    Pull.objects.filter(pk=pull.pk).update(fence=99)
    with followed.client() as client, pytest.raises(LostFence):
        advance(pull, client=client, deadline=lambda: False, now=followed.time.now)
    assert followed.mirror() == before


def test_B04_C25_contacts_are_not_asked_for_by_events_either(world: World) -> None:
    follower = Follower(world.sandbox, world.connection)
    follower.begin()
    student = follower.ids("student")[1]
    follower.control.edit(student, {"name.last": "Lund"})
    with rewritten(follower.sandbox, follower.connection.event_cursor) as told:
        told.append(
            {**told[0], "entry": told[0]["entry"].replace(student, "c" * 24).replace(
                '"student":', '"contact":')}
        )  # fmt: skip
    by_events(follower)
    paths = follower.sandbox.requests.paths()
    assert f"/v3.1/users/{student}" in paths
    assert f"/v3.1/users/{'c' * 24}" not in paths


def test_B04_C25_no_event_is_kept_and_no_special_data(followed: Follower) -> None:
    student = followed.ids("student")[1]
    followed.control.edit(
        student,
        {"name.last": "Lund", "roles.student.iep_status": "SecretPlan",
         "roles.student.race": "SecretRace"},
    )  # fmt: skip
    pull = by_events(followed)
    assert followed.live()[student].payload["name.last"] == "Lund"
    for model in (MirrorObject, Pull, PullWalk, PullTouch, PullAbsence):
        assert "Secret" not in str(list(model.objects.values()))
    assert list(PullTouch.objects.filter(pull=pull).values_list("clever_id")) == [(student,)]


def test_C25_what_was_told_is_forgotten_with_the_next_pull(followed: Follower) -> None:
    followed.control.edit(followed.ids("student")[1], {"name.last": "Lund"})
    by_events(followed)
    by_events(followed)
    assert not PullTouch.objects.exists()


def test_C25_a_school_that_is_told_of_is_read_from_its_list(followed: Follower) -> None:
    school = followed.control.schools()[0]
    followed.control.edit(school["id"], {"name": "Juniper Elementary"})
    by_events(followed)
    row = MirrorObject.objects.get(type="school", clever_id=school["id"])
    assert row.payload["name"] == "Juniper Elementary"
    assert "/v3.1/users" not in followed.sandbox.requests.paths()


def test_F53_a_deletion_is_confirmed_by_id_between_two_good_answers(followed: Follower) -> None:
    gone, *rest = followed.ids("student")[1:]
    followed.link(gone, *rest)
    followed.control.remove(gone)
    by_events(followed)
    asked = [p for p in followed.sandbox.requests.paths() if p.startswith("/v3.1/users/")]
    first, before, again, after = asked
    assert (first, again) == (f"/v3.1/users/{gone}",) * 2
    assert before == after != again
    assert followed.gone() == {gone}


def test_F53_an_answer_that_cannot_be_trusted_removes_nobody(followed: Follower) -> None:
    """Clever answers "not found" for everybody: nobody is gone, and the next pull reads all."""
    gone, *rest = followed.ids("student")[1:]
    followed.link(gone, *rest)
    followed.control.remove(gone)
    rule = {"do": "status", "status": 404, "body": {"message": "Resource not found"}}
    followed.control.faults([{**rule, "path": "/users/"}])
    by_events(followed)
    assert followed.gone() == set()
    followed.control.clear_faults()
    assert followed.next_pull().why_full == "waiting"
    assert followed.gone() == {gone}


def test_F53_events_out_of_order_twice_late_and_about_nobody_known(followed: Follower) -> None:
    student, deleted, back = followed.ids("student")[1:4]
    control = followed.control
    control.edit(student, {"name.last": "Lund"})
    control.edit(student, {"name.last": "Berg"})
    control.remove(deleted)
    control.remove(back)
    control.bring_back(back)
    new = control.add_student(first="Nova", last="Comer")
    control.remove(new)
    with rewritten(followed.sandbox, followed.connection.event_cursor) as told:
        told.reverse()
        stranger = told[0]["entry"].replace(new, "f" * 24)
        told += [{**told[0], "entry": stranger}, *told]
    by_events(followed)
    followed.assert_mirror_is_truth()
    assert followed.gone() == {deleted}
    before = followed.mirror()
    with rewritten(followed.sandbox, followed.connection.event_cursor) as told:
        assert told == []
    write_events(followed.sandbox, [])
    by_events(followed)
    assert followed.mirror() == before
