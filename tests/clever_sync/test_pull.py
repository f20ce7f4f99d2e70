"""Pulls: what they bring, how they are resumed, and who may drive them."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from clever_sync.contents import extension_fields
from clever_sync.models import MirrorObject, PageSeal, PullFinding
from clever_sync.privacy import NEVER_KEPT
from clever_sync.sources import SOURCES, UNREADABLE
from core.vocabulary import ConnectionState, PullState
from tests.clever_sync.conftest import World
from tests.clever_sync.everything import BASE_SOURCES

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


def test_A32_extension_fields_that_clever_sends_are_remembered_once(pulled: World) -> None:
    one, two = pulled.ids("student")[:2]
    pulled.control.edit(one, {"roles.student.ext": {"locker": "7", "race": "x", "a b": "c"}})
    first = pulled.pull()
    pulled.control.edit(two, {"roles.student.ext": {"locker": "8"}})
    second = pulled.pull()
    names = ["student.ext.a b", "student.ext.locker"]
    assert sorted(extension_fields(pulled.connection)) == names
    seen = PullFinding.objects.filter(code="extension_field").values_list("pull", "field")
    assert sorted(seen) == [(first.pk, name) for name in names]
    assert "extension_field" not in {**first.finding_counts, **second.finding_counts}
    pulled.assert_mirror_is_truth()


def test_findings_are_bounded_but_all_counted(world: World) -> None:
    world.control.bulk_edit("student", "email", "no address")
    pull = world.pull()
    assert pull.finding_counts["email_invalid"] == 120
    assert PullFinding.objects.filter(pull=pull, code="email_invalid").count() == 100
