"""Sections, courses, terms and resources, put together from the roster when first asked for.

Classes cost more than people and are seldom wanted, so a district without anybody asking has none.
"""

from collections.abc import Iterator

from clever_sandbox import made_up
from clever_sandbox.clock import stamp
from clever_sandbox.event_log import EventLog
from clever_sandbox.object_ids import Mint
from clever_sandbox.people import REMOVED
from clever_sandbox.records import Record, entry_of, record_in
from clever_sandbox.schools import FIRST_SECOND
from clever_sandbox.store import Store

CLASS_SIZE = 24
CLASS_KINDS = ("sections", "courses", "terms", "resources")
_RECORD = (
    "INSERT INTO records (type, id, school, course, term, hidden, entry)"
    " VALUES (?, ?, ?, ?, ?, 0, ?)"
)
_MEMBERS = (
    "SELECT entry FROM user_schools CROSS JOIN users USING (id)"
    " WHERE school = ? AND is_primary AND hidden = 0 AND roles & ?"
)


class Classes:
    """The classes of one district; new ones, with new ids, for every school year."""

    def __init__(self, district: str, store: Store, events: EventLog, seed: str) -> None:
        self._district = district
        self._store = store
        self._events = events
        self._mints = {kind: Mint(f"{seed}/{kind}") for kind in CLASS_KINDS}
        self._made_for: int | None = None

    def make_sure(self, year_end: int) -> None:
        """Puts the classes of the school year together, unless they are there."""
        with self._store.lock:
            if self._made_for is None:
                self._made_for = year_end
                self._make(year_end, with_events=False)

    def roll_over(self, year_end: int) -> None:
        """Replaces the classes by those of a new school year; nothing while there are none."""
        with self._store.lock:
            if self._made_for is None:
                return
            self._made_for = year_end
            for kind in CLASS_KINDS[:3]:
                self._forget(kind)
            self._store.write("DELETE FROM enrolments")
            self._make(year_end, with_events=True)

    def _forget(self, kind: str) -> None:
        sql = "SELECT entry FROM records WHERE type = ? AND hidden = 0"
        for (entry,) in self._store.rows(sql, (kind,)):
            self._events.note(kind, record_in(entry), None)
        self._store.write(f"UPDATE records SET hidden = {REMOVED} WHERE type = ?", (kind,))

    def _make(self, year_end: int, with_events: bool) -> None:
        term = self._put("terms", self._term(year_end), with_events)
        courses: dict[str, str] = {}
        schools = self._store.rows("SELECT id FROM records WHERE type = 'schools' AND hidden = 0")
        for (school,) in schools:
            for section in self._sections(school, term):
                name = f"Grade {section['grade']} homeroom"
                if name not in courses:
                    course = {"name": name, "number": f"C{len(courses) + 100}"}
                    courses[name] = self._put("courses", self._new("courses") | course, with_events)
                section["course"] = courses[name]
                self._put("sections", section, with_events)
                self._enrol(section)
        if not with_events:
            self._put("resources", self._resource(), with_events)

    def _put(self, kind: str, record: Record, with_events: bool) -> str:
        parents = (record.get("school"), record.get("course"), record.get("term_id"))
        self._store.write(_RECORD, (kind, record["id"], *parents, entry_of(kind, record)))
        if with_events:
            self._events.note(kind, None, record)
        return str(record["id"])

    def _enrol(self, section: Record) -> None:
        rows = [(student, section["id"], "student") for student in section["students"]]
        rows += [(teacher, section["id"], "teacher") for teacher in section["teachers"]]
        sql = "INSERT OR IGNORE INTO enrolments (user, section, role) VALUES (?, ?, ?)"
        self._store.write_many(sql, rows)

    def _new(self, kind: str) -> Record:
        return {"id": self._mints[kind].next(FIRST_SECOND), "district": self._district}

    def _term(self, year_end: int) -> Record:
        return self._new("terms") | {
            "name": f"{year_end - 1}-{year_end}",
            "start_date": f"{year_end - 1}-08-25",
            "end_date": f"{year_end}-06-20",
        }

    def _resource(self) -> Record:
        moment = stamp(self._events.now())
        return self._new("resources") | {
            "resource_id": "reader-1",
            "title": "Reader",
            "roles": ["student", "teacher"],
            "created": moment,
            "updated": moment,
        }

    def _members(self, school: str, role_bit: int) -> list[Record]:
        return [record_in(row[0]) for row in self._store.rows(_MEMBERS, (school, role_bit))]

    def _sections(self, school: str, term: str) -> Iterator[Record]:
        teachers = self._members(school, 2)
        by_grade: dict[str, list[str]] = {}
        for student in self._members(school, 1):
            grade = student["roles"]["student"].get("grade") or ""
            by_grade.setdefault(grade, []).append(student["id"])
        groups = [
            (grade, ids[start : start + CLASS_SIZE])
            for grade, ids in by_grade.items()
            for start in range(0, len(ids), CLASS_SIZE)
        ]
        for place, (grade, students) in enumerate(groups if teachers else ()):
            teacher = teachers[place % len(teachers)]
            yield self._section(school, term, place, teacher) | {
                "grade": grade,
                "students": students,
            }

    def _section(self, school: str, term: str, place: int, teacher: Record) -> Record:
        moment = stamp(self._events.now())
        subject = made_up.SUBJECTS[place % len(made_up.SUBJECTS)]
        return self._new("sections") | {
            "school": school,
            "name": f"{subject} - {teacher['name']['last']} - {place + 1}",
            "sis_id": f"{school[-4:]}-{place}",
            "created": moment,
            "last_modified": moment,
            "teacher": teacher["id"],
            "teachers": [teacher["id"]],
            "subject": subject,
            "period": str(place % 8 + 1),
            "section_number": str(place + 1),
            "term_id": term,
            "lms_status": {"synced_in_lms": False},
            "ext": {},
        }
