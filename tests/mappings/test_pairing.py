"""Match rates: the pure specification, and the statement that does the same in the database."""

import random
from typing import Any

import pytest

from clever_sync.models import Connection, MirrorObject, Pull
from core.text import key
from core.vocabulary import DataType
from mappings.pairing import Known, Reach, agree, folded, rates
from mappings.rates import FIELDS, SOURCES, reach
from mappings.rates import rates as counted
from mappings.transforms import iso_date
from schools.models import District, Person

CLEVER_COLUMNS = {
    "student.sis_id": "key_sis_id",
    "student.student_number": "key_number",
    "student.state_id": "key_state_id",
    "email": "key_email",
}

NUMBERS = ("sis_id", "student_number", "state_id")


def known(name: str, birth: str = "", **keys: str) -> Known:
    first, last = name.split()
    return Known(keys, folded(first, last), birth)


def test_values_meet_only_where_they_are_unique_and_not_blank() -> None:
    clever = [known("Ada Lee", a="1"), known("Bo Lee", a="2"), known("Cy Lee", a="2", b=" ")]
    here = [known("Ada Lee", x=" 1 "), known("Bo Lee", x="2", y=""), known("Cy Lee", y="")]
    found = rates(clever, here)
    assert {place: cell.matched for place, cell in found.cells.items()} == {("a", "x"): 1}
    assert (found.here, found.in_clever) == (3, 3)
    assert found.percent("a", "x") == 33


def test_the_same_person_is_the_same_name_and_no_other_birth_date() -> None:
    one = known("José Núñez-Díaz", "2010-01-02")
    assert agree(one, known("JOSE NUNEZDIAZ", "2010-01-02"))
    assert agree(one, known("Jose NunezDiaz"))
    assert not agree(one, known("Jose NunezDiaz", "2010-01-03"))
    assert not agree(one, known("Joseph NunezDiaz", "2010-01-02"))


def test_C04_shifted_columns_are_seen_at_once() -> None:
    """The field SIS ID here holds Clever's student numbers; a few SIS IDs are others' numbers."""
    clever = [
        known(
            f"First{n} Last{n}",
            sis_id=str(500 + n if n > 1 else 1000 + n + 50),
            number=str(1000 + n),
        )
        for n in range(100)
    ]
    here = [known(f"First{n} Last{n}", sis_id=str(1000 + n)) for n in range(100)]
    found = rates(clever, here)
    assert (found.percent("sis_id", "sis_id"), found.percent("number", "sis_id")) == (2, 100)
    assert found.cell("sis_id", "sis_id").agreeing == 0
    assert found.best_source("sis_id") == "number"


@pytest.mark.parametrize(
    ("unlinked", "reached", "few"),
    [(20, 9, True), (20, 10, False), (19, 0, False), (0, 0, False), (1000, 499, True)],
)
def test_C04_fewer_than_half_of_at_least_twenty_are_too_few(
    unlinked: int, reached: int, few: bool
) -> None:
    assert Reach(unlinked, reached).too_few is few


def random_people(chance: random.Random, count: int) -> list[dict[str, Any]]:
    def number() -> str | None:
        return chance.choice([None, *(str(n) for n in range(25)), "a1", "A1"])

    return [
        {
            "first": chance.choice(["Ada", "José", "Jose", "O'Neil", None]),
            "last": chance.choice(["Lee", "Núñez-Díaz", "NUNEZ DIAZ", "de la Cruz"]),
            "birth": chance.choice([None, "2010-01-02", "2011-11-12"]),
            "numbers": [number() for _ in range(3)],
            "email": chance.choice([None, "a@x.org", "A@x.org", "b@x.org", "c@x.org"]),
        }
        for _ in range(count)
    ]


def in_clever(connection: Connection, number: int, person: dict[str, Any]) -> MirrorObject:
    year, month, day = (person["birth"] or "0-0-0").split("-")
    payload = {"name.last": person["last"]}
    if person["first"]:
        payload["name.first"] = person["first"]
    if person["birth"]:
        american = f"{int(month)}/{int(day)}/{year}"
        payload["student.dob"] = american if number % 2 else person["birth"]
    keys = [key(value) if value else None for value in (*person["numbers"], person["email"])]
    return MirrorObject(
        connection=connection, type="user", clever_id=f"{number:024x}", payload=payload,
        raw_hash=b"", content_hash=b"", roles=["student"],
        **dict(zip(CLEVER_COLUMNS.values(), keys, strict=True)),
    )  # fmt: skip


def here(district: District, person: dict[str, Any]) -> Person:
    sis, number, state = person["numbers"]
    return Person(
        district=district, kind="student", roles=["student"], first_name=person["first"],
        last_name=person["last"], birth_date=person["birth"], sis_id=sis, student_number=number,
        state_id=state, email=person["email"],
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_C04_the_database_counts_what_the_specification_says(seed: int) -> None:
    chance = random.Random(seed)
    district = District.objects.create(slug="elm", name="Elm", time_zone="America/Denver")
    connection = Connection.objects.create(district=district, clever_district_id="e" * 24)
    theirs, ours = random_people(chance, 30), random_people(chance, 30)
    mirror = [in_clever(connection, n, person) for n, person in enumerate(theirs)]
    gone = Pull.objects.create(connection=connection, state="done", roles=[], sources=[])
    mirror.append(in_clever(connection, 99, {**theirs[0], "numbers": ["777"] * 3}))
    mirror[-1].gone_in = gone
    MirrorObject.objects.bulk_create(mirror)
    rows = [here(district, person) for person in ours]
    rows.append(Person(district=district, kind="student", roles=["student"], status=4,
                       last_name="Left", sis_id="3"))  # fmt: skip
    Person.objects.bulk_create(rows)

    found = counted(connection, DataType.STUDENT)

    expected = rates(
        [
            Known(
                dict(zip(CLEVER_COLUMNS, (*p["numbers"], p["email"]), strict=True)),
                folded(p["first"], p["last"]), p["birth"] or "",
            )
            for p in theirs
        ],
        [
            Known(
                {
                    **dict(zip(NUMBERS, p["numbers"], strict=True)),
                    "email": p["email"],
                },
                folded(p["first"], p["last"]), p["birth"] or "",
            )
            for p in ours
        ],
    )  # fmt: skip
    assert found.cells == expected.cells
    assert (found.here, found.in_clever) == (30, 30)
    assert (found.filled, found.sent) == (expected.filled, expected.sent)
    assert set(found.sent) <= set(SOURCES[DataType.STUDENT])
    assert set(found.filled) <= set(FIELDS[DataType.STUDENT])


@pytest.mark.django_db
def test_C04_reach_counts_whom_the_mapped_fields_find_and_no_contradictions() -> None:
    district = District.objects.create(slug="elm", name="Elm", time_zone="America/Denver")
    connection = Connection.objects.create(district=district, clever_district_id="e" * 24)
    base = {"first": "Ada", "last": "Lee", "birth": "2010-01-02", "email": None}
    people = [{**base, "numbers": [f"{n}", None, None]} for n in range(24)]
    MirrorObject.objects.bulk_create(
        in_clever(connection, n, person) for n, person in enumerate(people)
    )
    other = {**people[23], "last": "Other", "birth": "2011-11-12"}
    local = [here(district, person) for person in (*people[:23], other)]
    local[0].clever_id = "f" * 24
    Person.objects.bulk_create(local)
    mapped = [("sis_id", "student.sis_id"), ("email", "email"), ("grade", "student.grade")]
    assert reach(connection, DataType.STUDENT, mapped) == Reach(23, 22)
    assert reach(connection, DataType.STUDENT, [("sis_id", "student.state_id")]) == Reach(23, 0)
    assert reach(connection, DataType.STUDENT, []) == Reach(23, 0)
    assert reach(connection, DataType.TEACHER, []) == Reach(0, 0)
    assert iso_date("1/2/2010") == "2010-01-02"
