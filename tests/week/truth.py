"""What a district must be by what its Clever is: written down by hand, without any rule or plan."""

from datetime import date
from typing import Any

from clever_sandbox.district import District as CleverDistrict
from schools.models import District, Person, School

GONE, HERE = 4, 1
SEXES = {"F": "Female", "M": "Male", "X": "Unknown"}
GRADES = {"PreKindergarten": "PK", "Kindergarten": "K"}


def written_down(over_there: CleverDistrict, *, slug: str) -> District:
    """A district that no sync has ever seen, with everybody as the sandbox knows them."""
    district = District.objects.create(slug=slug, name=slug, time_zone="America/New_York")
    school = School.objects.create(district=district, site_code="S1", name="One school")
    people = [over_there.people.get(clever_id) for clever_id in over_there.people.ids()]
    Person.objects.bulk_create(
        Person(
            district=district, school=school, status=GONE if kept.removed else HERE,
            **{name: value or None for name, value in values(kept.record).items()},
        )
        for kept in people
        if kept
    )  # fmt: skip
    return district


def values(record: dict[str, Any]) -> dict[str, Any]:
    """The columns of a person who holds one role."""
    ((role, facts),) = record["roles"].items()
    name = record["name"]
    shared = {
        "roles": [role], "clever_id": record["id"], "sis_id": facts["sis_id"],
        "first_name": name["first"], "middle_name": name["middle"], "last_name": name["last"],
        "email": record["email"], "username": facts["credentials"]["district_username"],
    }  # fmt: skip
    if role == "teacher":
        return {**shared, "kind": "employee", "teacher_number": facts["teacher_number"]}
    place, grade = facts["location"], facts["grade"]
    return {
        **shared, "kind": "student", "student_number": facts["student_number"],
        "birth_date": day(facts["dob"]),
        "sex": SEXES[facts["gender"]], "grade": GRADES.get(grade, grade),
        "class_year": int(facts["graduation_year"] or 0), "address": place["address"],
        "city": place["city"], "state": place["state"], "postal_code": place["zip"],
    }  # fmt: skip


def day(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)
