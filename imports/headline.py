"""The headline of the overview: what the imports stopped and wrote, and whether anybody was lost.

All figures are counted from the runs of the last days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database

from core.vocabulary import RunMode
from imports.models import Run
from imports.queries import IMPORTED, total_of
from schools.models import District

WRITES = ("create", "update", "move", "link", "transfer", "restore")

# A removal that stays held night after night is stopped once: it counts where the import of that
# data type before did not hold it yet. What a person approved was not stopped.
_STOPPED = """
    WITH live AS (
        SELECT r.id, t.data_type, r.finished_at,
            lag(r.id) OVER (PARTITION BY t.data_type ORDER BY r.id) AS before
        FROM imports_run r, unnest(r.data_types) AS t(data_type)
        WHERE r.district_id = %(district)s AND r.mode = 'live' AND r.state = ANY(%(imported)s)
    )
    SELECT count(*) FROM imports_plannedchange c
    JOIN live ON live.id = c.run_id AND live.data_type = c.data_type
    JOIN imports_hold h ON h.id = c.hold_id
    WHERE live.finished_at >= %(since)s AND c.action = 'transfer' AND c.exception = 'held'
        AND h.state <> 'approved'
        AND NOT EXISTS (SELECT 1 FROM imports_plannedchange e
                        WHERE e.run_id = live.before AND e.person_id = c.person_id
                            AND e.action = 'transfer' AND e.exception = 'held')
"""

# Marked as a leaver by an import, still so, and yet shared by Clever.
_LOST = """
    SELECT count(DISTINCT p.id) FROM imports_plannedchange c
    JOIN imports_run r ON r.id = c.run_id
    JOIN schools_person p ON p.id = c.person_id
    JOIN clever_sync_connection n ON n.district_id = r.district_id
    JOIN clever_sync_mirrorobject m ON m.connection_id = n.id AND m.type = 'user'
        AND m.clever_id = p.clever_id
    WHERE r.district_id = %(district)s AND r.mode = 'live' AND r.state = ANY(%(imported)s)
        AND r.finished_at >= %(since)s AND c.action = 'transfer' AND c.exception IS NULL
        AND p.status_before IS NOT NULL AND m.gone_in_id IS NULL AND m.absent_in_id IS NULL
"""


@dataclass(frozen=True)
class Headline:
    """What the imports of the last `days` days did for the people of a district."""

    days: int
    removals_stopped: int
    changes_written: int
    people_lost: int


def headline(district: District, now: datetime, days: int = 14) -> Headline:
    """The figures of the last days, for the top of the overview."""
    since = now - timedelta(days=days)
    names: dict[str, Any] = {
        "district": district.pk,
        "imported": [str(state) for state in IMPORTED],
        "since": since,
    }
    counts = Run.objects.filter(
        district=district, mode=RunMode.LIVE, state__in=IMPORTED, finished_at__gte=since
    ).values_list("counts", flat=True)
    return Headline(
        days=days,
        removals_stopped=_number(_STOPPED, names),
        changes_written=sum(total_of(of_run, WRITES) for of_run in counts),
        people_lost=_number(_LOST, names),
    )


def _number(sql: str, names: dict[str, Any]) -> int:
    with database.cursor() as cursor:
        cursor.execute(sql, names)
        return int(cursor.fetchone()[0])
