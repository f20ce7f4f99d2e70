"""Made-up students, one after the other, so that a million of them need no more room than one."""

from collections.abc import Iterator
from random import Random
from unicodedata import normalize

from clever_sandbox import made_up
from clever_sandbox.corners import EVERY, FIRST_OF_TWINS, add_corner, corner_grade, make_twin
from clever_sandbox.object_ids import Mint
from clever_sandbox.records import Record
from clever_sandbox.schools import CREATED, FIRST_SECOND, LAST_MODIFIED, School

_AFTER_EMPLOYEES = FIRST_SECOND + 3600
_BORN_BEFORE = {grade: 4 + place for place, grade in enumerate(made_up.ALL_GRADES)}
YEAR_END = 2026


def plain(text: str) -> str:
    """The text in the letters of a user name: lower case, without accents and signs."""
    bare = normalize("NFKD", text.replace("ø", "o").replace("Ø", "O").replace("Ł", "L"))
    return "".join(letter for letter in bare.lower() if letter.isascii() and letter.isalnum())


class StudentMaker:
    """Makes the students of one district, the same ones for the same seed."""

    def __init__(self, district: str, schools: list[School], seed: str, corners: bool) -> None:
        self._district = district
        self._corners = corners
        self._mint = Mint(f"{seed}/users")
        self._random = Random(f"{seed}/students")
        self._by_grade = {
            grade: [school for school in schools if grade in school.grades] or schools
            for grade in made_up.ALL_GRADES
        }
        self._made = 0
        self._twin: Record | None = None

    @property
    def mint(self) -> Mint:
        """Gives out the ids of all users of the district."""
        return self._mint

    def make(self, count: int, special_fields: bool = False, second: int = 0) -> Iterator[Record]:
        """The next `count` students, ids ascending and minted no earlier than `second`."""
        for _ in range(count):
            place = self._made
            student = self._student(place, second)
            if special_fields:
                student["roles"]["student"].update(gpa_of(student["id"]))
            if self._corners:
                student = self._with_corner(student, place)
            self._made += 1
            yield student

    def _student(self, place: int, second: int) -> Record:
        roll = self._random.random
        first = made_up.FIRST_NAMES[int(roll() * len(made_up.FIRST_NAMES))]
        last = made_up.LAST_NAMES[int(roll() * len(made_up.LAST_NAMES))]
        grade = made_up.USUAL_GRADES[int(roll() * 13)]
        if self._corners:
            grade = corner_grade(place, grade)
        username = f"{plain(first)}.{plain(last)}{place}"
        return {
            "id": self._mint.next(max(second, _AFTER_EMPLOYEES + place // 1000)),
            "district": self._district,
            "email": f"{username}@{made_up.EMAIL_DOMAIN}",
            "name": {
                "first": first,
                "middle": made_up.MIDDLE_NAMES[int(roll() * len(made_up.MIDDLE_NAMES))],
                "last": last,
            },
            "created": CREATED,
            "last_modified": LAST_MODIFIED,
            "roles": {"student": self._role(place, grade, username)},
            "lms_status": {"synced_in_lms": place % 7 != 0},
        }

    def _role(self, place: int, grade: str, username: str) -> Record:
        roll = self._random.random
        schools = self._schools(grade, place)
        language = made_up.LANGUAGES[int(roll() * len(made_up.LANGUAGES))]
        year = YEAR_END - 1 - _BORN_BEFORE[grade]
        return {
            "school": schools[0] if schools else "",
            "schools": schools,
            "enrollments": [],
            "sis_id": str(100234 + place * 7),
            "student_number": str(50000000 + place),
            "state_id": str(900000000 + place * 3),
            "legacy_id": f"5a25ffb0{place:016x}",
            "grade": grade,
            "graduation_year": graduation_year(grade),
            "gender": "MFMFMFMFX"[int(roll() * 9)],
            "dob": f"{1 + int(roll() * 12)}/{1 + int(roll() * 28)}/{year}",
            "race": made_up.RACES[int(roll() * len(made_up.RACES))],
            "hispanic_ethnicity": "YNN"[int(roll() * 3)],
            "ell_status": "N" if language[1] == "eng" else "Y",
            "location": {
                "address": f"{1 + int(roll() * 999)} {made_up.STREETS[int(roll() * 12)]}",
                "city": made_up.CITIES[int(roll() * 5)],
                "state": "NY",
                "zip": f"{10000 + int(roll() * 9999):05d}",
                "lat": "",
                "lon": "",
            },
            "credentials": {"district_username": username},
            "ext": {},
            "iep_status": "N",
            "home_language": language[0],
            "home_language_code": language[1],
            "frl_status": ("Paid", "Free", "Reduced")[int(roll() * 3)],
            "section_504_status": "N",
            "gifted_status": "N",
            "preferred_name": {"first": "", "middle": "", "last": ""},
            "disability": {"disability_status": "N", "disability_type": "", "disability_code": ""},
        }

    def school_for(self, grade: str, place: int) -> str | None:
        """A school that teaches the grade; None in a district without schools."""
        choice = self._by_grade[grade]
        return choice[place % len(choice)].id if choice else None

    def _schools(self, grade: str, place: int) -> list[str]:
        choice = self._by_grade[grade]
        if not choice:
            return []
        first = int(self._random.random() * len(choice))
        wanted = 3 if place % 25 == 24 else 2 if place % 5 == 4 else 1
        taken = min(wanted, len(choice))
        return [choice[(first + step) % len(choice)].id for step in range(taken)]

    def _with_corner(self, student: Record, place: int) -> Record:
        if self._twin is not None:
            make_twin(student, self._twin)
            self._twin = None
        elif place % EVERY == FIRST_OF_TWINS:
            self._twin = student
        else:
            add_corner(student, place)
        return student


def graduation_year(grade: str, year_end: int = YEAR_END) -> str:
    """The class year of a grade in a school year; "" for grades before the first."""
    return str(year_end + 12 - int(grade)) if grade.isdigit() else ""


def gpa_of(student_id: str) -> dict[str, str]:
    """The special fields of a student: always the same for the same id."""
    random = Random(student_id)
    plain_value = 1.5 + random.random() * 2.5
    return {
        "weighted_gpa": f"{min(plain_value + random.random() * 0.8, 5.0):.3f}",
        "unweighted_gpa": f"{plain_value:.3f}",
    }
