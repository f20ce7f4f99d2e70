"""What a plan would do to the students of each school, counted in the database (C24)."""

from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from core.vocabulary import DataType
from imports.causes import GRADUATING
from imports.models import Run
from imports.planner import GRADES
from schools.models import School

NOWHERE = "Without a school"
MOST_PAIRS = 50
KINDS = ("graduates", "leavers", "away", "come", "new", "grades")

_BY_SCHOOL = """
    SELECT v.site, v.kind, count(*)
    FROM imports_plannedchange c LEFT JOIN schools_person p ON p.id = c.person_id
    CROSS JOIN LATERAL (VALUES
        (c.old_school, CASE WHEN c.action <> 'transfer' THEN NULL
                            WHEN p.grade = ANY(%(graduating)s) THEN 'graduates'
                            ELSE 'leavers' END),
        (c.old_school, CASE WHEN 'move' = ANY(c.effects) THEN 'away' END),
        (c.school, CASE WHEN 'move' = ANY(c.effects) THEN 'come' END),
        (c.school, CASE WHEN c.action = 'create' THEN 'new' END),
        (c.school, CASE WHEN c.before ? 'grade' THEN 'grades' END)
    ) v(site, kind)
    WHERE c.run_id = %(run)s AND c.data_type = %(type)s AND v.kind IS NOT NULL
    GROUP BY 1, 2
"""
_PAIRS = """
    SELECT old_school, school, count(*) FROM imports_plannedchange
    WHERE run_id = %(run)s AND data_type = %(type)s AND 'move' = ANY(effects)
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(most)s
"""
_GRADES = """
    SELECT before->>'grade', after->>'grade', count(*) FROM imports_plannedchange
    WHERE run_id = %(run)s AND data_type = %(type)s AND before ? 'grade'
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(most)s
"""


@dataclass(frozen=True)
class AtSchool:
    """The students of one school: how many of each kind."""

    name: str
    graduates: int = 0
    leavers: int = 0
    away: int = 0
    come: int = 0
    new: int = 0
    grades: int = 0


@dataclass(frozen=True)
class Pair:
    """So many go from one to the other: schools, or grades."""

    old: str
    new: str
    count: int


@dataclass(frozen=True)
class Preview:
    """What a plan would do to students. `total` sums the schools."""

    schools: list[AtSchool]
    total: AtSchool
    moves: list[Pair]
    grades: list[Pair]


def preview(run: Run) -> Preview:
    """Of the plan of a test or import, with its held rows; three statements, whatever its size."""
    asked: dict[str, Any] = {
        "run": run.pk,
        "type": str(DataType.STUDENT),
        "graduating": sorted(GRADUATING),
        "most": MOST_PAIRS,
    }
    names = dict(School.objects.filter(district=run.district_id).values_list("pk", "name"))
    found: dict[int | None, dict[str, int]] = {}
    for site, kind, count in _ask(_BY_SCHOOL, asked):
        found.setdefault(site, {})[kind] = count
    schools = [AtSchool(names.get(site or 0, NOWHERE), **kinds) for site, kinds in found.items()]
    total = {kind: sum(kinds.get(kind, 0) for kinds in found.values()) for kind in KINDS}
    return Preview(
        schools=sorted(schools, key=lambda school: school.name),
        total=AtSchool("All schools", **total),
        moves=[
            Pair(names.get(old or 0, NOWHERE), names.get(new or 0, NOWHERE), count)
            for old, new, count in _ask(_PAIRS, asked)
        ],
        grades=sorted(
            (Pair(old or "None", new or "None", n) for old, new, n in _ask(_GRADES, asked)),
            key=lambda pair: (GRADES.get(pair.old, len(GRADES)), pair.new),
        ),
    )


def _ask(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
