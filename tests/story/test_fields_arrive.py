"""Which fields come from Clever, each through a real import, and which are left alone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.vocabulary import Status
from tests.story.terminal import Town, does, iso, refuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def expected_student(person: dict[str, Any], sites: dict[str, str]) -> dict[str, Any]:
    """What fields.md says that a student becomes when nobody has touched a rule."""
    role, name = person["roles"]["student"], person["name"]
    place = role["location"]
    grade = {"Kindergarten": "K", "PreKindergarten": "PK"}.get(role["grade"], role["grade"])
    others = sorted(sites[s] for s in role["schools"] if s != role["school"])
    return {
        "clever_id": person["id"],
        "sis_id": role["sis_id"],
        "student_number": role["student_number"],
        "first_name": name["first"],
        "middle_name": name.get("middle") or None,
        "last_name": name["last"],
        "birth_date": iso(role["dob"]),
        "sex": {"M": "Male", "F": "Female"}.get(role["gender"], "Unknown"),
        "address": place["address"],
        "city": place["city"],
        "state": place["state"],
        "postal_code": place["zip"],
        "email": person["email"],
        "grade": grade,
        "username": role["credentials"]["district_username"],
        "site": sites[role["school"]],
        "additional_sites": ";".join(others) or None,
        "class_year": int(role["graduation_year"]) if role["graduation_year"] else None,
        "status": Status.ACTIVE,
        **dict.fromkeys(("state_id", "barcode", "community_id", "weighted_gpa", "unweighted_gpa",
                         "preferred_first_name", "home_language")),
        "roles": ["student"],
        "locked": [],
    }  # fmt: skip


def test_A05_A06_B22_B25_each_field_of_the_table_arrives_and_no_other(elm: Town) -> None:
    elm.runs()
    sites = elm.sites()
    found = {row.pop("clever_id"): row for row in elm.records()}
    for person in elm.shared("student"):
        expected = expected_student(person, sites)
        record = found[expected.pop("clever_id")]
        assert {k: v for k, v in record.items() if k != "id"} == expected
    assert len(found) == 24
    teachers = elm.records("teacher")
    assert {(t["barcode"], t["community_id"], t["title"]) for t in teachers} == {(None,) * 3}
    shared = {t["id"]: t for t in elm.shared("teacher")}
    for teacher in teachers:
        role = shared[teacher["clever_id"]]["roles"]["teacher"]
        assert (teacher["sis_id"], teacher["teacher_number"], teacher["username"]) == (
            role["sis_id"], role["teacher_number"], role["credentials"]["district_username"],
        )  # fmt: skip


def test_A03_A04_A07_gpa_and_more_arrive_once_they_are_mapped(elm: Town) -> None:
    own = elm.shared("student")[0]["id"]
    elm.clever.control.edit(own, {"roles.student.ext.gpa": "3.90"})
    more = ("weighted_gpa", "unweighted_gpa", "home_language", "state_id")
    elm.sets(fields={name: {"source": f"student.{name}"} for name in more})
    elm.sets("teacher", fields={"title": {"source": "teacher.title"}})
    elm.runs()
    shared = {p["id"]: p["roles"]["student"] for p in elm.shared("student")}
    records = elm.records()
    assert len(records) == 24
    for row in records:
        role = shared[row["clever_id"]]
        for name in ("weighted_gpa", "unweighted_gpa"):
            assert float(row[name]) == float(role[name]) > 0
        assert (row["home_language"], row["state_id"]) == (role["home_language"], role["state_id"])
    assert {row["title"] for row in elm.records("teacher")} >= {"Teacher"}

    elm.sets(fields={"weighted_gpa": {"source": "student.ext.gpa"}})
    elm.runs()
    assert float(elm.record(own)["weighted_gpa"]) == 3.9


def test_A08_another_importer_goes_on_with_its_own_fields(elm: Town) -> None:
    elm.runs()
    one = elm.shared("student")[0]
    sis_id = one["roles"]["student"]["sis_id"]
    elm.loads(
        ["sis_id,weighted_gpa,community_id,first_name", f"{sis_id},3.5,L-77,Importer"], "--update"
    )
    assert elm.record(one["id"])["first_name"] == "Importer"
    elm.clever.control.edit(one["id"], {"roles.student.location.city": "Elmton"})
    elm.runs()
    now = elm.record(one["id"])
    assert (now["weighted_gpa"], now["community_id"]) == ("3.5", "L-77")
    assert (now["first_name"], now["city"]) == (one["name"]["first"], "Elmton")


def test_A33_do_not_import_is_never_written_and_stands_on_no_required_field(elm: Town) -> None:
    elm.sets(fields={"email": {"policy": "do_not_import"}, "city": {"source": ""}})
    elm.runs()
    assert {(row["email"], row["city"]) for row in elm.records()} == {(None, None)}
    one = elm.shared("student")[0]
    sis_id = one["roles"]["student"]["sis_id"]
    elm.loads(["sis_id,email", f"{sis_id},mine@elm.example"], "--update")
    elm.clever.control.edit(one["id"], {"email": "new@elm.example", "name.first": "Marigold"})
    elm.runs("--full")
    now = elm.record(one["id"])
    assert (now["email"], now["city"], now["first_name"]) == ("mine@elm.example", None, "Marigold")
    for off in ({"policy": "do_not_import"}, {"source": ""}):
        with pytest.raises(AssertionError, match=r"Last name .* cannot be set to Do Not Import"):
            elm.sets(fields={"last_name": off})


def test_A34_class_year_based_on_grade_with_codes_for_odd_grades(elm: Town) -> None:
    odd, ninth, kinder = (p["id"] for p in elm.shared("student")[:3])
    for who, grade in ((odd, "TransitionalKindergarten"), (ninth, "9"), (kinder, "Kindergarten")):
        elm.clever.control.edit(who, {"roles.student.grade": grade})
    elm.sets(fields={"class_year": {"source": "grade:class_year"}})
    tested = elm.runs("--test")
    assert tested["problems"]["code_unknown"] == 2, "as a level and as a class year"
    elm.sets(codes={"grade": {"9": "9", "Kindergarten": "K", "TransitionalKindergarten": "PK"},
                    "class_year": {"TransitionalKindergarten": "-1"}})  # fmt: skip
    elm.runs()
    end = school_year_end()
    assert elm.record(ninth)["class_year"] == end + 3
    assert elm.record(kinder)["class_year"] == end + 12
    assert (elm.record(odd)["class_year"], elm.record(odd)["grade"]) == (end + 13, "PK")


def school_year_end() -> int:
    """fields.md: this year before 16 July, next year from it on, in the district's time zone."""
    today = datetime.now(ZoneInfo("US/Mountain"))
    return today.year + ((today.month, today.day) >= (7, 16))


def test_A13_the_two_identifiers_cannot_be_left_out(elm: Town) -> None:
    for change in ({"policy": "do_not_import"}, {"source": ""}):
        with pytest.raises(AssertionError, match="SIS ID"):
            elm.sets(fields={"sis_id": change})
    with pytest.raises(AssertionError, match="SIS ID"):
        elm.sets("teacher", fields={"sis_id": {"source": ""}})
    document = does("export_settings", elm.slug).replace(
        '"field": "barcode"', '"field": "clever_id"'
    )
    said = refuses("import_settings", elm.slug, elm.file("settings.json", [document]))
    assert "clever_id" in said or "Clever ID" in said
    assert "Nothing was changed." in said
