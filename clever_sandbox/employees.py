"""Made-up teachers, staff and district admins, a few of them with two roles."""

from collections.abc import Iterator
from random import Random

from clever_sandbox import made_up
from clever_sandbox.object_ids import Mint
from clever_sandbox.records import Record
from clever_sandbox.schools import CREATED, FIRST_SECOND, LAST_MODIFIED, School
from clever_sandbox.students import plain

_ALSO_STAFF_EVERY = 16


class EmployeeMaker:
    """Makes the employees of one district, the same ones for the same seed."""

    def __init__(self, district: str, schools: list[School], seed: str, mint: Mint) -> None:
        self._district = district
        self._schools = [school.id for school in schools]
        self._mint = mint
        self._random = Random(f"{seed}/employees")
        self._made = 0
        self._made_teachers = 0
        self._made_staff = 0

    def teachers(self, count: int) -> Iterator[Record]:
        """Teachers; the third and then every sixteenth of them is staff as well."""
        for place in range(self._made_teachers, self._made_teachers + count):
            self._made_teachers += 1
            person, username = self._person()
            person["roles"]["teacher"] = self._teacher(place, username)
            if place % _ALSO_STAFF_EVERY == 2:
                role = self._staff(f"T{place}", username)
                role["schools"] = person["roles"]["teacher"]["schools"]
                person["roles"]["staff"] = role
            yield person

    def staff(self, count: int) -> Iterator[Record]:
        """School staff; the second one is a district admin as well."""
        for place in range(self._made_staff, self._made_staff + count):
            self._made_staff += 1
            person, username = self._person()
            person["roles"]["staff"] = self._staff(str(place), username)
            if place == 1:
                person["roles"]["district_admin"] = _district_admin(place)
            yield person

    def district_admins(self, count: int) -> Iterator[Record]:
        """People who belong to the whole district and to no school."""
        for place in range(count):
            person, _username = self._person()
            person["roles"]["district_admin"] = _district_admin(place)
            yield person

    def _person(self) -> tuple[Record, str]:
        first = self._random.choice(made_up.FIRST_NAMES)
        last = self._random.choice(made_up.LAST_NAMES)
        username = f"{plain(first)[0]}{plain(last)}{self._made}"
        person: Record = {
            "id": self._mint.next(FIRST_SECOND + self._made // 1000),
            "district": self._district,
            "email": f"{username}@{made_up.STAFF_EMAIL_DOMAIN}",
            "name": {
                "first": first,
                "middle": self._random.choice(made_up.MIDDLE_NAMES),
                "last": last,
            },
            "created": CREATED,
            "last_modified": LAST_MODIFIED,
            "roles": {},
            "lms_status": {"synced_in_lms": False},
        }
        self._made += 1
        return person, username

    def _some_schools(self, place: int) -> list[str]:
        if not self._schools:
            return []
        first = self._random.randrange(len(self._schools))
        wanted = min(2 if place % 9 == 8 else 1, len(self._schools))
        return [self._schools[(first + step) % len(self._schools)] for step in range(wanted)]

    def _teacher(self, place: int, username: str) -> Record:
        schools = self._some_schools(place)
        return {
            "school": schools[0] if schools else "",
            "schools": schools,
            "sis_id": f"T-{4000 + place}",
            "teacher_number": str(4000 + place),
            "state_id": "" if place % 3 == 0 else str(300000 + place),
            "title": made_up.TITLES[place % len(made_up.TITLES)],
            "credentials": {"district_username": username},
            "legacy_id": f"5b7e0000{place:016x}",
            "ext": {},
        }

    def _staff(self, number: str, username: str) -> Record:
        kind = self._random.randrange(6)
        return {
            "staff_id": f"S-{number}",
            "schools": self._some_schools(kind),
            "department": made_up.DEPARTMENTS[kind],
            "title": "" if kind == 5 else f"{made_up.DEPARTMENTS[kind]} assistant",
            "roles": ["SchoolTechLead"] if kind == 4 else [],
            "credentials": {"district_username": username},
            "legacy_id": f"5b7f{self._made:020x}",
            "ext": {},
        }


def _district_admin(place: int) -> Record:
    return {"title": "Data coordinator" if place % 2 else "", "legacy_id": f"5b80{place:020x}"}
