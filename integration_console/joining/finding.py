"""Which record may be the same person as another: what looks like it, or what words find."""

from dataclasses import dataclass

from accounts.access import Access
from core.vocabulary import PersonKind
from imports.changes import Reader
from integration_console.people.lookalikes import lookalikes
from integration_console.people.rows import Row, row_of
from schools import pages
from schools.models import Person

SHOWN = 20


@dataclass(frozen=True)
class Double:
    """A record that can be merged, and why it is shown; "" where it was looked for."""

    row: Row
    why: str


def doubles(access: Access, person: Person, words: str) -> list[Double]:
    """Records of the same kind: those that the words find, else those that are like this one."""
    reader = Reader(access.district, access.sees)
    if words:
        wanted = pages.Wanted(data_type="", q=words, within=access.schools)
        found = pages.people(access.district, wanted).filter(kind=person.kind)
        return [Double(row_of(one, reader), "") for one in found.exclude(pk=person.pk)[:SHOWN]]
    values = {
        name: getattr(person, name)
        for name in (
            "sis_id", "student_number", "teacher_number", "staff_id", "state_id", "barcode",
            "community_id", "username", "first_name", "last_name", "birth_date",
        )
    }  # fmt: skip
    alike = lookalikes(
        access.district, PersonKind(person.kind), values, within=access.schools, besides=person.pk
    )
    return [
        Double(row_of(one.person, reader), one.why)
        for one in alike
        if one.person is not None and not one.deleted
    ]
