"""What every contestant but ours makes of one user of Clever: the same fields, the same values."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

Values = dict[str, Any]
GRADES = {
    "PreKindergarten": "PK",
    "Kindergarten": "K",
    **{str(number): str(number) for number in range(1, 14)},
}
SEXES = {"M": "Male", "F": "Female", "X": "Unknown"}
FIELDS = (
    "legacy_id", "sis_id", "student_number", "first_name", "middle_name", "last_name",
    "birth_date", "sex", "address", "city", "state", "postal_code", "email", "grade", "username",
    "class_year", "school", "other_schools",
)  # fmt: skip


def people(bodies: Iterable[bytes]) -> Iterator[list[Values]]:
    """The people of each page. Decoded as `requests` does in its `.json()`."""
    for body in bodies:
        found = [person_of(entry["data"]) for entry in json.loads(body)["data"]]
        if found:
            yield found


def person_of(user: Values) -> Values:
    """One person by the default mapping of fields.md; blank values are None."""
    role, name = user["roles"]["student"], user["name"]
    place = role["location"]
    school = role["school"] or None
    return {
        "clever_id": user["id"],
        "legacy_id": role["legacy_id"] or None,
        "sis_id": role["sis_id"] or None,
        "student_number": role["student_number"] or None,
        "first_name": name["first"].strip() or None,
        "middle_name": name["middle"].strip() or None,
        "last_name": name["last"].strip(),
        "birth_date": birth_date(role["dob"]),
        "sex": SEXES.get(role["gender"]),
        "address": place["address"].strip() or None,
        "city": place["city"].strip() or None,
        "state": place["state"] or None,
        "postal_code": place["zip"] or None,
        "email": user["email"] or None,
        "grade": GRADES.get(role["grade"]),
        "username": role["credentials"]["district_username"] or None,
        "class_year": int(role["graduation_year"]) if role["graduation_year"] else None,
        "school": school,
        "other_schools": ",".join(sorted(each for each in role["schools"] if each != school)),
    }


def birth_date(text: str) -> date | None:
    """A date as Clever writes it: month/day/year."""
    if not text:
        return None
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))


def difference(old: Values, new: Values) -> tuple[Values, Values]:
    """The fields that differ, before and after."""
    changed = [name for name in FIELDS if old[name] != new[name]]
    return {name: old[name] for name in changed}, {name: new[name] for name in changed}


def plain(values: Values) -> Values:
    """The values as JSON knows them, for a change log."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
