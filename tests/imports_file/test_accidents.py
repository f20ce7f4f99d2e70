"""What is large waits for a person, and what is refused changes nothing."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from core.problems import ConsoleError
from core.vocabulary import DataType, Policy, RunMode, RunState, Trigger
from imports import purging
from imports.actions import confirm_run, discard_run
from imports.destroying.person import erase
from imports.destroying.pieces import ONLY_CLEVERS, PIECES
from imports.from_file import actions
from imports.models import Brake, FileLine, PeopleFile, Run
from imports.queries import last_import, last_test
from mappings.models import FieldRule
from schools.models import District
from schools.writer import edit_person
from tests.imports_file.conftest import (
    EVERY_TYPE,
    chosen,
    csv,
    imported,
    languages,
    of,
    students,
    tried,
    uploaded,
)
from tests.imports_file.test_story import maps_language
from tests.world import ADMIN, World

pytestmark = pytest.mark.django_db(transaction=True)


def test_C27_C08_a_field_for_everybody_is_no_accident_but_replacing_it_is(maple: World) -> None:
    everybody = students(maple)
    run = imported(maple, languages(everybody))
    assert run.state == RunState.COMPLETED, "what fills blanks is what files are for"
    run = imported(maple, languages(everybody, "Klingon"))
    assert run.state == RunState.READY
    assert run.problems == {"file_many_updates": 60}
    assert run.message == (
        "Nothing was imported yet. Your decision is needed. Unusually many values would be replaced"
        " (60 people)."
    )
    assert of(everybody[0]).home_language == "Spanish"
    assert confirm_run(run=run, by=ADMIN)
    assert maple.drive(run).state == RunState.COMPLETED
    assert of(everybody[0]).home_language == "Klingon"


def test_C27_C08_clearing_one_field_for_many_waits_and_may_be_discarded(maple: World) -> None:
    some = students(maple)[:10]
    imported(maple, languages(some))
    test = tried(maple, languages(some, ""), clears=True)
    assert test.problems == {"file_many_blanked": 10}
    assert test.message.endswith("It would ask once more first, because it is large.")
    run = maple.drive(actions.start_import(test=test, by=ADMIN).run)
    assert run.state == RunState.READY
    assert "One field would be emptied for unusually many: Home language (10 people)" in run.message
    assert discard_run(run=run, by=ADMIN)
    assert {of(p).home_language for p in some} == {"Spanish"}


def test_C27_C08_lines_that_mean_nobody_wait_when_they_are_many(maple: World) -> None:
    lines = [(f"x{n}", "Spanish") for n in range(30)] + [(students(maple)[0].sis_id, "Spanish")]
    run = imported(maple, csv(("SIS ID", "Language"), lines))
    assert run.state == RunState.READY
    assert "Unusually many lines cannot be used (30 of 31 lines)." in run.message


def test_C27_C08_brakes_of_the_district_hold_for_files_too(maple: World) -> None:
    Brake.objects.create(
        district=maple.district,
        data_type="student",
        name="many_blanked",
        off=True,
        reason="why not",
    )
    some = students(maple)[:10]
    imported(maple, languages(some))
    assert imported(maple, languages(some, ""), clears=True).state == RunState.COMPLETED


def test_C27_a_plan_that_waited_is_not_written_where_clever_delivers_the_field_by_now(
    maple: World,
) -> None:
    everybody = students(maple)
    imported(maple, languages(everybody))
    run = imported(maple, languages(everybody, "Klingon"))
    maps_language(maple)
    with pytest.raises(ConsoleError, match="Clever delivers a field of this file now"):
        confirm_run(run=run, by=ADMIN)
    run.refresh_from_db()
    assert run.state == RunState.READY


def test_C27_somebody_who_is_edited_while_the_plan_waits_stays_as_edited(maple: World) -> None:
    everybody = students(maple)
    imported(maple, languages(everybody))
    run = imported(maple, languages(everybody, "Klingon"))
    edit_person(person_id=everybody[0].pk, changes={"home_language": "Hmong"}, by=ADMIN)
    confirm_run(run=run, by=ADMIN)
    run = maple.drive(run)
    assert run.state == RunState.COMPLETED_WITH_ERRORS
    assert run.message == (
        "59 people were written. 1 person changed here just meanwhile and stayed as they are."
        " Import the file again to look at them."
    )
    assert (of(everybody[0]).home_language, of(everybody[1]).home_language) == ("Hmong", "Klingon")


def test_C27_a_test_that_is_imported_already_starts_nothing_more(maple: World) -> None:
    test = tried(maple, languages(students(maple)[:2]))
    first = actions.start_import(test=test, by=ADMIN)
    again = actions.start_import(test=test, by=ADMIN)
    assert (first.created, again.created, again.run) == (True, False, first.run)
    maple.drive(first.run)
    assert not actions.start_import(test=test, by=ADMIN).created
    assert Run.objects.filter(trigger=Trigger.FILE, mode=RunMode.LIVE).count() == 1


def test_C27_a_form_sent_twice_starts_one_test_and_another_run_is_named(maple: World) -> None:
    file = uploaded(maple, languages(students(maple)[:2]))
    other = uploaded(maple, languages(students(maple)[:2]))
    first = actions.start_test(file=file, choice=chosen(file), by=ADMIN)
    again = actions.start_test(file=file, choice=chosen(file), by=ADMIN)
    assert (first.created, again.created, again.run) == (True, False, first.run)
    with pytest.raises(ConsoleError, match=f"Run #{first.run.pk} is going on. Try again"):
        actions.start_test(file=other, choice=chosen(other), by=ADMIN)
    with pytest.raises(ConsoleError, match=f"Run #{first.run.pk} reads this file just now"):
        actions.remove(file=file, by=ADMIN)
    maple.drive(first.run)


def test_C27_tests_that_are_old_unfinished_or_of_a_sync_cannot_be_imported(maple: World) -> None:
    test = tried(maple, languages(students(maple)[:2]))
    sync = maple.test(EVERY_TYPE)
    with pytest.raises(ConsoleError, match="not finished"):
        actions.start_import(test=sync, by=ADMIN)
    Run.objects.filter(pk=test.pk).update(finished_at=timezone.now() - timedelta(hours=25))
    test.refresh_from_db()
    with pytest.raises(ConsoleError, match="more than 24 hours old"):
        actions.start_import(test=test, by=ADMIN)
    Run.objects.filter(pk=test.pk).update(finished_at=timezone.now())
    test.refresh_from_db()
    assert test.file is not None
    assert actions.remove(file=test.file, by=ADMIN)
    assert not actions.remove(file=test.file, by=ADMIN), "once is enough"
    test.refresh_from_db()
    with pytest.raises(ConsoleError, match="not kept any more"):
        actions.start_import(test=test, by=ADMIN)


def test_C27_a_file_is_neither_the_last_sync_nor_the_last_test(maple: World) -> None:
    sync, test = last_import(maple.district), maple.test(EVERY_TYPE)
    imported(maple, languages(students(maple)[:2]))
    assert last_import(maple.district) == sync
    assert last_test(maple.district) == test


def test_C27_B04_cells_of_what_never_enters_the_console_are_not_kept(maple: World) -> None:
    content = csv(("SIS ID", "Language", "Free Lunch", "IEP"), [("1", "Somali", "yes", "secret")])
    file = uploaded(maple, content)
    assert file.left_out == ["Free Lunch", "IEP"]
    assert FileLine.objects.get(file=file).cells == ["1", "Somali", "", ""]
    with pytest.raises(ConsoleError, match="A column that is not read cannot be imported"):
        actions.start_test(file=file, choice=chosen(file, {"IEP": "home_language"}), by=ADMIN)


def test_C27_a_broken_file_leaves_nothing_behind(maple: World) -> None:
    for content in (b"SIS ID,Language\n1,a\n2\n", b"SIS ID,Language\n", b"SIS ID;X\n" + b"\x81;"):
        with pytest.raises(ConsoleError):
            uploaded(maple, content)
    assert not PeopleFile.objects.exists()
    assert not FileLine.objects.exists()


def test_C27_F82_the_lines_of_a_file_go_after_30_days_and_their_run_says_so(maple: World) -> None:
    test = tried(maple, languages(students(maple)[:3]))
    kept = uploaded(maple, languages(students(maple)[:2]))
    assert test.file is not None
    old = timezone.now() - timedelta(days=31)
    PeopleFile.objects.filter(pk=test.file.pk).update(uploaded_at=old)
    done, finished = purging.purge(timezone.now())
    assert (finished, done["lines"]) == (True, 3)
    assert list(FileLine.objects.values_list("file").distinct()) == [(kept.pk,)]
    test.refresh_from_db()
    with pytest.raises(ConsoleError, match="not kept any more"):
        actions.start_import(test=test, by=ADMIN)


def test_C27_lines_that_were_purged_before_they_were_planned_import_nothing(maple: World) -> None:
    file = uploaded(maple, languages(students(maple)[:3]))
    run = actions.start_test(file=file, choice=chosen(file), by=ADMIN).run
    PeopleFile.objects.update(purged_at=timezone.now())
    run = maple.drive(run)
    assert run.state == RunState.CANCELLED
    assert run.message.endswith("so nothing was imported. Upload the file again.")


def test_C27_people_of_another_district_are_nobody(maple: World) -> None:
    person = students(maple)[0]
    elm = District.objects.create(slug="elm", name="Elm", time_zone="UTC")
    other = World(maple.clever, elm)
    test = tried(other, languages([person]))
    assert test.problems == {"file_nobody": 1}


def test_C27_a_field_of_somebodys_other_role_is_kept(maple: World) -> None:
    teacher = maple.people(roles=["teacher"])[0]
    maple.district.people.filter(pk=teacher.pk).update(roles=["staff", "teacher"])
    FieldRule.objects.filter(
        ruleset__data_type=DataType.STAFF, ruleset__district=maple.district, field="title"
    ).update(source="staff.title", policy=Policy.CLEVER_DECIDES)
    FieldRule.objects.filter(
        ruleset__data_type=DataType.TEACHER, ruleset__district=maple.district, field="title"
    ).update(source="", policy=Policy.DO_NOT_IMPORT)
    test = tried(
        maple, csv(("SIS ID", "Title"), [(teacher.sis_id, "Head of Music")]),
        {"Title": "title"}, data_type=DataType.TEACHER,
    )  # fmt: skip
    assert test.problems == {"file_delivered": 1}


def test_C27_C34_an_order_destroys_the_lines_and_keeps_whom_a_file_has_touched(
    maple: World,
) -> None:
    touched, other = students(maple)[:2]
    imported(maple, languages([touched]))
    names = {"district": maple.district.pk}
    with database.cursor() as cursor:
        cursor.execute(f"SELECT p.id {ONLY_CLEVERS}", names)
        only = {row[0] for row in cursor.fetchall()}
        assert touched.pk not in only
        assert other.pk in only
        for statement in PIECES["lines"]:
            cursor.execute(statement, {**names, "piece": 10})
    assert not FileLine.objects.exists()
    assert not PeopleFile.objects.filter(purged_at=None).exists()


def test_C27_C34_whoever_is_erased_stands_in_no_line_and_no_row_of_a_file(maple: World) -> None:
    person = students(maple)[0]
    double = csv(("SIS ID", "Language"), [(person.sis_id, "Somali"), (person.sis_id, "Hmong")])
    test = tried(maple, double)
    assert [row.why["said"] for row in maple.rows(test)] == [person.sis_id] * 2
    erase(district=maple.district, person_id=person.pk, keep_out=True, by=ADMIN, now=timezone.now())
    assert not maple.rows(test)
    assert not FileLine.objects.exists()
    Run.objects.filter(pk=test.pk).update(counts={})
