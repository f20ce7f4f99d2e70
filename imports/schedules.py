"""What people do to the timetable of a data type. It holds at once; it is no part of a version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from accounts import audit
from core.problems import ConsoleError
from core.vocabulary import CalendarKind, DataType
from imports import outbox
from imports.calendar.queries import calendar_of
from imports.lease import database_now
from imports.models import Schedule
from imports.pulls import DEFAULT_ON
from imports.school_calendar import Days, at, due_outside
from imports.timetable import DAY, FREQUENCIES, Timetable, next_due
from schools.models import District


def schedules_of(district: District) -> Mapping[DataType, Schedule]:
    """The schedule of each data type; where none is stored, the one that holds without it."""
    stored = {s.data_type: s for s in Schedule.objects.filter(district=district)}
    return {
        t: stored.get(str(t))
        or Schedule(district=district, data_type=str(t), automatic=t in DEFAULT_ON)
        for t in DataType
    }


@transaction.atomic
def set_automatic(*, district: District, on: Collection[DataType], by: str) -> list[DataType]:
    """Automatically Update During Daily Operations (B50): these types and no others.

    Returns the types whose box was moved.
    """
    moved = []
    for data_type, schedule in _locked(district).items():
        if schedule.automatic != (data_type in on):
            schedule.automatic = data_type in on
            _save(district, schedule)
            moved.append(data_type)
    if moved:
        audit.record(
            district, by, "schedule.automatic",
            on=sorted(map(str, on)), moved=sorted(map(str, moved)),
        )  # fmt: skip
        outbox.write_of_district(
            district, outbox.SWITCHED, sorted(map(str, moved)), on=sorted(map(str, on))
        )
    return moved


@transaction.atomic
def set_timetable(
    *, district: District, data_type: DataType, timetable: Timetable, by: str
) -> bool:
    """How often and when a type is synced (A43); returns whether that is something new.

    Raises ConsoleError for a timetable that cannot be.
    """
    _check(timetable)
    schedule = _locked(district)[data_type]
    if timetable_of(schedule) == timetable:
        return False
    schedule.frequency, schedule.at_minute = timetable.frequency, timetable.at_minute
    schedule.weekday = timetable.weekday
    _save(district, schedule)
    audit.record(
        district, by, "schedule.timetable", str(data_type),
        frequency=timetable.frequency, at=timetable.at_minute,
    )  # fmt: skip
    return True


@transaction.atomic
def pause(
    *, district: District, types: Collection[DataType], until: datetime, by: str, why: str = ""
) -> None:
    """Nothing is started for these types by the timetable before `until` (H11).

    What would have come meanwhile is not caught up with. Raises ConsoleError for a pause that is
    over already.
    """
    if until <= database_now():
        raise ConsoleError("Paused until: choose a day that is still to come.")
    for data_type, schedule in _locked(district).items():
        if data_type in types:
            schedule.paused_until, schedule.paused_by, schedule.paused_why = until, by, why
            _save(district, schedule)
    audit.record(
        district, by, "schedule.paused",
        types=sorted(map(str, types)), until=until.isoformat(timespec="minutes"),
    )  # fmt: skip
    outbox.write_of_district(
        district, outbox.PAUSED, sorted(map(str, types)), until=until.isoformat()
    )


@transaction.atomic
def resume(
    *, district: District, by: str, types: Collection[DataType] = tuple(DataType)
) -> list[DataType]:
    """Ends the pauses of these types, of all if none are named; returns those that were paused."""
    now = database_now()
    resumed = []
    for data_type, schedule in _locked(district).items():
        if data_type in types and is_paused(schedule, now):
            resumed.append(data_type)
            schedule.paused_until, schedule.paused_by, schedule.paused_why = None, "", ""
            _save(district, schedule)
    if resumed:
        audit.record(district, by, "schedule.resumed", types=sorted(map(str, resumed)))
        outbox.write_of_district(district, outbox.RESUMED, sorted(map(str, resumed)))
    return resumed


def is_paused(schedule: Schedule, now: datetime) -> bool:
    """Whether the timetable starts nothing at the moment."""
    return schedule.paused_until is not None and schedule.paused_until > now


@transaction.atomic
def set_time_zone(*, district: District, time_zone: str, by: str) -> bool:
    """Times are those of this zone from now on, also the next ones (F26); whether that is new.

    Raises ConsoleError for a zone that nobody knows.
    """
    if time_zone not in available_timezones():
        raise ConsoleError("Time zone: choose one of the list.")
    schedules = _locked(district)
    if (
        not District.objects.filter(pk=district.pk)
        .exclude(time_zone=time_zone)
        .update(time_zone=time_zone)
    ):
        return False
    before, district.time_zone = district.time_zone, time_zone
    for schedule in schedules.values():
        _save(district, schedule)
    audit.record(district, by, "district.time_zone", before=before, now=time_zone)
    return True


def paused(district: District, now: datetime) -> list[Schedule]:
    """The schedules that are paused at the moment."""
    return list(Schedule.objects.filter(district=district, paused_until__gt=now).order_by("pk"))


def timetable_of(schedule: Schedule) -> Timetable:
    """The timetable of a schedule as a plain value."""
    return Timetable(schedule.frequency, schedule.at_minute, schedule.weekday)


def due_next(
    district: District,
    schedule: Schedule,
    now: datetime,
    calendar: Sequence[Days] | None = None,
) -> datetime | None:
    """When the schedule comes next, outside of pauses and blackouts; None where it is not ticked.

    `calendar` is the district's, for who has read it already.
    """
    if not schedule.automatic:
        return None
    if schedule.paused_until is not None:
        now = max(now, schedule.paused_until)
    known = calendar_of(district) if calendar is None else calendar
    return due_outside(timetable_of(schedule), ZoneInfo(district.time_zone), now, known)


def plan_anew(district: District) -> None:
    """Works out what is due next, after the calendar was changed."""
    for schedule in _locked(district).values():
        if schedule.pk is not None and schedule.next_due is not None:
            _save(district, schedule)


def put_off(district: District, now: datetime, calendar: Sequence[Days]) -> Days | None:
    """The blackout without which something would be due before it is; None if there is none."""
    zone = ZoneInfo(district.time_zone)
    if not any(days.kind is CalendarKind.BLACKOUT for days in calendar):
        return None
    started = Schedule.objects.filter(
        district=district, automatic=True, first_import_at__isnull=False
    )
    moments = [next_due(timetable_of(schedule), zone, now) for schedule in started]
    return at(calendar, CalendarKind.BLACKOUT, zone, min(moments)) if moments else None


def _locked(district: District) -> Mapping[DataType, Schedule]:
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    return schedules_of(district)


def _save(district: District, schedule: Schedule) -> None:
    """Before the first import nothing is due: schedules are refused until then (engine.md 1)."""
    started = schedule.first_import_at is not None
    schedule.next_due = due_next(district, schedule, database_now()) if started else None
    schedule.save()


def _check(timetable: Timetable) -> None:
    if timetable.frequency not in FREQUENCIES:
        raise ConsoleError("Data Update Frequency: choose one of the list.")
    if not 0 <= timetable.at_minute < DAY:
        raise ConsoleError("The time is not one of the day; write it as 05:00.")
    if timetable.weekday is not None and not 0 <= timetable.weekday <= 6:
        raise ConsoleError("The day is not one of the week; choose one of the list.")
