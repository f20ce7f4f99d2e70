"""The figures that the brakes look at, counted in the database (engine.md 6)."""

from datetime import timedelta

from django.db import connection as database

from clever_sync.models import MirrorObject
from core.vocabulary import ROLES_OF_TYPE, DataType
from imports.brakes import Figures
from imports.frame import Frame
from imports.models import Schedule
from imports.tally import Tally

_POPULATION = """
    SELECT school_id, count(*) FROM schools_person
    WHERE district_id = %s AND clever_id IS NOT NULL AND status IN (1, 2, 3)
        AND archived_at IS NULL AND roles && %s::varchar[]
    GROUP BY school_id
"""

_PLANNED = """
    SELECT CASE WHEN action = 'create' THEN school ELSE old_school END,
        count(*) FILTER (WHERE action = 'transfer' AND why->>'absence' <> 'unconfirmed'),
        count(*) FILTER (WHERE action = 'transfer' AND why->>'absence' = 'unconfirmed'),
        count(*) FILTER (WHERE action = 'create'),
        count(*) FILTER (WHERE action IN ('update', 'move', 'restore')
                         AND NOT 'new_year' = ANY(effects)),
        count(*) FILTER (WHERE 'move' = ANY(effects)),
        count(*) FILTER (WHERE 'identity' = ANY(effects)),
        count(*) FILTER (WHERE action IN ('reject', 'conflict')),
        count(*) FILTER (WHERE action = 'link')
    FROM imports_plannedchange
    WHERE run_id = %s AND data_type = %s AND exception IS NULL
    GROUP BY 1
"""
ACTIONS = (
    "transfer", "unconfirmed", "create", "update", "move_away", "identity", "problem", "link",
)  # fmt: skip

_UNLINKED = """
    SELECT count(*) FROM schools_person
    WHERE district_id = %s AND clever_id IS NULL AND status IN (1, 2, 3)
        AND archived_at IS NULL AND roles && %s::varchar[]
"""

_LAST_DAYS = """
    SELECT count(*) FROM imports_plannedchange c JOIN imports_run r ON r.id = c.run_id
    WHERE r.district_id = %s AND r.mode = 'live' AND r.finished_at > %s AND r.id <> %s
        AND r.state IN ('completed', 'completed_with_errors')
        AND r.trigger NOT IN ('hold', 'undo')
        AND c.action = 'transfer' AND c.data_type = %s AND c.exception IS NULL
"""


def figures(frame: Frame, tally: Tally) -> list[Figures]:
    """The figures of a plan, one per data type of the run."""
    gone, imported = _gone_schools(frame), _imported_before(frame)
    return [
        _figures(frame, tally, data_type, gone, first=data_type not in imported)
        for data_type in frame.types
    ]


def _figures(
    frame: Frame, tally: Tally, data_type: DataType, gone: frozenset[int], *, first: bool
) -> Figures:
    actions: dict[tuple[int | None, str], int] = {}
    with database.cursor() as cursor:
        cursor.execute(_POPULATION, [frame.district.pk, [str(data_type)]])
        population: dict[int | None, int] = dict(cursor.fetchall())
        cursor.execute(_PLANNED, [frame.run.pk, str(data_type)])
        for school, *numbers in cursor.fetchall():
            for action, number in zip(ACTIONS, numbers, strict=True):
                if number:
                    actions[school, action] = number
        cursor.execute(_UNLINKED, [frame.district.pk, [str(data_type)]])
        unlinked: int = cursor.fetchone()[0]
        before = frame.now - timedelta(days=6)
        cursor.execute(_LAST_DAYS, [frame.district.pk, before, frame.run.pk, str(data_type)])
        last_days: int = cursor.fetchone()[0]
    return Figures(
        data_type=data_type,
        population=population,
        actions=actions,
        blanked={name: n for (t, name), n in tally.blanked.items() if t == data_type},
        clever_users=clever_users(frame, data_type),
        clever_before=sum(population.values()),
        first_import=first,
        unlinked_here=unlinked,
        linked_by_plan=sum(n for (_, action), n in actions.items() if action == "link"),
        transfers_last_days=last_days,
        gone_schools=gone,
    )


def _gone_schools(frame: Frame) -> frozenset[int]:
    """Our schools whose Clever school is not shared any more."""
    gone = MirrorObject.objects.filter(
        connection=frame.connection, type="school", gone_in__isnull=False
    ).values_list("clever_id", flat=True)
    schools = (frame.schools.local.get(clever_id) for clever_id in gone)
    return frozenset(school for school in schools if school is not None)


def clever_users(frame: Frame, data_type: DataType) -> int:
    """How many people of a type the walks of this run's pull met."""
    return sum(frame.met.get(str(role), 0) for role in ROLES_OF_TYPE[data_type])


def _imported_before(frame: Frame) -> frozenset[str]:
    """The data types whose first import has been completed."""
    done = Schedule.objects.filter(district=frame.district, first_import_at__isnull=False)
    return frozenset(done.values_list("data_type", flat=True))
