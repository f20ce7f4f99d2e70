"""What in the plan of a file looks like an accident, by the same limits as a sync (engine.md 6).

Nobody leaves and nobody is made, so four brakes are looked at. Values that fill what was blank are
no accident: bringing in a field for everybody is what files are for. Problems are shares of the
file's lines, all else of the active people of that type, linked or not.
"""

from django.db import connection as database

from core.vocabulary import DataType
from imports.brakes import Figures, Tripped, trip
from imports.limits import limits_of
from imports.models import Run

_PEOPLE = """
    SELECT count(*) FROM schools_person
    WHERE district_id = %s AND status IN (1, 2, 3) AND archived_at IS NULL
        AND roles @> %s::varchar[]
"""
_ROWS = """
    SELECT count(*) FILTER (WHERE action = 'update'
                            AND jsonb_path_exists(before, '$.* ? (@ != null)')),
        count(*) FILTER (WHERE 'identity' = ANY(effects)),
        count(*) FILTER (WHERE action = 'reject')
    FROM imports_plannedchange WHERE run_id = %s AND exception IS NULL
"""
_BLANKED = """
    SELECT k.name, count(*) FROM imports_plannedchange c
    CROSS JOIN LATERAL jsonb_object_keys(c.after) AS k(name)
    WHERE c.run_id = %s AND c.exception IS NULL AND 'blank' = ANY(c.effects)
        AND c.after->>k.name IS NULL AND c.before->>k.name IS NOT NULL
    GROUP BY 1
"""


def tripped(run: Run, data_type: DataType) -> list[Tripped]:
    """The brakes that this plan trips."""
    with database.cursor() as cursor:
        cursor.execute(_PEOPLE, [run.district_id, [str(data_type)]])
        people: int = cursor.fetchone()[0]
        cursor.execute(_ROWS, [run.pk])
        overwritten, identities, problems = cursor.fetchone()
        cursor.execute(_BLANKED, [run.pk])
        blanked: dict[str, int] = dict(cursor.fetchall())
    limits = limits_of(run, data_type)
    lines = run.file.lines if run.file else 0
    of_people = Figures(
        data_type,
        population={None: people},
        actions={(None, "update"): overwritten, (None, "identity"): identities},
        blanked=blanked,
    )
    of_lines = Figures(data_type, population={None: lines}, actions={(None, "problem"): problems})
    return [*trip(of_people, limits), *trip(of_lines, limits)]
