"""What people do here while a run is on: between its plan and its import, or in its midst."""

from clever_sync.actions import check
from clever_sync.models import Connection
from core.vocabulary import BlankPolicy, DataType, Policy, RunState
from imports.models import Run
from mappings.models import FieldRule, Ruleset, SchoolMatch
from schools.models import Person, PersonSite, School
from schools.writer import archive_people, create_person, edit_person
from tests.attack.conftest import At
from tests.locking import locked
from tests.world import ADMIN, World

BEFORE_WRITING = "apply.begins"


def a_student(here: World) -> str:
    return here.students()[4]


def sis_id(here: World, clever_id: str) -> str:
    return str(here.clever.control.person(clever_id)["roles"]["student"]["sis_id"])


def drive_all(here: World) -> list[Run]:
    """Every run that waits, follow-ups too, to its end."""
    runs = []
    while run := Run.objects.filter(
        district=here.district, state__in=["queued", "validating", "importing"]
    ).first():
        runs.append(here.drive(run))
        assert len(runs) < 5, "follow-ups without end"
    return runs


def test_H01_schools_matched_otherwise_during_a_run_count_in_the_next(small: World, at: At) -> None:
    """The plan was made with the old matching, so nobody is settled under the new one."""
    student = a_student(small)
    person = small.person(student)
    match = SchoolMatch.objects.get(district=small.district, school=person.school_id)
    other = School.objects.create(district=small.district, site_code="NEW", name="New")
    small.clever.control.edit(student, {"name.first": "Changed"})

    def rematch() -> None:
        SchoolMatch.objects.filter(pk=match.pk).update(school=other)

    at("plan.checked", rematch)
    small.sync()
    assert small.person(student).school_id == match.school_id
    there = Person.objects.filter(school=match.school_id, kind="student")
    planned = small.rows(small.sync(), after__site=other.pk, data_type="student")
    assert {row.person_id for row in planned} == set(there.values_list("pk", flat=True)) or (
        not there.exists()
    )


def test_a_record_made_by_hand_meanwhile_is_not_doubled(new: World, at: At) -> None:
    student = a_student(new)
    record = new.clever.control.person(student)

    def by_hand() -> None:
        create_person(
            district=new.district,
            data_type=DataType.STUDENT,
            values={
                "sis_id": sis_id(new, student),
                "first_name": record["name"]["first"],
                "last_name": record["name"]["last"],
            },
            school=None,
            by=ADMIN,
        )

    at(BEFORE_WRITING, by_hand)
    new.sync()
    drive_all(new)
    assert Person.objects.filter(sis_id=sis_id(new, student)).count() == 1
    assert new.person(student).sis_id == sis_id(new, student)


def test_a_number_given_by_hand_meanwhile_is_not_doubled(small: World, at: At) -> None:
    """Somebody writes the newcomer's SIS ID into a record without one, just before the import."""
    loose = create_person(
        district=small.district, data_type=DataType.STUDENT,
        values={"first_name": "Wanda", "last_name": "Newcomer"}, school=None, by=ADMIN,
    )  # fmt: skip
    small.clever.control.add_student(
        **{"name": {"first": "Other", "last": "Body"}, "roles.student.sis_id": "555001"}
    )
    at(BEFORE_WRITING, lambda: edit_person(
        person_id=loose.pk, changes={"sis_id": "555001"}, by=ADMIN))  # fmt: skip
    small.sync()
    drive_all(small)
    assert Person.objects.filter(sis_id="555001").count() == 1


def test_H12_a_username_given_by_hand_meanwhile_is_not_doubled(small: World, at: At) -> None:
    student, other = small.students()[4:6]
    small.clever.control.edit(student, {"roles.student.credentials.district_username": "wanted"})
    victim = small.person(other)
    at(BEFORE_WRITING, lambda: edit_person(
        person_id=victim.pk, changes={"username": "wanted"}, by=ADMIN))  # fmt: skip
    small.sync()
    drive_all(small)
    assert Person.objects.filter(username__iexact="wanted").count() == 1


def test_usernames_passed_along_a_chain_end_with_one_owner_each(small: World) -> None:
    """A takes B's, B takes C's, C wants one that somebody else keeps: C cannot, so none can."""
    a, b, c, d = small.students()[2:6]
    for number, student in enumerate((a, b, c, d)):
        small.clever.control.edit(
            student, {"roles.student.credentials.district_username": f"user-{number}"}
        )
    small.sync()
    keeper = small.person(d)
    edit_person(person_id=keeper.pk, changes={"username": "kept-here"}, by=ADMIN)
    locked(keeper, "username")
    for student, name in ((a, "user-1"), (b, "user-2"), (c, "kept-here")):
        small.clever.control.edit(student, {"roles.student.credentials.district_username": name})
    small.sync()
    names = [p.username.lower() for p in small.people(kind="student") if p.username]
    assert len(names) == len(set(names))


def test_a_person_archived_meanwhile_is_not_written_and_not_doubled(small: World, at: At) -> None:
    student = a_student(small)
    person = small.person(student)
    small.clever.control.edit(student, {"name.first": "Changed"})
    at(BEFORE_WRITING, lambda: archive_people(
        district=small.district, person_ids=[person.pk]))  # fmt: skip
    small.sync()
    drive_all(small)
    person.refresh_from_db()
    assert person.first_name != "Changed" or person.archived_at is None
    living = Person.objects.filter(district=small.district, sis_id=sis_id(small, student))
    assert living.filter(archived_at=None).count() <= 1


def test_H12_an_edit_meanwhile_wins_and_is_looked_at_again(small: World, at: At) -> None:
    student = a_student(small)
    small.clever.control.edit(student, {"name.first": "Changed", "roles.student.grade": "11"})
    person = small.person(student)
    at(BEFORE_WRITING, lambda: edit_person(
        person_id=person.pk, changes={"city": "Elsewhere"}, by=ADMIN))  # fmt: skip
    run = small.sync()
    assert [row.exception for row in small.rows(run)] == ["stale"]
    assert small.person(student).city == "Elsewhere"
    drive_all(small)
    assert small.person(student).first_name == "Changed"


def test_a_school_deleted_meanwhile_leaves_everybody_where_they_are(small: World, at: At) -> None:
    """The rows that would move people there are set aside; all others are written."""
    mover, other = small.students()[4:6]
    old = small.person(mover).school_id
    clever_school = small.clever.control.add_school(name="Short-lived")
    check(connection=Connection.objects.get(district=small.district))
    short = School.objects.create(district=small.district, site_code="SHORT", name="Short")
    SchoolMatch.objects.create(
        district=small.district, clever_school_id=clever_school, school=short
    )
    small.clever.control.edit(mover, {
        "roles.student.school": clever_school, "roles.student.schools": [clever_school],
    })  # fmt: skip
    small.clever.control.edit(other, {"name.first": "Changed"})

    def delete() -> None:
        SchoolMatch.objects.filter(school=short).delete()
        PersonSite.objects.filter(school=short).delete()
        School.objects.filter(pk=short.pk).delete()

    at(BEFORE_WRITING, delete)
    run = small.sync()
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
    assert small.person(mover).school_id == old
    assert small.person(other).first_name == "Changed"


def test_H01_a_rule_dropped_during_a_run_blanks_nobody(new: World, at: At) -> None:
    """A run reads what its own rules need, whatever is published meanwhile."""
    active = Ruleset.objects.get(district=new.district, data_type="student", state="active")
    FieldRule.objects.update_or_create(
        ruleset=active, field="weighted_gpa",
        defaults={
            "source": "student.weighted_gpa", "policy": Policy.CLEVER_DECIDES,
            "blank": BlankPolicy.CLEAR,
        },
    )  # fmt: skip
    new.clever.control.special_fields(True)
    student = new.students()[0]
    new.sync()
    assert new.person(student).weighted_gpa is not None
    new.clever.control.edit(student, {"name.first": "Changed"})
    at("run.claimed", lambda: Ruleset.objects.filter(pk=active.pk).update(state="retired"))
    run = new.sync(full=True)
    assert run.settings["student"] == active.pk
    assert [row.after for row in new.rows(run)] == [{"first_name": "Changed"}]
