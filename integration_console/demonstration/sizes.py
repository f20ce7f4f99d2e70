"""How many of everything there are in the demonstration; the tests tell the story in small."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Maple Ridge with its nights, and Harbor Point which waits."""

    schools: int = 12
    students: int = 4800
    teachers: int = 310
    staff: int = 60
    # Kindergartners whom only Clever knows at the first import.
    new_students: int = 150
    # Who belongs to Willow Creek High and to no other school: 640 people.
    willow_students: int = 605
    willow_teachers: int = 29
    willow_staff: int = 6
    # Who was on the pages that did not come.
    first_page_missing: int = 3800
    transitional: int = 31
    harbor_schools: int = 4
    harbor_students: int = 2000
    # Whose SIS ID in Clever is somebody else's number here, and whose number here is nobody's.
    harbor_crossed: int = 60
    harbor_unknown: int = 40

    @property
    def willow(self) -> int:
        """Everybody at Willow Creek High."""
        return self.willow_students + self.willow_teachers + self.willow_staff
