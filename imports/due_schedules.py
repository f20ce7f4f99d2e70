"""Starting what is due by the timetable (B06, B10): the row says when, and is moved on first.

Types of a district that are due together share one run (F13). While another run is on, what is
due stays due, so that one run follows, however many times were missed meanwhile.
"""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from core.problems import ConsoleError
from core.vocabulary import DataType, RunMode, Trigger
from imports.actions import start_run
from imports.calendar.queries import blackout_at
from imports.models import Run, Schedule
from imports.schedules import due_next
from schools.models import District

log = structlog.get_logger("console.imports")


def start_due(now: datetime) -> int:
    """Starts a run for each district where something is due; returns how many were started.

    A schedule without a next time, as after the first import, is given one.
    """
    waiting = running(Schedule.objects.all())
    for schedule in waiting.filter(next_due__isnull=True).select_related("district"):
        _move_on([schedule], now)
    due = waiting.filter(next_due__lte=now).exclude(paused_until__gt=now)
    districts = due.order_by("district").values_list("district", flat=True).distinct()
    return sum(_start(district, now) for district in districts)


def running(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Schedules that may start anything: ticked, after the first import, with Clever on."""
    return schedules.filter(
        Q(automatic=True, first_import_at__isnull=False),
        Q(district__clever_enabled=True, district__connection__enabled=True),
    )


@transaction.atomic
def _start(district_id: int, now: datetime) -> bool:
    """Starts the run of one district; whoever comes second finds nothing due any more."""
    district = District.objects.select_for_update(no_key=True).get(pk=district_id)
    due = running(Schedule.objects.filter(district=district, next_due__lte=now))
    schedules = list(due.exclude(paused_until__gt=now).select_related("district"))
    if not schedules:
        return False
    slot = min(schedule.next_due for schedule in schedules if schedule.next_due)
    if Run.objects.filter(district=district, due_slot=slot).exists():
        # Set back by hand, or by a restored backup: that slot had its run.
        _move_on(schedules, now)
        return False
    if blackout_at(district, now):
        # Missed before the blackout began: it comes again when that is over (C24).
        _move_on(schedules, now)
        return False
    try:
        started = start_run(
            district=district,
            mode=RunMode.LIVE,
            data_types=[DataType(schedule.data_type) for schedule in schedules],
            requested_by="",
            trigger=Trigger.SCHEDULE,
            due_slot=slot,
        )
    except ConsoleError as refusal:
        log.warning("schedule_refused", district=district.slug, code=refusal.code)
        _move_on(schedules, now)
        return False
    if started.created:
        _move_on(schedules, now)
    return started.created


def _move_on(schedules: list[Schedule], now: datetime) -> None:
    for schedule in schedules:
        schedule.next_due = due_next(schedule.district, schedule, now)
        schedule.save(update_fields=["next_due"])
