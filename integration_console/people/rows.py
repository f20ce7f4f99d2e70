"""A person as a line of a list, masked where the reader may not see more."""

from dataclasses import dataclass

from imports.changes import Reader
from schools.models import Person
from schools.targets import STATUSES

TONES = {1: "good", 2: "info", 3: "wait", 4: "wait", 5: "quiet", 6: "quiet"}


@dataclass(frozen=True)
class Row:
    """A person in a list."""

    person: Person
    name: str
    number: str
    email: str
    status: str
    tone: str


def row_of(person: Person, reader: Reader) -> Row:
    number = person.sis_id or person.student_number or person.teacher_number or person.staff_id
    return Row(
        person=person,
        name=reader.full_name(person.first_name, person.last_name),
        number=reader.text("sis_id", number),
        email=reader.text("email", person.email),
        status=STATUSES[person.status],
        tone=TONES[person.status],
    )
