"""The fourteen accidents: each ends with nobody removed, nobody doubled, and one sentence."""

from collections.abc import Callable
from typing import Any

import pytest

from clever_sync.models import MirrorObject
from core.vocabulary import RunState, Status
from imports.models import Run
from mappings.models import FieldRule, SchoolMatch
from schools.models import Person
from tests.faults.looking_on import seen_on_its_pages
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
STUDENTS = {"path": "/users", "role": "student"}


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
        assert run.message.endswith("Nothing was imported by this run.")
        assert run.events.filter(kind="failed", details={"code": run.failure}).count() == 1
    seen_on_its_pages(here, run)
    return run


def users_asked(here: World, since: int) -> int:
    return here.clever.requests.count("/users", role="student") - since


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
    before = users_asked(maple, 0)
    run = nobody_is_lost(maple, faults(maple, {"do": "loop", "how": "same", **STUDENTS}))
    assert run.state == RunState.COMPLETED
    assert "list of students could not be proved complete" in run.message
    assert run.problems["cursor_loop"] == run.problems["walk_unproved"] == 1
    assert users_asked(maple, before) == 2, "noticed at the first repeat"


@pytest.mark.parametrize("how", ["self", "back"])
def test_F37_a_next_link_that_leads_back_is_not_followed(maple: World, how: str) -> None:
    newcomer = maple.clever.control.add_student(first="Ines", last="Newcomer", sis_id="990017")
    people = Person.objects.count()
    maple.clever.control.faults([{"do": "loop", "how": how, "path": "/users"}])
    run = maple.sync()
    assert run.state == RunState.COMPLETED
    assert run.problems["next_ignored"] >= 1
    assert maple.person(newcomer).last_name == "Newcomer"
    assert Person.objects.count() == people + 1


def test_F36_accident_4_html_instead_of_json(maple: World) -> None:
    before = users_asked(maple, 0)
    run = nobody_is_lost(
        maple, faults(maple, {"do": "html", "body": f"<h1>Sorry {maple.clever.token}", **STUDENTS})
    )
    assert (run.state, run.failure) == (RunState.FAILED, "unexpected_answer")
    assert "Sorry" in run.message and maple.clever.token not in run.message
    assert users_asked(maple, before) == 6, "asked for five times more, and then no more"


def test_F36_json_of_another_shape_is_no_roster(maple: World) -> None:
    shapes: list[object] = [{}, [], {"data": None}, {"data": [1, 2]}, "roster"]
    for value in shapes:
        run = nobody_is_lost(maple, faults(maple, {"do": "json", "value": value, **STUDENTS}))
        assert (run.state, run.failure) == (RunState.FAILED, "unexpected_answer")


def test_F35_accident_5_truncated_json(maple: World) -> None:
    run = nobody_is_lost(
        maple, faults(maple, {"do": "truncate", "path": "/users", "at": 900, "length": "short"})
    )
    assert (run.state, run.failure, run.rests) == (RunState.FAILED, "clever_unavailable", 3)


def test_F46_accident_6_a_401_in_mid_walk(maple: World) -> None:
    rule = {"do": "status", "status": 401, "path": "/users", "role": "student", "on": "2-"}
    before = maple.clever.requests.count("/oauth/tokens")
    run = nobody_is_lost(maple, faults(maple, rule))
    assert (run.state, run.failure, run.rests) == (RunState.FAILED, "clever_token_refused", 0)
    assert maple.clever.requests.count("/oauth/tokens") - before == 2, "read once more: no storm"
    maple.district.connection.refresh_from_db()
    assert maple.district.connection.state == "needs_attention"
    assert run.events.filter(kind="connection_needs_attention").count() == 1


@pytest.mark.parametrize("status", [403, 404])
def test_F47_accident_7_a_404_on_the_district(maple: World, status: int) -> None:
    rule = {"do": "status", "status": status, "path": "/districts"}
    run = nobody_is_lost(maple, faults(maple, rule))
    assert (run.state, run.failure) == (RunState.FAILED, "clever_disconnected")
    maple.district.connection.refresh_from_db()
    assert maple.district.connection.state == "disconnected"
    assert run.counts == {}, "never taken for nobody there"
    assert maple.holds() == []


def test_F51_accident_8_another_districts_token(maple: World) -> None:
    before = users_asked(maple, 0)
    run = nobody_is_lost(maple, faults(maple, {"do": "other_district", "path": "/districts"}))
    assert (run.state, run.failure) == (RunState.FAILED, "wrong_district")
    assert users_asked(maple, before) == 0, "refused before anything was read"
    assert not MirrorObject.objects.filter(changed_in=run.pull).exists()


def test_F49_accident_9_one_school_gone(maple: World) -> None:
    first, second, *_ = (each["id"] for each in maple.clever.control.schools())
    there = Person.objects.filter(kind="student", school__matches__clever_school_id=first).count()
    local = SchoolMatch.objects.get(clever_school_id=first).school
    other = Person.objects.filter(kind="student", school__matches__clever_school_id=second)[0]

    def unshare() -> None:
        maple.clever.control.edit(str(other.clever_id), {"name.first": "Marigold"})
        maple.clever.control.unshare_school(first)

    run = nobody_is_lost(maple, unshare)
    held = [hold for hold in maple.holds() if hold.data_type == "student"]
    assert local is not None
    assert {row["school"] for hold in held for row in hold.schools} == {local.pk}, run.message
    assert 0 < only_gone_students(maple) <= there
    other.refresh_from_db()
    assert other.first_name == "Marigold", "everything else is applied"
    assert SchoolMatch.objects.get(clever_school_id=first).school == local, "matching is kept"


def test_F48_accident_10_one_role_gone(maple: World) -> None:
    run = nobody_is_lost(maple, lambda: maple.clever.control.share_role("teacher", False))
    assert {hold.data_type for hold in maple.holds()} == {"teacher"}
    assert run.counts["student"].get("transfer", 0) == 0


def test_F48_no_schools_at_all_move_nobody(maple: World) -> None:
    before = maple.digest()
    matches = SchoolMatch.objects.count()
    nobody_is_lost(maple, faults(maple, {"do": "empty_list", "path": "/schools"}))
    assert maple.digest() == before
    assert SchoolMatch.objects.count() == matches


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


@pytest.mark.parametrize("state", ["paused", "pending", "error"])
def test_F50_accident_14_a_paused_district_with_thousands_missing(maple: World, state: str) -> None:
    students = maple.students()

    def pause_and_miss() -> None:
        maple.clever.control.set_state(state, pause_end="2027-08-01")
        maple.clever.control.edit(students[-1], {"name.first": "Marigold"})
        for who in students[:60]:
            maple.clever.control.remove(who)

    run = nobody_is_lost(maple, pause_and_miss)
    assert run.state == RunState.COMPLETED
    assert maple.holds() == []
    assert maple.person(students[-1]).first_name == "Marigold", "adds and updates go on"
    assert f"Clever's sync is {state}, so nobody was marked as gone." in run.message
    connection = maple.district.connection
    connection.refresh_from_db()
    assert connection.clever_state == state
    assert str(connection.pause_end)[:10] == "2027-08-01", "for the banner"
