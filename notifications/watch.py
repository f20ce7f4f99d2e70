"""Watching for what no run tells: an approval that came, a connection, syncs that do not come.

Each look compares what is so with what was told (`Condition`), so that whoever looks next, or at
the same time, tells nothing twice (C20).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, OuterRef

from clever_sync.models import Connection
from core.vocabulary import ACTIVE_RUN_STATES, CalendarKind, ConnectionState, EventKind
from imports import outbox
from imports.calendar.queries import days_of
from imports.due_schedules import running
from imports.lease import database_now
from imports.models import CalendarRange, Run, RunEvent, Schedule
from imports.schedules import timetable_of
from imports.school_calendar import Days, at, due_outside
from notifications.models import Condition
from notifications.news import WORKS_AGAIN

LOCK = 4_702_011
# A sync that is due now may take this long before anybody is alarmed.
GRACE = timedelta(hours=2)
BROKEN = (ConnectionState.NEEDS_ATTENTION, ConnectionState.DISCONNECTED)
# Clever's own word that its data does not move on.
CLEVER_RESTS = ("paused", "pending", "error")
_WAIT = """
    INSERT INTO notifications_condition (district_id, data_type, topic, code, times, told)
    SELECT district_id, '', %(topic)s, '', 1, false FROM clever_sync_connection
    WHERE state = 'waiting'
    ON CONFLICT DO NOTHING
"""
_WATCH = """
    INSERT INTO notifications_condition (district_id, data_type, topic, code, times, told)
    SELECT district_id, data_type, %(topic)s, '', 1, false FROM imports_schedule
    WHERE id = ANY(%(schedules)s)
    ON CONFLICT DO NOTHING
"""
_NO_LONGER = """
    DELETE FROM notifications_condition c WHERE topic = %(topic)s AND NOT EXISTS (
        SELECT FROM imports_schedule s WHERE s.id = ANY(%(schedules)s)
            AND s.district_id = c.district_id AND s.data_type = c.data_type)
"""
# When the last good sync of a schedule ended, if that, and the watch, began long enough ago.
_SILENT = """
    SELECT s.id, greatest(c.since, coalesce(last.finished_at, s.first_import_at)) AS since
    FROM imports_schedule s
    JOIN notifications_condition c ON c.district_id = s.district_id
        AND c.data_type = s.data_type AND c.topic = %(topic)s AND NOT c.told
    LEFT JOIN LATERAL (
        SELECT r.finished_at FROM imports_run r WHERE r.district_id = s.district_id
            AND s.data_type = ANY(r.data_types) AND r.mode = 'live'
            AND r.trigger NOT IN ('undo', 'file')
            AND r.state IN ('completed', 'completed_with_errors')
        ORDER BY r.id DESC LIMIT 1) last ON true
    WHERE s.id = ANY(%(schedules)s)
        AND greatest(c.since, coalesce(last.finished_at, s.first_import_at)) <= %(before)s
"""


def look(now: datetime | None = None) -> None:
    """Looks at every district once; what is new becomes an event of the outbox."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if cursor.fetchone()[0]:
            _approvals()
            _connections()
            _silence(now or database_now())


def _approvals() -> None:
    """Tells when Clever lets in whoever waited for it, whoever found that out (B64)."""
    topic = EventKind.APPROVED
    with database.cursor() as cursor:
        cursor.execute(_WAIT, {"topic": topic})
    waited = Condition.objects.filter(topic=topic)
    came = waited.filter(district__connection__state=ConnectionState.READY)
    for district in came.values_list("district", flat=True):
        outbox.write_of_district(district, topic)
    waited.exclude(district__connection__state=ConnectionState.WAITING).delete()


def _connections() -> None:
    """Tells of a connection that somebody found broken, or well again, outside of a run."""
    topic = EventKind.NEEDS_ATTENTION
    told = Condition.objects.filter(topic=topic, told=True)
    untold = RunEvent.objects.filter(
        district=OuterRef("district"), kind=topic, delivered_at__isnull=True
    )
    broken = Connection.objects.filter(state__in=BROKEN).exclude(
        Exists(told.filter(district=OuterRef("district")))
    )
    for district, code in broken.exclude(Exists(untold)).values_list("district", "attention"):
        outbox.write_of_district(district, topic, code=code)
    busy = Run.objects.filter(
        district=OuterRef("district"), state__in=[str(state) for state in ACTIVE_RUN_STATES]
    )
    # A run that has just ended tells of it in its own letter.
    ended = RunEvent.objects.filter(district=OuterRef("district"), delivered_at__isnull=True)
    well = told.filter(district__connection__state=ConnectionState.READY).exclude(
        Exists(busy) | Exists(ended)
    )
    for condition in well:
        outbox.write_of_district(
            condition.district_id, WORKS_AGAIN, topics=[topic], times=condition.times,
            since=condition.since.isoformat(),
        )  # fmt: skip
    told.filter(pk__in=[condition.pk for condition in well]).delete()
    told.filter(district__connection=None).delete()


def _silence(now: datetime) -> None:
    """Tells where no good sync came although one was due: once for all types of a district."""
    watched = may_be_missed(now)
    names: dict[str, Any] = {
        "topic": EventKind.OVERDUE,
        "schedules": [schedule.pk for schedule in watched],
    }
    with database.cursor() as cursor:
        cursor.execute(_NO_LONGER, names)
        cursor.execute(_WATCH, names)
        before = now - timedelta(hours=settings.OVERDUE_HOURS)
        cursor.execute(_SILENT, {**names, "before": before})
        silent = dict(cursor.fetchall())
    calendars = _calendars(schedule.district_id for schedule in watched if schedule.pk in silent)
    missed: dict[int, dict[str, datetime]] = defaultdict(dict)
    for schedule in watched:
        since = silent.get(schedule.pk)
        if since and _due_after(schedule, since, calendars) <= now - GRACE:
            missed[schedule.district_id][schedule.data_type] = since
    for district, types in missed.items():
        since = min(types.values())
        outbox.write_of_district(district, EventKind.OVERDUE, types, since=since.isoformat())
        Condition.objects.filter(
            district=district, topic=EventKind.OVERDUE, data_type__in=types
        ).update(told=True, since=since)


def may_be_missed(now: datetime) -> list[Schedule]:
    """The schedules of which a sync may be expected: nothing is paused, neither here nor there."""
    found = (
        running(Schedule.objects.all())
        .filter(district__connection__state=ConnectionState.READY)
        .exclude(district__connection__clever_state__in=CLEVER_RESTS)
        .exclude(paused_until__gt=now)
        .select_related("district")
        .order_by("district", "data_type")
    )
    blackouts = _calendars(None)
    return [
        schedule
        for schedule in found
        if not at(
            blackouts.get(schedule.district_id, ()),
            CalendarKind.BLACKOUT,
            ZoneInfo(schedule.district.time_zone),
            now,
        )
    ]


def _calendars(districts: Iterable[int] | None) -> Mapping[int, list[Days]]:
    """The blackouts of these districts, of all of them by default."""
    rows = CalendarRange.objects.filter(kind=CalendarKind.BLACKOUT)
    if districts is not None:
        rows = rows.filter(district__in=set(districts))
    found: dict[int, list[Days]] = defaultdict(list)
    for row in rows:
        found[row.district_id].append(days_of(row))
    return found


def _due_after(
    schedule: Schedule, since: datetime, calendars: Mapping[int, list[Days]]
) -> datetime:
    zone = ZoneInfo(schedule.district.time_zone)
    calendar = calendars.get(schedule.district_id, ())
    return due_outside(timetable_of(schedule), zone, since, calendar)
