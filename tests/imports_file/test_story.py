"""A file brings what Clever does not carry, and the next sync leaves it alone (A08, C27)."""

import pytest
from django.db.models import Q

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import DataType, Policy, RunState, Trigger
from imports.actions import Raised, confirm_run
from imports.changes import Reader, rules
from imports.from_file import actions
from imports.history import history
from imports.models import PlannedChange, Run
from imports.ownership import owners
from imports.undoing.actions import start_undo
from imports.undoing.scope import Scope
from mappings.models import FieldRule
from schools import keeping
from schools.writer import create_person, edit_person
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
from tests.world import ADMIN, World

pytestmark = pytest.mark.django_db(transaction=True)


def test_C27_a_test_of_a_file_changes_nobody_and_the_import_writes_just_that(maple: World) -> None:
    some = students(maple)[:5]
    before = maple.digest()
    test = tried(maple, languages(some))
    assert (test.state, test.trigger) == (RunState.TESTED, Trigger.FILE), test.message
    assert maple.digest() == before
    assert test.counts["student"] == {"update": 5, "unchanged": 0}
    assert test.message == "Test finished. No record was changed. An import would change 5 people."
    run = maple.drive(actions.start_import(test=test, by=ADMIN).run)
    assert run.state == RunState.COMPLETED, run.message
    assert run.message == "5 people were written."
    rows = maple.rows(run)
    assert [(r.before, r.after) for r in rows] == [
        ({"home_language": None}, {"home_language": "Spanish"})
    ] * 5
    assert [r.why for r in rows] == [{"file": "roster.csv", "line": n} for n in range(2, 7)]
    assert {of(person).home_language for person in some} == {"Spanish"}
    assert not Run.objects.filter(trigger=Trigger.FILE).exclude(pull=None), "Clever was not asked"


def test_A08_C27_the_next_sync_leaves_what_a_file_brought(maple: World) -> None:
    some = students(maple)[:5]
    imported(maple, languages(some))
    after = maple.digest()
    for person in some:
        maple.clever.control.edit(person.clever_id or "", {"name.first": "Marigold"})
    maple.clever.control.advance(86_400)
    maple.clever.control.sync()
    sync = maple.sync(EVERY_TYPE)
    assert sync.counts["student"]["update"] == 5
    assert all("home_language" not in row.after for row in maple.rows(sync))
    assert {(of(p).first_name, of(p).home_language) for p in some} == {("Marigold", "Spanish")}
    assert maple.digest() != after
    assert maple.sync(EVERY_TYPE, full=True).counts["student"].get("update", 0) == 0


def test_A08_C27_where_the_rules_map_the_field_later_clever_wins_and_the_log_says_so(
    maple: World,
) -> None:
    person = students(maple)[0]
    imported(maple, languages([person]))
    maple.clever.control.edit(person.clever_id or "", {"roles.student.home_language": "Portuguese"})
    maps_language(maple)
    everybody = Raised({"student": {"many_updates": 100}}, "a field that is new at Clever")
    sync = maple.sync(EVERY_TYPE, full=True, raised=everybody)
    (row,) = maple.rows(sync, person=person)
    assert (row.before["home_language"], row.after["home_language"]) == ("Spanish", "Portuguese")
    assert of(person).home_language == "Portuguese"
    reader = Reader(maple.district, lambda field: True)
    (value,) = reader.values(row, rules(sync))
    assert value.drift.startswith(f"came from roster.csv, line 2, imported by {ADMIN} on ")
    assert value.drift.endswith("; Clever delivers this field now")
    with pytest.raises(ConsoleError, match="Clever delivers Home language for students"):
        tried(maple, languages([person]))


def maps_language(here: World) -> None:
    """The published rules deliver the home language from now on."""
    FieldRule.objects.filter(
        ruleset__district=here.district, ruleset__data_type=DataType.STUDENT, field="home_language"
    ).update(source="student.home_language", policy=Policy.CLEVER_DECIDES)


def test_C27_what_clever_delivers_is_refused_with_a_sentence(maple: World) -> None:
    file = uploaded(maple, csv(("SIS ID", "First"), [("1", "Ada")]))
    with pytest.raises(ConsoleError) as refused:
        actions.start_test(file=file, choice=chosen(file, {"First": "first_name"}), by=ADMIN)
    assert refused.value.sentence == (
        "Clever delivers First name for students, and would set it back at the next sync. Leave the"
        " column out, or set the field to Do Not Import under Match Fields."
    )
    assert not Run.objects.filter(trigger=Trigger.FILE)


@pytest.mark.parametrize("field", ["clever_id", "sis_id", "site", "status", "additional_sites"])
def test_C27_links_places_and_statuses_are_never_written_from_a_file(
    maple: World, field: str
) -> None:
    file = uploaded(maple, csv(("Email", "X"), [("a@b.example", "1")]))
    choice = chosen(file, {"X": field}, key="email", key_column="Email")
    FieldRule.objects.all().delete()
    with pytest.raises(ConsoleError, match="is not written from a file for students"):
        actions.start_test(file=file, choice=choice, by=ADMIN)


def test_C27_nobody_is_made_removed_or_linked_anew_by_a_file(maple: World) -> None:
    people = list(maple.district.people.order_by("pk").values_list("pk", "clever_id", "status"))
    lines = [(p.sis_id, "Spanish") for p in students(maple)[:3]] + [("newcomer", "Hmong")]
    run = imported(maple, csv(("SIS ID", "Language"), lines))
    assert run.state == RunState.COMPLETED_WITH_ERRORS
    assert run.message == "3 people were written. 1 line was left out."
    assert people == list(
        maple.district.people.order_by("pk").values_list("pk", "clever_id", "status")
    )


def test_C27_lines_that_mean_nobody_or_several_are_clear_problems(maple: World) -> None:
    first, second, third = students(maple)[:3]
    double = create_person(
        district=maple.district, data_type=DataType.STUDENT,
        values={"last_name": "Double", "sis_id": second.sis_id or ""}, school=None, by=ADMIN,
    )  # fmt: skip
    lines = [
        (first.sis_id, "Hmong"), ("nobody", "Hmong"), ("", "Hmong"), (second.sis_id, "Hmong"),
        (third.sis_id, "Hmong"), (str(third.sis_id).lower(), "Somali"),
    ]  # fmt: skip
    run = imported(maple, csv(("SIS ID", "Language"), lines))
    assert run.problems == {
        "file_nobody": 1, "file_key_blank": 1, "file_several": 1, "file_line_twice": 2,
    }  # fmt: skip
    rejected = {row.why["line"]: row.why["reason"] for row in maple.rows(run, action="reject")}
    assert rejected == {
        3: "file_nobody", 4: "file_key_blank", 5: "file_several",
        6: "file_line_twice", 7: "file_line_twice",
    }  # fmt: skip
    assert [of(p).home_language for p in (first, second, third, double)] == [
        "Hmong", None, None, None,
    ]  # fmt: skip
    double.delete()


def test_C27_an_empty_cell_leaves_alone_or_clears_as_was_chosen(maple: World) -> None:
    some = students(maple)[:3]
    imported(maple, languages(some))
    blank = languages(some[:2], value="")
    run = imported(maple, blank)
    assert run.counts["student"] == {"unchanged": 2}
    run = imported(maple, blank, clears=True)
    assert run.state == RunState.COMPLETED
    assert [of(p).home_language for p in some] == [None, None, "Spanish"]
    assert [row.after for row in maple.rows(run)] == [{"home_language": None}] * 2


def test_C27_a_locked_field_is_kept_and_shown_as_kept(maple: World) -> None:
    one, other = students(maple)[:2]
    keeping.lock(
        district=maple.district, person_ids=[one.pk], fields=["home_language"], by="office",
        reason="asked the family",
    )  # fmt: skip
    content = csv(
        ("SIS ID", "Language", "State number"),
        [(one.sis_id, "Somali", "CA-1"), (other.sis_id, "Somali", "CA-2")],
    )
    run = imported(maple, content, {"Language": "home_language", "State number": "state_id"})
    assert run.problems == {"file_kept_by_lock": 1}
    (row,) = maple.rows(run, person=one)
    assert row.after == {"state_id": "CA-1"}
    reader = Reader(maple.district, lambda field: True)
    (kept,) = reader.kept(row)
    assert (kept.label, kept.here, kept.clever) == ("Home language", "", "Somali")
    assert (kept.source, kept.by) == ("the file", "locked by office")
    assert (of(one).home_language, of(one).state_id) == (None, "CA-1")
    assert of(other).home_language == "Somali"


def test_C27_a_value_that_cannot_be_keeps_the_field_and_the_rest_is_imported(maple: World) -> None:
    person = students(maple)[0]
    content = csv(("SIS ID", "GPA", "Language"), [(person.sis_id, "3,x", "Somali")], ";")
    run = imported(maple, content, {"GPA": "weighted_gpa", "Language": "home_language"})
    assert run.problems == {"file_value": 1}
    (row,) = maple.rows(run)
    assert row.after == {"home_language": "Somali"}
    assert row.why["left"]["weighted_gpa"].startswith("is not a number below 1000")
    assert of(person).weighted_gpa is None


def test_C27_an_identifier_that_another_record_has_is_not_given_twice(maple: World) -> None:
    one, two, three, four = students(maple)[:4]
    edit_person(person_id=four.pk, changes={"barcode": "B4"}, by=ADMIN)
    lines = [(one.sis_id, "B1"), (two.sis_id, "b4"), (three.sis_id, "B1")]
    run = imported(maple, csv(("SIS ID", "Card"), lines), {"Card": "barcode"})
    assert run.problems == {"file_taken": 3}
    assert {row.exception for row in maple.rows(run)} == {"conflict"}
    assert [of(p).barcode for p in (one, two, three, four)] == [None, None, None, "B4"]
    swap = csv(("SIS ID", "Card"), [(four.sis_id, "B5"), (two.sis_id, "B4")])
    assert imported(maple, swap, {"Card": "barcode"}).state == RunState.COMPLETED
    assert [of(p).barcode for p in (two, four)] == ["B4", "B5"], "one gives up what the other gets"


@pytest.mark.parametrize("key", ["clever_id", "email", "state_id", "student_number"])
def test_C27_people_are_found_by_the_identifier_that_was_chosen(maple: World, key: str) -> None:
    some = students(maple)[:3]
    for number, person in enumerate(some):
        edit_person(person_id=person.pk, changes={"state_id": f"CA-{number}"}, by=ADMIN)
    lines = [(getattr(of(p), key).upper(), "Somali") for p in some]
    run = imported(maple, csv(("Who", "Language"), lines), key=key, key_column="Who")
    assert run.counts["student"]["update"] == 3
    assert [of(p).home_language for p in some] == ["Somali"] * 3


def test_C27_every_value_says_from_which_line_of_which_file_it_came(maple: World) -> None:
    some = students(maple)[:3]
    run = imported(maple, languages(some), name="roster.csv")
    written = owners(of(some[1]))["home_language"].written
    assert written is not None
    assert (written.file, written.by, written.run) == ("roster.csv, line 3", ADMIN, run.pk)
    reader = Reader(maple.district, lambda field: True)
    event = history(of(some[1]), reader).events[0]
    assert (event.why, event.actor) == ("roster.csv, line 3", ADMIN)


def test_C27_C10_an_import_from_a_file_is_undone_whole_by_person_and_by_field(maple: World) -> None:
    some = students(maple)[:4]
    before = maple.digest()
    lines = [(p.sis_id, "Somali", f"CA-{n}") for n, p in enumerate(some)]
    content = csv(("SIS ID", "Language", "State"), lines)
    run = imported(maple, content, {"Language": "home_language", "State": "state_id"})
    after = maple.digest()
    maple.drive(start_undo(run=run, by=ADMIN, scope=Scope(person=some[0].pk)))
    assert (of(some[0]).home_language, of(some[1]).home_language) == (None, "Somali")
    maple.drive(start_undo(run=run, by=ADMIN, scope=Scope(field="state_id")))
    assert [of(p).state_id for p in some] == [None] * 4
    assert of(some[1]).home_language == "Somali"
    undo = maple.drive(start_undo(run=run, by=ADMIN))
    assert (undo.state, maple.digest()) == (RunState.COMPLETED, before)
    for one in Run.objects.filter(trigger=Trigger.UNDO).order_by("-pk"):
        maple.drive(start_undo(run=one, by=ADMIN))
    assert maple.digest() == after


def test_C27_what_changed_since_the_test_asks_first(maple: World) -> None:
    some = students(maple)[:3]
    test = tried(maple, languages(some))
    edit_person(person_id=some[0].pk, changes={"home_language": "Hmong"}, by=ADMIN)
    run = maple.drive(actions.start_import(test=test, by=ADMIN).run)
    assert run.state == RunState.READY
    assert run.message == (
        "Nothing was imported yet. Your decision is needed. Records changed since the test: the"
        " plan differs from the tested one in 2 rows."
    )
    assert of(some[1]).home_language is None
    assert confirm_run(run=run, by=ADMIN)
    run = maple.drive(run)
    assert run.state == RunState.COMPLETED
    assert [of(p).home_language for p in some] == ["Spanish"] * 3


def test_C27_upload_start_and_end_are_audited(maple: World) -> None:
    newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    run = imported(maple, languages(students(maple)[:2]))
    told = AuditEvent.objects.filter(pk__gt=newest).order_by("pk")
    assert [(e.verb, e.actor) for e in told] == [
        (verb, ADMIN)
        for verb in ("file.uploaded", "test of a file started", "file import started",
                     "file imported")
    ]  # fmt: skip
    assert PlannedChange.objects.filter(~Q(why__file="roster.csv"), run=run).count() == 0
