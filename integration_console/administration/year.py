"""What the first day of the school year means for class years, in figures."""

import calendar
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.vocabulary import DataType, RulesetState, Status
from mappings.models import FieldRule
from mappings.transforms import class_year
from mappings.year import school_year_end
from schools.models import District
from schools.queries import people_of
from schools.targets import CLASS_YEAR_FROM_GRADE

GRADES = ((12, "Grade 12"), (9, "Grade 9"), (0, "Kindergarten"))


@dataclass(frozen=True)
class Year:
    """The school year that is on. `students` have a class year that follows from their grade."""

    begins: str
    ends: int
    by_grade: bool
    students: int

    @property
    def label(self) -> str:
        return f"{self.ends - 1}-{self.ends}"

    @property
    def examples(self) -> list[tuple[str, int]]:
        """Some grades with the class year that they give in this school year."""
        return [(name, class_year(self.ends, grade)) for grade, name in GRADES]


def year_of(district: District, now: datetime) -> Year:
    """The present school year, by the district's own clock."""
    month, day = district.rollover_month, district.rollover_day
    rules = FieldRule.objects.filter(
        ruleset__district=district,
        ruleset__data_type=DataType.STUDENT,
        ruleset__state=RulesetState.ACTIVE,
        field="class_year",
        source=CLASS_YEAR_FROM_GRADE,
    )
    by_grade = rules.exists()
    students = people_of(district, DataType.STUDENT).filter(
        clever_id__isnull=False, status=Status.ACTIVE, grade__isnull=False
    )
    return Year(
        begins=f"{calendar.month_name[month]} {day}",
        ends=end_of(district, now, month, day),
        by_grade=by_grade,
        students=students.count() if by_grade else 0,
    )


def end_of(district: District, now: datetime, month: int, day: int) -> int:
    """In which year the present school year would end with this rollover day."""
    return school_year_end(now.astimezone(ZoneInfo(district.time_zone)).date(), month, day)
