"""The fourteen accidents: each ends with nobody removed, nobody doubled, and one sentence."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.vocabulary import RunState, Status
from imports.models import Run
from mappings.models import FieldRule
from schools.models import Person
from tests.world import World, assert_invariants, world

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = {"students": 80, "teachers": 10, "schools": 4, "seed": 3}


@pytest.fixture
def maple(settings: Any, no_pauses: None) -> Iterator[World]:
    """A district that was imported yesterday; Clever has synced again since."""
    settings.CLEVER_PAGE_SIZE = 25
    with world(**SIZE) as ready:
        ready.connect()
        assert ready.sync().state == RunState.COMPLETED
        ready.clever.control.advance(86_400)
        ready.clever.control.sync()
        yield ready
        assert_invariants(ready)


def nobody_is_lost(here: World, accident: Callable[[], object]) -> Run:
    """Lets the accident happen, syncs, and looks: nobody removed, nobody doubled, a sentence."""
    people, digest = Person.objects.count(), here.digest()
    accident()
    run = here.sync()
    assert Person.objects.filter(status=Status.TRANSFERRED).count() == 0
    assert Person.objects.count() == people
    assert run.message
    if run.state == RunState.FAILED:
        assert here.digest() == digest
    return run


def faults(here: World, *rules: dict[str, Any]) -> Callable[[], None]:
    return lambda: here.clever.control.faults(list(rules))


def only_gone_students(here: World) -> int:
    return sum(len(here.rows(h.run, hold=h)) for h in here.holds() if h.data_type == "student")


def test_F48_accident_1_an_empty_list(maple: World) -> None:
    run = nobody_is_lost(maple, faults(maple, {"do": "empty_list", "path": "/users"}))
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
    assert {hold.data_type for hold in maple.holds()} == {"student", "teacher"}


def test_F38_accident_2_the_first_page_only(maple: World) -> None:
    run = nobody_is_lost(
        maple,
        faults(maple, {"do": "early_end", "path": "/users", "role": "student", "consistent": True}),
    )
    assert run.state == RunState.COMPLETED
    assert "list of students could not be proved complete" in run.message
    assert run.problems["walk_unproved"] == 1


def test_F37_accident_3_a_cursor_loop(maple: World) -> None:
    run = nobody_is_lost(maple, faults(maple, {"do": "loop", "path": "/users", "how": "same"}))
    assert "could not be proved complete" in run.message


def test_F36_accident_4_html_instead_of_json(maple: World) -> None:
    run = nobody_is_lost(maple, faults(maple, {"do": "html", "path": "/users"}))
    assert run.state == RunState.FAILED


def test_F35_accident_5_truncated_json(maple: World) -> None:
    run = nobody_is_lost(
        maple, faults(maple, {"do": "truncate", "path": "/users", "at": 900, "length": "short"})
    )
    assert run.state == RunState.FAILED


def test_F46_accident_6_a_401_in_mid_walk(maple: World) -> None:
    rule = {"do": "status", "status": 401, "path": "/users", "role": "student", "on": "2-"}
    run = nobody_is_lost(maple, faults(maple, rule))
    assert (run.state, run.failure) == (RunState.FAILED, "clever_token_refused")
    maple.district.connection.refresh_from_db()
    assert maple.district.connection.state == "needs_attention"
    assert run.events.filter(kind="connection_needs_attention").count() == 1


def test_F47_accident_7_a_404_on_the_district(maple: World) -> None:
    rule = {"do": "status", "status": 404, "path": "/districts"}
    run = nobody_is_lost(maple, faults(maple, rule))
    assert (run.state, run.failure) == (RunState.FAILED, "clever_disconnected")
    maple.district.connection.refresh_from_db()
    assert maple.district.connection.state == "disconnected"


def test_F51_accident_8_another_districts_token(maple: World) -> None:
    run = nobody_is_lost(maple, faults(maple, {"do": "other_district", "path": "/districts"}))
    assert (run.state, run.failure) == (RunState.FAILED, "wrong_district")


def test_F49_accident_9_one_school_gone(maple: World) -> None:
    school = maple.clever.control.schools()[0]["id"]
    there = Person.objects.filter(kind="student", school__matches__clever_school_id=school).count()
    run = nobody_is_lost(maple, lambda: maple.clever.control.unshare_school(school))
    assert maple.holds(), run.message
    assert 0 < only_gone_students(maple) <= there


def test_F48_accident_10_one_role_gone(maple: World) -> None:
    run = nobody_is_lost(maple, lambda: maple.clever.control.share_role("teacher", False))
    assert {hold.data_type for hold in maple.holds()} == {"teacher"}
    assert run.counts["student"].get("transfer", 0) == 0


def test_F57_accident_11_nulls_everywhere(maple: World) -> None:
    names = {person.pk: (person.first_name, person.email) for person in maple.people()}

    def nulls() -> None:
        for path in ("email", "name.first", "sis_id", "grade", "dob", "location", "credentials"):
            maple.clever.control.bulk_edit("student", path, {"$null": True})

    nobody_is_lost(maple, nulls)
    assert {p.pk: (p.first_name, p.email) for p in maple.people()} == names


def test_F73_accident_12_the_student_id_field_remapped(maple: World) -> None:
    before = maple.digest()

    def remap() -> None:
        FieldRule.objects.filter(
            ruleset__district=maple.district, ruleset__data_type="student", field="sis_id"
        ).update(source="student.state_id")
        Person.objects.update(unsettled=True)

    run = nobody_is_lost(maple, remap)
    assert run.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
    assert maple.digest() == before, "most students would change: held"
    assert {hold.cause for hold in maple.holds()} == {"many_updates"}


def test_F61_accident_13_every_grade_code_changed(maple: World) -> None:
    before = maple.digest()
    run = nobody_is_lost(
        maple,
        lambda: maple.clever.control.bulk_edit("student", "grade", {"$format": "G-{value}"}),
    )
    assert maple.digest() == before
    assert run.problems["code_unknown"] > 70


def test_F50_accident_14_a_paused_district_with_thousands_missing(maple: World) -> None:
    def pause_and_miss() -> None:
        maple.clever.control.set_state("paused", pause_end="2027-08-01")
        for who in maple.students()[:60]:
            maple.clever.control.remove(who)

    run = nobody_is_lost(maple, pause_and_miss)
    assert run.state == RunState.COMPLETED
    assert maple.holds() == []
