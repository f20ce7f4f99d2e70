"""Pulls: what they bring, how they are resumed, and who may drive them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from clever_sync import pull as pulling
from clever_sync.faults import DistrictGone, TokenRefused, Unavailable, WrongDistrict
from clever_sync.models import MirrorObject, PageSeal, Pull, PullFinding
from clever_sync.privacy import NEVER_KEPT
from clever_sync.sources import BASE_SOURCES, SOURCES, UNREADABLE
from core.vocabulary import ConnectionState, PullState
from tests.clever_sync.conftest import Crash, World

pytestmark = pytest.mark.django_db


def test_a_first_pull_brings_everybody(world: World) -> None:
    pull = world.pull()
    world.assert_mirror_is_truth()
    assert pull.state == PullState.DONE
    assert pull.finished_at == world.time.now
    assert all(walk.proved and not walk.doubt for walk in pull.walks.all())
    assert world.walk(pull).seen == 120
    assert MirrorObject.objects.filter(type="school").count() == 3
    assert set(MirrorObject.objects.filter(type="user").values_list("changed_in", flat=True)) == {
        pull.pk
    }


def test_the_connection_moves_on_when_a_pull_is_finished(world: World) -> None:
    world.control.edit(world.ids("student")[0], {"email": "new@maple.example"})
    pull = world.pull()
    connection = world.connection
    assert connection.state == ConnectionState.READY
    assert connection.event_cursor == pull.event_cursor != ""
    assert connection.event_cursor_at == world.time.now
    assert connection.clever_name == "#DEMO Maple Ridge Unified"
    assert connection.last_sync == pull.last_sync is not None


def test_the_newest_event_is_asked_for_before_the_walks(world: World) -> None:
    world.pull()
    paths = world.sandbox.requests.paths()
    assert paths.index("/v3.1/events") < paths.index("/v3.1/schools")


def test_B03_only_what_is_shared_is_there(pulled: World) -> None:
    school = pulled.control.schools()[0]["id"]
    pulled.control.unshare_school(school)
    pulled.pull()
    pulled.assert_mirror_is_truth()
    assert not any(row.school == school for row in pulled.live().values())


def test_B04_no_special_data_is_stored(world: World) -> None:
    world.control.special_fields(True)
    world.pull()
    for row in MirrorObject.objects.filter(type="user"):
        assert set(row.payload) <= {*SOURCES, UNREADABLE}
        assert not any(word in key for key in row.payload for word in NEVER_KEPT)
        assert not any(key.endswith("gpa") for key in row.payload)


def test_B04_contacts_are_never_asked_for(world: World) -> None:
    world.pull()
    roles = {asked.params.get("role") for asked in world.sandbox.requests}
    assert roles == {None, "student", "teacher", "staff", "district_admin"}


def test_gpa_comes_as_soon_as_a_rule_maps_it(pulled: World) -> None:
    pulled.control.special_fields(True)
    sources = BASE_SOURCES | {"student.weighted_gpa"}
    pulled.pull(sources=sources)
    rows = pulled.live().values()
    assert all("student.weighted_gpa" in r.payload for r in rows if r.roles == ["student"])
    pulled.pull()
    assert not any("student.weighted_gpa" in row.payload for row in pulled.live().values())


def test_key_columns_are_normalised(world: World) -> None:
    student, teacher = world.ids("student")[0], world.ids("teacher")[0]
    world.control.edit(student, {"email": " MIA@Maple.example", "roles.student.sis_id": " AB1 "})
    world.control.edit(teacher, {"email": "nobody", "roles.teacher.teacher_number": "T-É"})
    world.pull()
    rows = world.live()
    assert (rows[student].key_email, rows[student].key_sis_id) == ("mia@maple.example", "ab1")
    assert (rows[teacher].key_email, rows[teacher].key_number) == (None, "t-é")
    person = world.control.person(student)["roles"]["student"]
    assert rows[student].school == person["school"]
    assert rows[student].key_number == person["student_number"]


def test_staff_belong_to_the_first_of_their_schools_and_admins_to_none(world: World) -> None:
    world.pull()
    for row in world.live().values():
        if row.roles == ["staff"]:
            assert row.school == row.payload["staff.schools"][0]
            assert row.key_staff_id == str(row.payload["staff.staff_id"]).lower()
        elif row.roles == ["district_admin"]:
            assert row.school is None


def test_an_odd_text_reaches_the_mirror_unharmed(world: World) -> None:
    odd = 'O\\N"{}\\\\x, \t\\t ü\u2028😀'
    person = world.ids("student")[0]
    world.control.edit(person, {"name.last": odd, "roles.student.sis_id": odd})
    world.pull()
    world.assert_mirror_is_truth()
    assert world.live()[person].key_sis_id == odd.replace("\t", " ").casefold()


def test_a_quiet_night_writes_nothing_but_its_own_rows(pulled: World) -> None:
    before = list(MirrorObject.objects.order_by("id").values())
    seals = list(PageSeal.objects.order_by("id").values())
    with CaptureQueriesContext(database) as queries:
        pull = pulled.pull()
    assert list(MirrorObject.objects.order_by("id").values()) == before
    assert list(PageSeal.objects.order_by("id").values()) == seals
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert not any("mirrorobject" in sql for sql in writes)
    assert pulled.walk(pull).seen == 120
    assert pulled.walk(pull).changed == 0


def test_pages_without_seals_are_compared_hash_by_hash(pulled: World) -> None:
    before = list(MirrorObject.objects.order_by("id").values())
    PageSeal.objects.all().delete()
    pull = pulled.pull()
    assert list(MirrorObject.objects.order_by("id").values()) == before
    assert sum(walk.changed for walk in pull.walks.all()) == 0
    assert PageSeal.objects.filter(what="student").count() == 3


def test_one_change_touches_one_row(pulled: World) -> None:
    person = pulled.ids("student")[60]
    pulled.control.edit(person, {"roles.student.grade": "7"})
    pull = pulled.pull()
    pulled.assert_mirror_is_truth()
    changed = MirrorObject.objects.filter(changed_in=pull)
    assert [row.clever_id for row in changed] == [person]
    assert pulled.walk(pull).changed == 1


def test_a_new_time_stamp_alone_moves_nobody_to_look_again(pulled: World) -> None:
    person = pulled.ids("student")[60]
    row = pulled.live()[person]
    pulled.control.edit(person, {"lms_status.synced_in_lms": "yes"})
    pulled.pull()
    after = pulled.live()[person]
    assert bytes(after.raw_hash) != bytes(row.raw_hash)
    assert (after.changed_in_id, bytes(after.content_hash)) == (
        row.changed_in_id,
        bytes(row.content_hash),
    )


def test_a_person_with_two_roles_changes_once(pulled: World) -> None:
    person = next(row.clever_id for row in pulled.live().values() if len(row.roles) == 2)
    pulled.control.edit(person, {"name.last": "Okafor"})
    pull = pulled.pull()
    pulled.assert_mirror_is_truth()
    assert sum(walk.changed for walk in pull.walks.all()) == 1


def test_a_role_gained_and_a_role_lost(pulled: World) -> None:
    teacher, two = (
        pulled.ids("teacher")[0],
        next(row.clever_id for row in pulled.live().values() if row.roles == ["teacher", "staff"]),
    )
    staff = {"staff_id": "S-77", "schools": []}
    pulled.control.edit(teacher, {"roles.staff": staff})
    pulled.control.edit(two, {"roles.teacher": None})
    pulled.pull()
    pulled.assert_mirror_is_truth()
    assert pulled.live()[two].roles == ["staff"]
    assert not pulled.gone()


def test_a_type_switched_off_leaves_its_people_alone(pulled: World) -> None:
    teacher = pulled.ids("teacher")[0]
    pulled.control.remove(teacher)
    pulled.pull(roles=["student"])
    assert teacher in pulled.live()
    pulled.pull()
    pulled.assert_mirror_is_truth()


# Being killed, and going on


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


# Records that are not as they should be


def test_F57_a_broken_record_neither_hides_nor_removes_anybody(pulled: World) -> None:
    students = pulled.ids("student")
    pulled.control.edit(students[0], {"name": None})
    pulled.control.edit(students[1], {"name.last": ""})
    pull = pulled.pull()
    live = pulled.live()
    assert live[students[0]].broken
    assert live[students[1]].broken
    assert live[students[0]].roles == ["student"]
    assert pull.finding_counts["last_name_missing"] == 2
    assert not pulled.gone()
    pulled.control.edit(students[0], {"name": {"first": "Mia", "last": "Lund"}})
    pulled.control.edit(students[1], {"name.last": "Lund"})
    pulled.pull()
    pulled.assert_mirror_is_truth()
    assert not any(row.broken for row in pulled.live().values())


def test_F57_a_broken_person_keeps_the_other_role(pulled: World) -> None:
    two = next(r.clever_id for r in pulled.live().values() if r.roles == ["teacher", "staff"])
    pulled.control.edit(two, {"name.last": ""})
    pulled.pull()
    assert pulled.live()[two].roles == ["teacher", "staff"]


def test_F55_a_nul_is_cleaned_and_noted(pulled: World) -> None:
    student = pulled.ids("student")[3]
    pulled.control.edit(student, {"name.first": "Mi\x00a"})
    pull = pulled.pull()
    assert pulled.live()[student].payload["name.first"] == "Mia"
    found = PullFinding.objects.get(pull=pull, code="cleaned")
    assert (found.clever_id, found.field) == (student, "name.first")


def test_F59_new_fields_are_counted_once(pulled: World) -> None:
    for student in pulled.ids("student"):
        pulled.control.edit(student, {"roles.student.shoe_size": "38"})
    pull = pulled.pull()
    assert pull.finding_counts["unknown_field"] == 1
    pulled.assert_mirror_is_truth()


def test_findings_are_bounded_but_all_counted(world: World) -> None:
    world.control.bulk_edit("student", "email", "no address")
    pull = world.pull()
    assert pull.finding_counts["email_invalid"] == 120
    assert PullFinding.objects.filter(pull=pull, code="email_invalid").count() == 100
