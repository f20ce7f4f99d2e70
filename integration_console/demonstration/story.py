"""Plays the demonstration: the districts, then the nights, each once. What is done stays done.

A start that was interrupted goes on where it stopped: Clever's side is played anew, which costs
little, and of the console's side only what is missing.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from core.vocabulary import ACTIVE_RUN_STATES, DataType, RunMode, Trigger
from imports.actions import start_run
from imports.driver import drive
from imports.models import Run
from integration_console.demonstration import districts, nights
from integration_console.demonstration.calendar import EDIT_AT, Calendar
from integration_console.demonstration.cast import MAPLE, cast, scenario
from integration_console.demonstration.left_over import is_done, since
from integration_console.demonstration.mistake import approve_and_take_back
from integration_console.demonstration.nights import NIGHTS, Play
from integration_console.demonstration.past import Past, leave
from integration_console.demonstration.sizes import Sizes
from integration_console.demonstration.stage import Stage, district_id
from mappings.models import SchoolMatch
from schools.models import District
from schools.writer import create_person

Say = Callable[[str], None]
# Whom the school office has written down by hand, some days before Clever has heard of them.
BY_HAND = (
    ("Jayden", "Okonkwo", "2018-08-23", "3"),
    ("Camila", "Ferrer", "2016-03-14", "5"),
)


def prepare(
    *, sandbox_url: str, scenario_file: Path, now: datetime, sizes: Sizes, say: Say
) -> None:
    """Makes the demonstration, or what is missing of it. Does nothing when all of it is there."""
    maple = District.objects.filter(slug=districts.MAPLE_RIDGE).first()
    begun = maple is not None
    if maple and is_told() and scenario_file.exists() and district_id(sandbox_url, MAPLE):
        return
    calendar = Calendar(maple.created_at) if maple else Calendar.before(now)
    stage = Stage(sandbox_url, scenario(sizes, calendar.prepared))
    with stage.night(calendar.prepared):
        play = Play(stage, cast(stage, sizes), sizes)
    make_districts(stage, sizes, calendar, say)
    tell(play, calendar, say, again=begun)
    leave()
    stage.save(scenario_file)


def is_told() -> bool:
    """Whether all districts and all nights are there."""
    there = District.objects.filter(slug__in=districts.OURS).count() == len(districts.OURS)
    return there and _imports().exclude(state__in=ACTIVE_RUN_STATES).count() >= len(NIGHTS)


def make_districts(stage: Stage, sizes: Sizes, calendar: Calendar, say: Say) -> None:
    """The districts that are not there yet. Maple Ridge comes last, as it is where to go on."""
    makers: dict[str, Callable[[], District]] = {
        districts.CEDAR_FALLS: districts.make_cedar_falls,
        districts.HARBOR_POINT: lambda: districts.make_harbor_point(stage, sizes),
        districts.MAPLE_RIDGE: lambda: districts.make_maple_ridge(stage, sizes),
    }
    for slug, make in makers.items():
        if District.objects.filter(slug=slug).exists():
            continue
        with transaction.atomic():
            past = Past(calendar.prepared)
            district = make()
            past.settle()
        say(f"  {district.name}: {district.people.count():,} people")


def tell(play: Play, calendar: Calendar, say: Say, *, again: bool) -> None:
    """Night after night: Clever's side, then the console's unless it has been."""
    maple = District.objects.get(slug=districts.MAPLE_RIDGE)
    for number, night in enumerate(NIGHTS, start=1):
        with play.stage.night(calendar.clever_sync_of(number)):
            night.happens(play)
        run = _run_of(number)
        if run is None or not is_done(run, calendar.import_of(number)):
            run = _import(play, maple, calendar, number, run)
            say(f"  Night {number:2}: {night.title}. {run.message}")
        elif again:
            say(f"  Night {number:2}: {night.title}. It is there.")
        if number == nights.WRONG_ADDRESSES:
            for run in approve_and_take_back(maple, calendar):
                say(f"  In the morning: {run.message}")


def _imports() -> QuerySet[Run]:
    """The imports of the nights, without what was done about them by day."""
    live = Run.objects.filter(district__slug=districts.MAPLE_RIDGE, mode=RunMode.LIVE)
    return live.exclude(trigger__in=(Trigger.HOLD, Trigger.UNDO)).order_by("pk")


def _run_of(number: int) -> Run | None:
    return _imports()[number - 1 : number].first()


def _import(
    play: Play, maple: District, calendar: Calendar, number: int, left_over: Run | None
) -> Run:
    """The import of a night, at its time. One that was left over is brought to its end."""
    if number == nights.LOOK_KNOWN and left_over is None:
        _write_down_by_hand(play, maple, calendar)
    at = calendar.import_of(number)
    past = Past(at, since(left_over, at))
    run = left_over or _start(maple, number)
    if number == nights.OUTAGE:
        run = _through_the_outage(play, run, past)
    elif number == nights.FIRST_PAGE_ONLY:
        keep = len(play.stage.people("student")) - play.sizes.first_page_missing
        with play.stage.trouble(nights.first_page_only(keep)):
            run = drive(run.pk)
    else:
        run = drive(run.pk)
    past.settle()
    return run


def _start(maple: District, number: int) -> Run:
    """The schedule starts an import; the first is started by hand, and names a test."""
    if number > 1:
        return start_run(
            district=maple,
            mode=RunMode.LIVE,
            data_types=list(DataType),
            requested_by="",
            trigger=Trigger.SCHEDULE,
        ).run
    test = start_run(
        district=maple,
        mode=RunMode.TEST,
        data_types=list(DataType),
        requested_by=districts.ADMIN,
    ).run
    return start_run(
        district=maple,
        mode=RunMode.LIVE,
        data_types=list(DataType),
        requested_by=districts.ADMIN,
        tested_run=drive(test.pk),
    ).run


def _through_the_outage(play: Play, run: Run, past: Past) -> Run:
    """Clever does not answer; the run rests as it does on any night, and then goes on."""
    with play.stage.trouble(nights.DOWN):

        def rest(seconds: float) -> None:
            # Nobody has to wait for what was long ago.
            past.settle()
            past.go_on(Run.objects.get(pk=run.pk).next_attempt_at)
            play.stage.control.clear_faults()

        return drive(run.pk, sleep=rest)


def _write_down_by_hand(play: Play, maple: District, calendar: Calendar) -> None:
    """The school office makes records for those who will come, without any number."""
    match = SchoolMatch.objects.get(district=maple, clever_school_id=play.cast.elementary[0])
    past = Past(calendar.at(nights.LOOK_KNOWN - 2, EDIT_AT))
    for first, last, born, grade in BY_HAND:
        create_person(
            district=maple,
            data_type=DataType.STUDENT,
            values={
                "first_name": first,
                "last_name": last,
                "birth_date": born,
                "grade": grade,
            },
            school=match.school,
            by=districts.ADMIN,
        )
    past.settle()
