"""What is not kept for ever, and its removal every night (F82, C34).

Values of single people: those of imports and of edits here for CHANGES_KEPT_DAYS, those of tests,
what Clever said of people who are gone, and the lines of files for 30 days. Runs keep their
figures, records stay.
Everything goes in small pieces, each in a transaction of its own, so that nobody waits and a
killed purge goes on where it was.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from clever_sync.contents import EXTENSION_FIELD
from core.vocabulary import RunMode
from imports import unneeded
from imports.destroying.tally import NIGHTLY, close_nights, note_night
from imports.models import Run
from imports.school_calendar import said
from imports.states import ACTIVE

log = structlog.get_logger("console.imports")
SHORT = timedelta(days=30)
PIECE = 5000
TICK_SECONDS = 20.0
NAME = "purge"
Until = Callable[[], bool]
# How many rows went, by what they were, and whether it was all.
Purged = tuple[dict[str, int], bool]
# Claimed once a day; whoever ends before all is done gives it back for the next tick.
_CLAIM = """
    INSERT INTO imports_heartbeat (name, at) VALUES (%s, now())
    ON CONFLICT (name) DO UPDATE SET at = now()
    WHERE imports_heartbeat.at < now() - interval '20 hours'
    RETURNING name
"""
_GIVE_BACK = "UPDATE imports_heartbeat SET at = now() - interval '21 hours' WHERE name = %s"

_OF_PULL = """(SELECT c.district_id FROM clever_sync_pull p
            JOIN clever_sync_connection c ON c.id = p.connection_id WHERE p.id = pull_id)"""
_ROWS = """
    WITH gone AS (
        DELETE FROM imports_plannedchange WHERE id IN
            (SELECT id FROM imports_plannedchange WHERE run_id = %(run)s LIMIT %(piece)s)
        RETURNING (SELECT district_id FROM imports_run WHERE id = %(run)s) AS district
    ) SELECT district, count(*) FROM gone GROUP BY district
"""
_EXAMPLES = "UPDATE imports_runproblem SET examples = '{}' WHERE run_id = %(run)s"
_SIMPLE: dict[str, str] = {
    "edits": """
        WITH gone AS (
            DELETE FROM schools_localedit WHERE id IN (SELECT id FROM schools_localedit
                WHERE at < %(long)s ORDER BY id LIMIT %(piece)s)
            RETURNING district_id AS district
        ) SELECT district, count(*) FROM gone GROUP BY district
    """,
    # The hash that no record has: who comes back is read as if for the first time.
    "clever": """
        WITH gone AS (
            UPDATE clever_sync_mirrorobject SET payload = '{}', raw_hash = %(nothing)s,
                key_sis_id = NULL, key_number = NULL, key_staff_id = NULL, key_state_id = NULL,
                key_email = NULL
            WHERE id IN (SELECT m.id FROM clever_sync_mirrorobject m
                JOIN clever_sync_pull p ON p.id = m.gone_in_id
                WHERE m.type = 'user' AND p.finished_at < %(short)s AND m.payload <> '{}'
                LIMIT %(piece)s)
            RETURNING (SELECT c.district_id FROM clever_sync_connection c
                WHERE c.id = connection_id) AS district
        ) SELECT district, count(*) FROM gone GROUP BY district
    """,
    "findings": f"""
        WITH gone AS (
            DELETE FROM clever_sync_pullfinding WHERE id IN (SELECT f.id
                FROM clever_sync_pullfinding f JOIN clever_sync_pull p ON p.id = f.pull_id
                WHERE p.finished_at < %(short)s AND f.code <> %(kept_code)s LIMIT %(piece)s)
            RETURNING {_OF_PULL} AS district
        ) SELECT district, count(*) FROM gone GROUP BY district
    """,
    "fills": f"""
        WITH gone AS (
            DELETE FROM clever_sync_pullfill WHERE id IN (SELECT f.id
                FROM clever_sync_pullfill f JOIN clever_sync_pull p ON p.id = f.pull_id
                WHERE p.finished_at < %(short)s AND EXISTS (SELECT 1 FROM clever_sync_pullfill n
                    JOIN clever_sync_pull q ON q.id = n.pull_id
                    WHERE q.connection_id = p.connection_id AND q.id > p.id
                        AND q.finished_at < %(short)s)
                LIMIT %(piece)s)
            RETURNING {_OF_PULL} AS district
        ) SELECT district, count(*) FROM gone GROUP BY district
    """,
    # A file says that its lines are gone as soon as the first of them are.
    "lines": """
        WITH marked AS (
            UPDATE imports_peoplefile SET purged_at = now()
            WHERE purged_at IS NULL AND uploaded_at < %(short)s
        ), gone AS (
            DELETE FROM imports_fileline WHERE id IN (SELECT l.id FROM imports_fileline l
                JOIN imports_peoplefile f ON f.id = l.file_id
                WHERE f.purged_at IS NOT NULL OR f.uploaded_at < %(short)s LIMIT %(piece)s)
            RETURNING (SELECT f.district_id FROM imports_peoplefile f WHERE f.id = file_id)
                AS district
        ) SELECT district, count(*) FROM gone GROUP BY district
    """,
    "problems": """
        WITH gone AS (
            DELETE FROM imports_standingproblem WHERE id IN (SELECT id FROM imports_standingproblem
                WHERE closed_at < %(long)s LIMIT %(piece)s)
            RETURNING district_id AS district
        ) SELECT district, count(*) FROM gone GROUP BY district
    """,
}


@dataclass(frozen=True)
class Ages:
    """Before which moments values go: of imports and edits (`long`), of all else (`short`)."""

    long: datetime
    short: datetime

    @staticmethod
    def at(now: datetime) -> "Ages":
        return Ages(now - timedelta(days=settings.CHANGES_KEPT_DAYS), now - SHORT)


def kept_days(mode: str) -> int:
    """How many days the rows of a run of this mode are kept."""
    return settings.CHANGES_KEPT_DAYS if mode == RunMode.LIVE else SHORT.days


def gone(run: Run) -> str:
    """Since when the details of a run are gone, in a sentence (F82)."""
    at = run.purged_at or timezone.now()
    day = at.astimezone(ZoneInfo(run.district.time_zone)).date()
    more = ", but it cannot be undone any more" if run.mode == RunMode.LIVE else ""
    return (
        f"The details of run #{run.pk} were purged on {said(day)}: the values of single "
        f"people are kept for {kept_days(run.mode)} days. Its figures remain{more}."
    )


def nightly(now: datetime) -> bool:
    """Once a day, as far as a tick has time; whether it was our turn."""
    return once_a_day(NAME, lambda until: purge(now, until=until))


def once_a_day(name: str, work: Callable[[Until], Purged]) -> bool:
    """Lets this purge begin once a day, for the time of a tick; whether it was our turn."""
    with database.cursor() as cursor:
        cursor.execute(_CLAIM, [name])
        if cursor.fetchone() is None:
            return False
    end = time.monotonic() + TICK_SECONDS
    done, finished = work(lambda: time.monotonic() > end)
    if not finished:
        with database.cursor() as cursor:
            cursor.execute(_GIVE_BACK, [name])
    if any(done.values()):
        log.info("purged", finished=finished, **done)
    return True


def purge(now: datetime, *, until: Until = lambda: False, by: str = NIGHTLY) -> Purged:
    """Removes what is too old, until `until` says so, which is asked after each piece.

    Rows that stay without their values are counted as well. Each district where something went
    gets a certificate, when all of it is gone (C34).
    """
    ages = Ages.at(now)
    done = {"changes": 0, **dict.fromkeys(_SIMPLE, 0), "fields": 0}
    for run in _old_runs(ages):
        while gone := piece("changes", _ROWS, by=by, run=run):
            done["changes"] += gone
            if until():
                return done, False
        _mark(run, now)
    kept: dict[str, Any] = {"nothing": bytes(16), "kept_code": EXTENSION_FIELD}
    for name, statement in _SIMPLE.items():
        while gone := piece(name, statement, by=by, long=ages.long, short=ages.short, **kept):
            done[name] += gone
            if until():
                return done, False
    for connection in unneeded.connections():
        while gone := unneeded.forget(connection, PIECE, by):
            done["fields"] += gone
            if until():
                return done, False
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    close_nights(now)
    return done, True


def _old_runs(ages: Ages) -> list[int]:
    """Runs whose rows are too old and not gone yet, the oldest first."""
    ended = Run.objects.filter(purged_at=None).exclude(state__in=ACTIVE).order_by("pk")
    # Whoever is being undone just now keeps the rows; who is too old is not undone any more.
    ended = ended.exclude(undone_by__state__in=ACTIVE)
    old = ended.filter(mode=RunMode.LIVE, created_at__lt=ages.long) | ended.exclude(
        mode=RunMode.LIVE
    ).filter(created_at__lt=ages.short)
    return list(old.values_list("pk", flat=True))


def piece(kind: str, statement: str, *, by: str = NIGHTLY, **values: Any) -> int:
    """Removes at most PIECE rows, in a transaction of its own; returns how many.

    The statement returns (district, rows), so that each district is told what of it is gone.
    """
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(statement, {"piece": PIECE, **values})
        return note_night(kind, cursor.fetchall(), by)


def _mark(run: int, now: datetime) -> None:
    """From now on the run says that its details are gone."""
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(_EXAMPLES, {"run": run})
        Run.objects.filter(pk=run).update(purged_at=now)
