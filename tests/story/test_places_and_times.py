"""Who is in scope and where they stand; coming, leaving and coming back; and one way only."""

import json
from typing import Any

import pytest
from django.db import connection

from clever_sync.models import Connection, MirrorObject
from core.fault_points import install
from core.vocabulary import DataType, RunMode, RunState
from imports.actions import start_run
from imports.driver import drive
from imports.models import Run
from imports.words import STATES
from schools.models import Person
from tests.story.terminal import Town, does, tells

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def by_site(elm: Town) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in elm.records():
        found[row["site"]] = found.get(row["site"], 0) + 1
    return found


def shared_by_site(elm: Town) -> dict[str, int]:
    found: dict[str, int] = {}
    for person in elm.shared("student"):
        site = elm.sites()[person["roles"]["student"]["school"]]
        found[site] = found.get(site, 0) + 1
    return found


def test_A41_A42_B24_people_of_chosen_schools_only_then_of_all(elm: Town) -> None:
    everybody = shared_by_site(elm)
    later, *chosen = sorted(everybody, key=everybody.__getitem__)
    elm.sets(schools=chosen)
    elm.runs("--types", "student")
    assert by_site(elm) == {site: everybody[site] for site in chosen}
    elm.sets(schools="all")
    elm.runs("--types", "student")
    assert by_site(elm) == everybody
    assert len(everybody) == 3

    elm.sets(schools=chosen)
    before = {row["clever_id"]: row for row in elm.records()}
    inside, outside = (
        next(who for who, row in before.items() if row["site"] == site)
        for site in (chosen[0], later)
    )
    for who in (inside, outside):
        elm.clever.control.edit(who, {"name.first": "Marigold"})
    elm.runs("--types", "student", "--full")
    assert elm.record(inside)["first_name"] == "Marigold"
    assert elm.record(outside) == before[outside], "not chosen: untouched, and no leaver"


def test_B24_an_unmatched_school_gives_no_wrong_site(elm: Town) -> None:
    elm.runs("--types", "student")
    school, *_ = elm.clever.control.schools()
    there = elm.sites()[school["id"]]
    before = {row["clever_id"]: row for row in elm.records() if row["site"] == there}
    blank = elm.file("pairs.csv", ["clever_school_id,site_code", f"{school['id']},"])
    does("match_schools", elm.slug, "--file", blank)
    new = elm.clever.control.add_student(first="Ada", last="Okafor", school=school["id"])
    run = elm.runs("--types", "student")
    assert run["problems"]["school_not_synced"] == len(before)
    assert {row["clever_id"]: row for row in elm.records() if row["site"] == there} == before
    assert new not in {row["clever_id"] for row in elm.records()}
    again = elm.file("pairs.csv", ["clever_school_id,site_code", f"{school['id']},{there}"])
    does("match_schools", elm.slug, "--file", again)
    elm.runs("--types", "student")
    assert elm.record(new)["site"] == there


def test_B03_what_is_not_shared_never_appears(elm: Town) -> None:
    school, *_ = elm.clever.control.schools()
    hidden = {
        p["id"] for p in elm.shared("student") if p["roles"]["student"]["school"] == school["id"]
    }
    elm.clever.control.unshare_school(school["id"])
    elm.clever.control.share_role("teacher", False)
    elm.runs("--types", "student")
    known = set(MirrorObject.objects.filter(gone_in=None).values_list("clever_id", flat=True))
    assert hidden
    assert not hidden & known
    assert not hidden & {row["clever_id"] for row in elm.records()}
    assert {row["clever_id"] for row in elm.records()} == {p["id"] for p in elm.shared("student")}
    assert elm.records("teacher") == []


SECRETS = {
    "roles.student.race": "SecretRace",
    "roles.student.hispanic_ethnicity": "SecretEthnicity",
    "roles.student.ell_status": "SecretEll",
    "roles.student.iep_status": "SecretIep",
    "roles.student.frl_status": "SecretLunch",
    "roles.student.section_504_status": "SecretPlan",
    "roles.student.gifted_status": "SecretGift",
    "roles.student.disability": {"disability_type": "SecretDisability"},
    "roles.student.ext": {"medical_alert": "SecretHealth", "absences": "SecretAbsence"},
    "roles.student.final_mark": "SecretMark",
}


def test_B04_no_marks_health_or_special_education_is_stored_anywhere(elm: Town) -> None:
    who = elm.shared("student")[0]["id"]
    elm.clever.control.edit(who, SECRETS)
    elm.runs("--types", "student,teacher,staff")
    assert elm.record(who)
    kept = everything()
    assert who in kept, "the dump sees what is kept"
    assert "Secret" not in kept
    gpa = elm.clever.control.person(who)["roles"]["student"]["weighted_gpa"]
    payload = MirrorObject.objects.get(clever_id=who).payload
    assert gpa
    assert not [key for key in payload if "gpa" in key]


def everything() -> str:
    """The whole database as text."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            texts.append(cursor.fetchone()[0] or "")
    return "\n".join(texts)


def test_B09_B14_from_the_sis_to_here_and_nothing_back(elm: Town) -> None:
    elm.runs()
    one = elm.shared("student")[0]
    control = elm.clever.control
    control.edit(one["id"], {"name.first": "Marigold"})
    sis_id = one["roles"]["student"]["sis_id"]
    elm.loads(["sis_id,address", f"{sis_id},1 Local Street"], "--update")
    before = [control.people(role=role, limit=1000) for role in ("student", "teacher", "staff")]
    control.clear_requests()
    elm.runs("--full")
    assert elm.record(one["id"])["first_name"] == "Marigold"
    after = [control.people(role=role, limit=1000) for role in ("student", "teacher", "staff")]
    assert after == before
    asked = control.requests()
    assert {r["method"] for r in asked} == {"GET"}, asked
    assert any("/users" in r["path"] for r in asked)


def test_B11_B12_B15_a_full_sync_at_any_time_overwrites_what_it_syncs(elm: Town) -> None:
    elm.runs()
    one = elm.shared("student")[0]
    sis_id = one["roles"]["student"]["sis_id"]
    elm.loads(["sis_id,first_name,city,barcode", f"{sis_id},Local,Localton,B-17"], "--update")
    for _ in range(2):
        run = elm.runs("--full")
        assert Run.objects.get(pk=run["run"]).pull.kind == "full"  # type: ignore[union-attr]
    now = elm.record(one["id"])
    assert now["first_name"] == one["name"]["first"]
    assert now["city"] == one["roles"]["student"]["location"]["city"]
    assert now["barcode"] == "B-17", "not synced: kept"
    drift, nothing = Run.objects.order_by("-pk")[:2][::-1]
    (row,) = elm.changes(drift.pk)
    assert row["before"]["first_name"] == "Local"
    assert elm.changes(nothing.pk) == []


def test_B13_who_is_new_gets_the_defaults_of_the_district(elm: Town) -> None:
    known, *_ = elm.shared("student")
    sis_id = known["roles"]["student"]["sis_id"]
    elm.loads(["sis_id,last_name", f"{sis_id},{known['name']['last']}"])
    elm.sets(defaults={"home_language": "English", "barcode": "none-yet"})
    elm.runs("--types", "student")
    new = [row for row in elm.records() if row["clever_id"] != known["id"]]
    assert len(new) == 23
    assert {(r["home_language"], r["barcode"]) for r in new} == {("English", "none-yet")}
    assert elm.record(known["id"])["home_language"] is None
    assert all(row["first_name"] and row["site"] for row in new)


def test_B07_B08_B23_B32_changed_moved_removed_and_back(elm: Town) -> None:
    elm.runs()
    changed, moved, removed, suspended = (p["id"] for p in elm.shared("student")[:4])
    control = elm.clever.control
    ids = {row["clever_id"]: row["id"] for row in elm.records()}
    assert {row["status"] for row in elm.records()} == {1}
    sis_id = elm.record(suspended)["sis_id"]
    elm.loads(["sis_id,status", f"{sis_id},3"], "--update")
    other = next(s for s, site in elm.sites().items() if site != elm.record(moved)["site"])
    control.edit(changed, {"name.last": "Marigold"})
    control.edit(moved, {"roles.student.school": other, "roles.student.schools": [other]})
    control.remove(removed)
    elm.runs()
    assert elm.record(changed)["last_name"] == "Marigold"
    assert elm.record(moved)["site"] == elm.sites()[other]
    assert elm.record(removed)["status"] == 4
    assert elm.record(suspended)["status"] == 3, "what people set here stays"
    assert {row["clever_id"]: row["id"] for row in elm.records()} == ids, "nobody is deleted"
    control.bring_back(removed)
    elm.runs()
    assert (elm.record(removed)["status"], elm.record(removed)["id"]) == (1, ids[removed])


def test_B39_the_id_and_the_complete_url_are_stored_alike(elm: Town) -> None:
    kept = elm.clever.district_id
    for text in (
        kept.upper(),
        f"https://clever.com/oauth/instant-login?client_id=4c63c1cf623dce82caac&district_id={kept}",
        f"  {kept} ",
    ):
        told = tells("connect_clever", elm.slug, text)
        assert (told["clever_district_id"], told["schools"]) == (kept, 3)
        assert Connection.objects.get().clever_district_id == kept


def test_A48_A49_tests_as_often_as_one_likes_change_nobody(elm: Town) -> None:
    before = elm.digest()
    plans = [plan(elm, elm.runs("--test")["run"]) for _ in range(3)]
    assert plans[0] == plans[1] == plans[2]
    assert len(plans[0]) == 28
    assert (elm.digest(), Person.objects.count()) == (before, 0)
    assert plan(elm, elm.runs()["run"]) == plans[0]


def plan(elm: Town, run: int) -> list[dict[str, Any]]:
    return [{k: v for k, v in r.items() if k not in ("run", "outcome")} for r in elm.changes(run)]


def test_A50_A51_start_import_is_validated_before_anything_is_written(elm: Town) -> None:
    """The import that a test is followed by, watched where it is about to begin."""
    tested = Run.objects.get(pk=elm.runs("--test")["run"])
    run = start_run(
        district=tested.district, mode=RunMode.LIVE, requested_by="ana@elm.example",
        data_types=[DataType.STUDENT, DataType.TEACHER], tested_run=tested,
    ).run  # fmt: skip
    seen: list[tuple[str, str, int]] = []

    def look(point: str) -> None:
        state = Run.objects.get(pk=run.pk).state
        seen.append((point, STATES[state].label, Person.objects.count()))

    install(look)
    try:
        ended = drive(run.pk, sleep=lambda _: None)
    finally:
        install(None)
    before = [label for point, label, _ in seen if point.startswith(("pull.", "plan."))]
    assert set(before) == {"Validation in Progress"}
    assert ("apply.begins", "Importing", 0) in seen
    assert (ended.state, Person.objects.count()) == (RunState.COMPLETED, 28)
    again = start_run(
        district=ended.district, mode=RunMode.LIVE, requested_by="ana@elm.example",
        data_types=[DataType.STUDENT],
    )  # fmt: skip
    assert again.created, "B11: once the first import is done, at any time"
    assert json.dumps(drive(again.run.pk).counts["student"]) != "{}"
