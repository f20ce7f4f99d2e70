"""The schools and people who are in the districts before Clever: loaded from files, as anywhere.

They are the people of Clever as an office knew them some time ago: some addresses are old, some
letters lost their marks, some cells are empty.
"""

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from core.vocabulary import DataType
from integration_console.demonstration.stage import Record
from schools.load import load_people, load_schools
from schools.models import District

GRADES = {"PreKindergarten": "PK", "Kindergarten": "K"}
SEXES = {"M": "Male", "F": "Female", "X": "Unknown"}
FIRST_SITE = 101
OLD_STREET = "Old Quarry Rd"
Row = dict[str, str]


def site_codes(schools: Iterable[Record]) -> dict[str, str]:
    """The site code of each Clever school, by its Clever ID."""
    ordered = sorted(str(school["id"]) for school in schools)
    return {school: str(FIRST_SITE + place) for place, school in enumerate(ordered)}


def load_sites(district: District, schools: Sequence[Record], codes: Mapping[str, str]) -> None:
    """The local schools, under the names of Clever's."""
    rows = [
        {
            "site_code": codes[school["id"]],
            "name": school["name"],
            "number": school["school_number"],
            "nces_id": school["nces_id"],
        }
        for school in schools
    ]
    with tempfile.TemporaryDirectory() as folder:
        load_schools(district=district, path=_written(folder, "schools", rows))


def load(district: District, data_type: DataType, rows: Sequence[Row], by: str) -> int:
    """Loads people; returns how many were made."""
    with tempfile.TemporaryDirectory() as folder:
        path = _written(folder, data_type, rows)
        return load_people(district=district, path=path, data_type=data_type, by=by).created


def _written(folder: str, name: str, rows: Sequence[Row]) -> Path:
    path = Path(folder) / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def students(people: Sequence[Record], codes: Mapping[str, str], newest: int) -> list[Row]:
    """Maple Ridge's students, without the newest kindergartners, and not all up to date."""
    young = [person for person in people if person["roles"]["student"]["grade"] == "Kindergarten"]
    unknown = {person["id"] for person in young[:newest]}
    known = [person for person in people if person["id"] not in unknown]
    return [_aged(_student(person, codes), place) for place, person in enumerate(known)]


def _student(person: Record, codes: Mapping[str, str]) -> Row:
    student = person["roles"]["student"]
    place = student["location"]
    return {
        "sis_id": student["sis_id"],
        "student_number": student["student_number"],
        **_names(person),
        "birth_date": _iso(student["dob"]),
        "sex": SEXES[student["gender"]],
        "address": place["address"],
        "city": place["city"],
        "state": place["state"],
        "postal_code": place["zip"],
        "email": person["email"],
        "username": student["credentials"]["district_username"],
        "grade": GRADES.get(student["grade"], student["grade"]),
        "class_year": student["graduation_year"],
        **_sites(student["school"], student["schools"], codes),
    }


def _aged(row: Row, place: int) -> Row:
    if place % 11 == 3:
        row["address"] = f"{1 + place % 900} {OLD_STREET}"
    if place % 23 == 5:
        row["email"] = ""
    if place % 4 == 1:
        plain = unicodedata.normalize("NFKD", row["last_name"])
        row["last_name"] = "".join(c for c in plain if not unicodedata.combining(c))
    return row


def _names(person: Record) -> Row:
    name = person["name"]
    return {
        "first_name": name["first"],
        "middle_name": name["middle"],
        "last_name": name["last"],
    }


def _iso(american: str) -> str:
    month, day, year = american.split("/")
    return f"{year}-{int(month):02}-{int(day):02}"


def _sites(school: str, schools: Sequence[str], codes: Mapping[str, str]) -> Row:
    others = [codes[each] for each in schools if each != school]
    return {"site": codes[school], "additional_sites": ";".join(others)}


def teachers(people: Sequence[Record], codes: Mapping[str, str]) -> list[Row]:
    """The teachers; the last few have only just come and are not known here."""
    known = people[: -max(1, len(people) // 40)]
    return [
        {
            "sis_id": person["roles"]["teacher"]["sis_id"],
            "teacher_number": person["roles"]["teacher"]["teacher_number"],
            **_names(person),
            "email": person["email"],
            "username": person["roles"]["teacher"]["credentials"]["district_username"],
            **_sites(
                person["roles"]["teacher"]["school"],
                person["roles"]["teacher"]["schools"],
                codes,
            ),
        }
        for person in known
    ]


def staff(people: Sequence[Record], codes: Mapping[str, str]) -> list[Row]:
    """Those of the staff who are not teachers as well."""
    return [
        {
            "staff_id": person["roles"]["staff"]["staff_id"],
            "first_name": person["name"]["first"],
            "last_name": person["name"]["last"],
            "email": person["email"],
            "site": codes[person["roles"]["staff"]["schools"][0]],
        }
        for person in people
        if "teacher" not in person["roles"]
    ]


def shifted_students(people: Sequence[Record], codes: Mapping[str, str], unknown: int) -> list[Row]:
    """Harbor Point's students: what is called SIS ID here is Clever's student number."""
    rows = []
    for place, person in enumerate(people):
        row = _student(person, codes)
        row["sis_id"] = row.pop("student_number")
        if place >= len(people) - unknown:
            row["sis_id"] = f"88{row['sis_id'][2:]}"
        # The old integration brought neither.
        row["email"] = row["username"] = ""
        rows.append(row)
    return rows
