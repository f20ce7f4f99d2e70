"""Made-up schools and the grades that each of them teaches."""

from dataclasses import dataclass
from random import Random

from clever_sandbox import made_up
from clever_sandbox.object_ids import Mint
from clever_sandbox.records import Record

FIRST_SECOND = 1723700000  # 15 August 2024: when the district was first shared
CREATED = "2024-08-15T05:33:20.000Z"
LAST_MODIFIED = "2025-08-20T05:00:00.000Z"

_LEVELS = (
    ("Elementary School", made_up.ELEMENTARY),
    ("Middle School", made_up.MIDDLE),
    ("High School", made_up.HIGH),
    ("Elementary School", made_up.ELEMENTARY),
    ("Elementary", made_up.ELEMENTARY),
)


@dataclass(frozen=True)
class School:
    """A school's id and the grades it teaches, lowest first."""

    id: str
    grades: tuple[str, ...]


def grades_of(record: Record) -> tuple[str, ...]:
    """The grades between a school record's lowest and highest; all of them when it names none."""
    grades = made_up.ALL_GRADES
    low, high = record.get("low_grade"), record.get("high_grade")
    start = grades.index(low) if low in grades else 0
    end = grades.index(high) if high in grades else len(grades) - 1
    return grades[start : end + 1]


def make_schools(district: str, count: int, seed: str, mint: Mint) -> list[Record]:
    """The district's schools; with one or two of them they share all grades between them."""
    random = Random(f"{seed}/schools")
    return [_school(district, place, count, mint, random) for place in range(count)]


def _level(place: int, count: int) -> tuple[str, tuple[str, ...]]:
    if count == 1:
        return "School", made_up.ALL_GRADES
    if count == 2:
        return (
            ("High School", made_up.HIGH)
            if place
            else ("School", made_up.ELEMENTARY + made_up.MIDDLE)
        )
    return _LEVELS[place % len(_LEVELS)]


def _school(district: str, place: int, count: int, mint: Mint, random: Random) -> Record:
    kind, grades = _level(place, count)
    turn, where = divmod(place, len(made_up.PLACES))
    name = f"{made_up.PLACES[where]} {kind}" + (f" {turn + 1}" if turn else "")
    number = f"{100 + place}"
    school: Record = {
        "id": mint.next(FIRST_SECOND),
        "district": district,
        "name": name,
        "created": CREATED,
        "last_modified": LAST_MODIFIED,
        "sis_id": f"{9000 + place}",
        "school_number": number,
        "state_id": f"{360000 + place}" if place % 4 else "",
        "nces_id": f"3600080{place:05d}",
        "mdr_number": None if place % 3 == 1 else f"{700000 + place}",
        "phone": f"(555) 010-{place % 10000:04d}",
        "low_grade": grades[0],
        "high_grade": grades[-1],
        "principal": {"name": _principal(random), "email": f"principal{number}@staff.example"},
        "location": {
            "address": f"{1 + place} {random.choice(made_up.STREETS)}",
            "city": made_up.CITIES[place % len(made_up.CITIES)],
            "state": "NY",
            "zip": f"{10000 + place % 90000:05d}",
            "lat": "",
            "lon": "",
        },
        "ext": {},
    }
    if place % 5 == 4:
        del school["mdr_number"]
    return school


def _principal(random: Random) -> str:
    return f"{random.choice(made_up.FIRST_NAMES)} {random.choice(made_up.LAST_NAMES)}"
