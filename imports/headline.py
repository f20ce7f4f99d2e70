"""The headline of the overview: what the imports stopped and wrote, and whether anybody was lost.

All figures are counted from the runs of the last days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database

from core.vocabulary import RunMode, Trigger
from imports.models import Run
from imports.queries import IMPORTED, total_of
from schools.models import District

# What an import writes; the last two are written by undos only.
WRITES = ("create", "update", "move", "link", "transfer", "restore", "remove", "unlink")

# A removal that stays held night after night is stopped once: it counts where the import of that
# data type before did not hold it yet. What a person approved was not stopped.
_STOPPED = """
    WITH live AS (
        SELECT r.id, t.data_type, r.finished_at,
            lag(r.id) OVER (PARTITION BY t.data_type ORDER BY r.id) AS before
        FROM imports_run r, unnest(r.data_types) AS t(data_type)
        WHERE r.district_id = %(district)s AND r.mode = 'live' AND r.state = ANY(%(imported)s)
            AND r.trigger <> 'file'
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
    """What the imports of the last `days` days did for the people of a district.

    `changes_written` are those that stand: what was undone is in `changes_undone` instead, and
    an undo itself counts in neither.
    """

    days: int
    removals_stopped: int
    changes_written: int
    changes_undone: int
    people_lost: int


def headline(district: District, now: datetime, days: int = 14) -> Headline:
    """The figures of the last days, for the top of the overview."""
    since = now - timedelta(days=days)
    names: dict[str, Any] = {
        "district": district.pk,
        "imported": [str(state) for state in IMPORTED],
        "since": since,
    }
    written, undone = _written(district, since)
    return Headline(
        days=days,
        removals_stopped=_number(_STOPPED, names),
        changes_written=written,
        changes_undone=undone,
        people_lost=_number(_LOST, names),
    )


def _written(district: District, since: datetime) -> tuple[int, int]:
    """How many changes of the imports since then stand, and how many were undone."""
    live = Run.objects.filter(
        district=district, mode=RunMode.LIVE, state__in=IMPORTED, finished_at__gte=since
    )
    wrote: dict[int, int] = {}
    undos: dict[int, list[int]] = {}
    imports: list[int] = []
    for pk, trigger, undoes, counts in live.values_list("pk", "trigger", "undoes", "counts"):
        wrote[pk] = total_of(counts, WRITES)
        if undoes is not None:
            undos.setdefault(undoes, []).append(pk)
        elif trigger != Trigger.UNDO:
            imports.append(pk)

    def standing(run: int) -> int:
        """What the run wrote less what stands of its undos, which may be undone as well."""
        return max(0, wrote[run] - sum(standing(undo) for undo in undos.get(run, [])))

    stands = sum(standing(run) for run in imports)
    return stands, sum(wrote[run] for run in imports) - stands


def _number(sql: str, names: dict[str, Any]) -> int:
    with database.cursor() as cursor:
        cursor.execute(sql, names)
        return int(cursor.fetchone()[0])
