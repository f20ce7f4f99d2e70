"""Which local schools can be made from Clever's list, with a site code to begin with."""

from collections.abc import Mapping
from dataclasses import dataclass

from clever_sync.queries import connection_of, people_per_school, people_were_read
from integration_console.connecting.forms import Line
from mappings.draft import draft_of
from mappings.matching import codes_from_clever
from mappings.queries import clever_side, local_side
from mappings.suggest import CleverSchool, suggest_schools
from schools.models import District, School

A_PAGE = 100


@dataclass(frozen=True)
class Offer:
    """Clever's schools without an answer: those of this page, and how many there are in all.

    `alike` names the school of ours that may be the same one.
    """

    schools: Mapping[str, CleverSchool]
    total: int
    people: Mapping[str, int]
    people_read: bool
    alike: Mapping[str, str]
    taken: list[str]
    connected: bool

    @property
    def ids(self) -> list[str]:
        return list(self.schools)


@dataclass(frozen=True)
class ShownLine:
    """A line of the form, with what Clever says of its school."""

    line: Line
    school: CleverSchool
    people: int
    alike: str


def creatable(district: District) -> Offer:
    """What can be made: the first hundred; when they are made, the next."""
    connection = connection_of(district)
    draft = draft_of(district)
    chosen = set(draft.answers) if draft else set()
    free = [s for s in clever_side(district, unanswered=True) if s.id not in chosen]
    page = free[:A_PAGE]
    people = people_per_school(connection) if connection else {}
    ours = local_side(district, unanswered=True)
    names = {school.id: school.name for school in ours}
    codes = School.objects.filter(district=district).values_list("site_code", flat=True)
    return Offer(
        schools={school.id: school for school in page},
        total=len(free),
        people=people,
        people_read=people_were_read(connection, people),
        alike={each.clever_id: names[each.school] for each in suggest_schools(page, ours)},
        taken=list(codes),
        connected=connection is not None,
    )


def proposed(offer: Offer) -> list[Line]:
    """The lines to begin with. What may be here already is not ticked."""
    given = [
        {"school_number": school.school_number, "sis_id": school.sis_id}
        for school in offer.schools.values()
    ]
    codes = codes_from_clever(given, offer.taken)
    return [
        Line(clever_id, code, clever_id not in offer.alike)
        for clever_id, code in zip(offer.schools, codes, strict=True)
    ]


def shown_lines(offer: Offer, lines: list[Line]) -> list[ShownLine]:
    return [
        ShownLine(
            line,
            offer.schools[line.clever_id],
            offer.people.get(line.clever_id, 0),
            offer.alike.get(line.clever_id, ""),
        )
        for line in lines
    ]
