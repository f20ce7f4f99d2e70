"""One district: its records, its state at Clever, and the token it gave the application."""

from datetime import timedelta
from hashlib import sha1
from itertools import islice

from clever_sandbox.classes import Classes
from clever_sandbox.clock import Clock, stamp
from clever_sandbox.contacts import make_contacts
from clever_sandbox.employees import EmployeeMaker
from clever_sandbox.event_log import EventLog
from clever_sandbox.object_ids import Mint
from clever_sandbox.people import People
from clever_sandbox.records import STUDENT_BIT, Record, entry_of, record_in
from clever_sandbox.schools import FIRST_SECOND, School, grades_of, make_schools
from clever_sandbox.sharing import Sharing
from clever_sandbox.specs import DistrictSpec
from clever_sandbox.store import Store
from clever_sandbox.students import YEAR_END, StudentMaker, plain

_PARENTS = ("school", "course", "term_id")


class District:
    """Made from a spec; `reset` makes it anew."""

    def __init__(self, spec: DistrictSpec, clock: Clock) -> None:
        self.spec = spec.sized()
        self.clock = clock
        self.seed = f"{spec.seed}/{spec.key}"
        self.id = Mint(f"{self.seed}/district").next(FIRST_SECOND)
        self.store = Store()
        self._token_turn = 0
        self._build()

    def reset(self) -> None:
        """Everything as at the start; the token stays what it is."""
        with self.store.lock:
            self.store.clear()
            self._build()

    def _build(self) -> None:
        spec = self.spec
        self.sharing = Sharing(special_fields=spec.special_fields)
        self.people = People(self.store, self.sharing)
        self.events = EventLog(self.store, self.clock, Mint(f"{self.seed}/events"), spec.events)
        self.connected = spec.connected
        self.token_revoked = False
        self.refusal = 401
        self.last_sync = self.clock.now()
        self.profile = self._first_profile()
        self.year_end = YEAR_END
        self._make_records()

    def _first_profile(self) -> Record:
        return {
            "id": self.id,
            "name": self.spec.name,
            "sis_type": self.spec.sis_type,
            "launch_date": "2024-08-20",
            "portal_url": f"https://clever.com/in/{plain(self.spec.name)}",
            "login_methods": ["Clever Badges", "Clever Passwords"],
            "state": self.spec.state,
            "error": "",
            "pause_start": None,
            "pause_end": None,
            "district_contact": {
                "id": Mint(f"{self.seed}/contact").next(FIRST_SECOND),
                "district": self.id,
                "email": "data@staff.maple.example",
                "name": {"first": "Ruth", "last": "Castañeda", "middle": ""},
                "title": "Data coordinator",
            },
            "mdr_number": "",
            "nces_id": "3600080",
            "lms_type": "",
            "lms_state": "",
            "last_attendance_sync": None,
        }

    def _make_records(self) -> None:
        spec = self.spec
        self.school_mint = Mint(f"{self.seed}/schools")
        schools = make_schools(self.id, spec.schools or 0, self.seed, self.school_mint)
        self.put_records("schools", schools)
        places = [School(record["id"], grades_of(record)) for record in schools]
        self.students = StudentMaker(self.id, places, self.seed, spec.corners)
        self.employees = EmployeeMaker(self.id, places, self.seed, self.students.mint)
        self.people.load(self.employees.district_admins(spec.district_admins or 0))
        self.people.load(self.employees.staff(spec.staff or 0))
        self.people.load(self.employees.teachers(spec.teachers or 0))
        self.people.load(self.students.make(spec.students, spec.special_fields))
        self._make_contacts(spec.contacts)
        self.classes = Classes(self.id, self.store, self.events, self.seed)

    def _make_contacts(self, count: int) -> None:
        students = islice(self.people.ids(f"roles & {STUDENT_BIT}"), count)
        made = list(make_contacts(self.id, students, self.seed, self.students.mint))
        self.people.load(iter(made))
        rows = (
            (each["student"], contact["id"])
            for contact in made
            for each in contact["roles"]["contact"]["student_relationships"]
        )
        self.store.write_many("INSERT INTO contacts (student, contact) VALUES (?, ?)", rows)

    def put_records(self, kind: str, records: list[Record], hidden: int = 0) -> None:
        """Stores schools, sections, courses, terms or resources."""
        self.store.write_many(
            "INSERT OR REPLACE INTO records (type, id, school, course, term, hidden, entry)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (kind, each["id"], *map(each.get, _PARENTS), hidden, entry_of(kind, each))
                for each in records
            ],
        )

    def record(self, kind: str, record_id: str) -> Record | None:
        """The school, section, course, term or resource that the API shows, or None."""
        sql = "SELECT entry FROM records WHERE type = ? AND id = ? AND hidden = 0"
        row = self.store.row(sql, (kind, record_id))
        return None if row is None else record_in(row[0])

    def shown(self) -> Record:
        """The district's own record."""
        return {**self.profile, "last_sync": stamp(self.last_sync)}

    def move_last_sync(self) -> None:
        """The district's data came into Clever just now; always later than the time before."""
        self.last_sync = max(self.clock.now(), self.last_sync + timedelta(milliseconds=1))

    @property
    def token(self) -> str:
        """The access token of the present authorisation."""
        return sha1(f"{self.seed}/token/{self._token_turn}".encode()).hexdigest()

    @property
    def token_id(self) -> str:
        """The id under which the token is listed."""
        return Mint(f"{self.seed}/token/{self._token_turn}").next(FIRST_SECOND)

    def new_token(self) -> None:
        """Gives the application another token; the one before is worth nothing any more."""
        self._token_turn += 1
        self.token_revoked = False
