"""What the people of a hold have in common, and the likely cause in words (C09)."""

from django.db import connection as database

from imports.causes import Common, Share, likely_cause
from imports.models import Hold
from schools.models import School
from schools.queries import label
from schools.targets import TARGETS

_HELD = """
    FROM imports_plannedchange c LEFT JOIN schools_person p ON p.id = c.person_id
    WHERE c.run_id = %s AND c.hold_id = %s AND c.exception = 'held'
"""
_MOST = (
    "SELECT {what}, count(*) {held} AND {what} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
)
_MOST_FIELD = f"""
    SELECT f.field, count(*) FROM (
        SELECT jsonb_object_keys(c.after) AS field {_HELD}
    ) f GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1
"""


def cause_of(hold: Hold) -> str:
    """The likely cause of a hold in one sentence; "" when nothing stands out."""
    return likely_cause(hold.cause, hold.action, common_of(hold))


def common_of(hold: Hold) -> Common:
    """What the hold's people have in common."""
    school = _most(hold, "c.old_school")
    of = {row["school"]: row["of"] for row in hold.schools}
    return Common(
        total=hold.count,
        grade=_share(_most(hold, "p.grade")),
        school=_school(school),
        new_school=_school(_most(hold, "nullif(c.school, c.old_school)")),
        field=_field(hold),
        school_people=of.get(school[0], 0) if school else 0,
    )


def _most(hold: Hold, what: str) -> tuple[object, int] | None:
    """The most frequent value of an SQL expression among the hold's rows."""
    return _first(_MOST.format(what=what, held=_HELD), hold)


def _first(sql: str, hold: Hold) -> tuple[object, int] | None:
    with database.cursor() as cursor:
        cursor.execute(sql, [hold.run_id, hold.pk])
        row: tuple[object, int] | None = cursor.fetchone()
    return row


def _share(found: tuple[object, int] | None) -> Share | None:
    return None if found is None else Share(str(found[0]), found[1])


def _school(found: tuple[object, int] | None) -> Share | None:
    if found is None:
        return None
    school = School.objects.filter(pk=str(found[0])).first()
    return Share(school.name if school else str(found[0]), found[1])


def _field(hold: Hold) -> Share | None:
    found = _first(_MOST_FIELD, hold)
    if found is None:
        return None
    name = str(found[0])
    return Share(label(hold.district, name) if name in TARGETS else name, found[1])
