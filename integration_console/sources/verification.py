"""Is it the same student ID as before? Real people side by side, for somebody to confirm (A14)."""

from dataclasses import dataclass

from accounts.access import Ability, Access
from clever_sync.queries import connection_of
from core.vocabulary import DataType
from integration_console.sources.rating import short
from mappings.comparison import Compared, compare
from mappings.queries import StudentId, active_specs, student_id_of
from mappings.student_id import warning
from schools.queries import label
from schools.sources import name_of


@dataclass(frozen=True)
class Verification:
    """The student ID of a district, with real people side by side (A14)."""

    identity: StudentId
    label: str
    source: str
    old_name: str
    people: list[Compared]
    warning: str

    @property
    def agreeing(self) -> int:
        return sum(one.agree for one in self.people)

    @property
    def mostly_differ(self) -> bool:
        return self.agreeing * 2 < len(self.people)

    @property
    def confirmed(self) -> bool:
        return self.identity.confirmed


def verification(access: Access) -> Verification:
    """What the old field holds beside what Clever would give; no people for whom they are hidden.

    Raises nothing: a district without a reading of Clever has nobody to compare.
    """
    district = access.district
    specs = active_specs(district, [DataType.STUDENT])
    identity = student_id_of(district, specs[0] if specs else None)
    connection = connection_of(district)
    may_see = access.may(Ability.SEE_PEOPLE) and access.may(Ability.SEE_PERSONAL_DATA)
    people = compare(connection, identity) if connection and may_see else []
    return Verification(
        identity=identity,
        label=label(district, identity.field),
        source=short(identity.source) if identity.source else "nothing",
        old_name=name_of(identity.old.system) if identity.old else "",
        people=people,
        warning=warning(district, specs[0]) if specs else "",
    )
