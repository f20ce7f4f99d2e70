"""What people and tasks may do with runs. Each function owns its transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.audit import record
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import (
    ACTIVE_RUN_STATES,
    NOT_OF_CLEVER,
    ConnectionState,
    DataType,
    RunMode,
    RunState,
    Trigger,
)
from imports import bell
from imports.calendar.queries import adds_only_at
from imports.from_file.delivered import delivered
from imports.lease import database_now
from imports.limits import noted
from imports.models import Run, Schedule
from imports.rows import FORMAT
from imports.states import ACTIVE, RUN
from mappings.problems import PROBLEMS
from mappings.queries import active_specs, school_map, setup_of
from mappings.review import student_id
from mappings.student_id import objection, reach_of
from schools.models import District
from schools.sources import exclusive_on, name_of

TEST_IS_GOOD_FOR = timedelta(hours=24)
USES_UP = (*ACTIVE_RUN_STATES, RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS)
NOTHING_SENT = {ConnectionState.NEW, ConnectionState.WAITING, ConnectionState.DISCONNECTED}


@dataclass(frozen=True)
class Started:
    """A run, and whether it was made by this call or was on already."""

    run: Run
    created: bool


@dataclass(frozen=True)
class Raised:
    """Brakes of one run: {type: {brake: people who may pass}}, and why."""

    brakes: Mapping[str, Mapping[str, int]]
    because: str

    @property
    def listed(self) -> list[str]:
        """["student/many_transfers/640", ...]"""
        return [f"{t}/{name}/{n}" for t, of in self.brakes.items() for name, n in of.items()]


def start_run(
    *,
    district: District,
    mode: RunMode,
    data_types: Sequence[DataType],
    requested_by: str,
    trigger: Trigger = Trigger.CLICK,
    tested_run: Run | None = None,
    full: bool = False,
    approved: bool = False,
    approved_causes: Sequence[object] = (),
    due_slot: datetime | None = None,
    raised: Raised | None = None,
) -> Started:
    """Queues a run, or answers with the one that is on (A50, B52, engine.md 1).

    `tested_run` is the finished test that a Start Import names; `approved` is the operator's word
    that a first import need not wait; `raised` are brakes for this run and no other (C24).
    Raises ConsoleError with what is missing.
    """
    types = [t for t in DataType if t in set(data_types)]
    settings, schools_key = _ready(district, types)
    if mode is RunMode.LIVE:
        _may_write(district)
    if mode is RunMode.LIVE and not approved:
        _may_import(district, types, tested_run, settings, schools_key, trigger)
    if tested_run is not None and (begun := _begun_with(tested_run)):
        return Started(begun, created=False)
    try:
        with transaction.atomic():
            give_way(district)
            supersede(district)
            run = Run.objects.create(
                district=district,
                mode=mode,
                trigger=trigger,
                data_types=types,
                requested_by=requested_by,
                tested_run=tested_run,
                full=full,
                approved=approved,
                approved_causes=list(approved_causes),
                due_slot=due_slot,
                settings=settings,
                schools_key=schools_key,
                own_brakes=noted(district, types),
                raised_brakes=raised.brakes if raised else {},
                raised_because=raised.because if raised else "",
            )
            _record(run, requested_by, f"{mode} started")
            if raised:
                _record(run, requested_by, "brakes raised", brakes=raised.listed)
            bell.ring(run.pk)
    except IntegrityError:
        running = Run.objects.filter(district=district, state__in=ACTIVE).first()
        if running is None:
            raise
        return Started(running, created=False)
    return Started(run, created=True)


def _begun_with(tested: Run) -> Run | None:
    """The import that a test was already used for: a form sent again starts nothing (H04)."""
    used = Run.objects.filter(district=tested.district_id, tested_run=tested)
    return used.filter(state__in=USES_UP).order_by("-pk").first()


def why_not_start(district: District, types: Sequence[DataType], tested: Run | None) -> str:
    """What Start Import after this test would be refused for, in a sentence; "" if it would not.

    A run that is on is no reason here: `start_run` answers with it.
    """
    wanted = [t for t in DataType if t in set(types)]
    try:
        settings, schools_key = _ready(district, wanted)
        _may_write(district)
        _may_import(district, wanted, tested, settings, schools_key, Trigger.CLICK)
    except ConsoleError as refusal:
        return refusal.sentence
    return ""


def outdated(district: District, tested: Run) -> str:
    """Why a test cannot be imported any more, in a sentence; "" if it can (H02)."""
    types = [DataType(t) for t in tested.data_types]
    try:
        settings, schools_key = _ready(district, types)
        _check_test(district, tested, settings, schools_key)
    except ConsoleError as refusal:
        return refusal.sentence
    return ""


def _ready(district: District, types: list[DataType]) -> tuple[dict[str, int], bytes]:
    """What every run needs: leave, a connection, rules, matched schools. Raises ConsoleError.

    A test writes no record, so it needs no more: whoever migrates looks before the old integration
    is switched off and its identifiers are cleared (A46, A48).
    """
    if not types:
        raise ConsoleError("Choose at least one data type to import.", code="no_types")
    if not district.clever_enabled:
        raise ConsoleError(
            f"The Clever integration is not enabled for {district.name}. Ask Support to enable it.",
            code="not_enabled",
        )
    connection = Connection.objects.filter(district=district).first()
    if connection is None or connection.state in NOTHING_SENT:
        raise ConsoleError(
            "Clever is not connected yet. Enter the District ID under Clever Data Integration "
            "Setup first.",
            code="not_connected",
        )
    specs = active_specs(district, types)
    without = [str(t) for t in types if t not in {spec.data_type for spec in specs}]
    if without:
        raise ConsoleError(
            f"There are no settings for {', '.join(without)}. Save them under Clever Data "
            "Integration Settings first.",
            code="no_settings",
        )
    schools = school_map(district)
    if not any(schools.local.values()):
        raise ConsoleError(
            "No school is matched yet, so nobody could be placed. Match your schools first.",
            code="no_school_matched",
        )
    return {str(spec.data_type): spec.id for spec in specs}, schools.key


def _may_write(district: District) -> None:
    """What an import needs beside: Clever switched on, and no other source on (A46, B47)."""
    others = exclusive_on(district)
    if others:
        raise ConsoleError(
            f"Records still arrive from {name_of(others[0])}. Switch that integration off before "
            "importing from Clever.",
            code="other_source",
        )
    if not Connection.objects.filter(district=district, enabled=True).exists():
        raise ConsoleError(
            "Clever is switched off for this district. Switch it on under Clever Data "
            "Integration Setup first.",
            code="switched_off",
        )


def _may_import(
    district: District,
    types: list[DataType],
    tested: Run | None,
    settings: dict[str, int],
    schools_key: bytes,
    trigger: Trigger,
) -> None:
    """A first import names a test under the same settings, at most a day old (A48, H02)."""
    imported = set(
        Schedule.objects.filter(district=district, first_import_at__isnull=False).values_list(
            "data_type", flat=True
        )
    )
    new = [str(t) for t in types if str(t) not in imported]
    if tested is None:
        if new and trigger not in (Trigger.FOLLOW_UP, Trigger.HOLD):
            raise ConsoleError(
                f"There was no first import of {', '.join(new)} yet. Run a Test Import, look at "
                "its result, then Start Import.",
                code="test_first",
            )
        return
    _check_test(district, tested, settings, schools_key)
    if new:
        _first_import(district, [t for t in types if str(t) in new])


def _check_test(
    district: District, tested: Run, settings: dict[str, int], schools_key: bytes
) -> None:
    of_this = tested.district_id == district.pk and tested.mode == RunMode.TEST
    of_this = of_this and tested.trigger not in NOT_OF_CLEVER
    if not of_this or tested.state != RunState.TESTED:
        raise ConsoleError(
            "That test is not finished. Run a Test Import and wait for its result.",
            code="test_unfinished",
        )
    if tested.settings != settings or bytes(tested.schools_key or b"") != schools_key:
        raise ConsoleError(
            "Settings or matched schools were changed after that test. Test again, so that what "
            "you see is what will be imported.",
            code="test_outdated",
        )
    if tested.plan_format != FORMAT:
        raise ConsoleError(
            "The console was upgraded after that test. Test again, so that what you see is what "
            "will be imported.",
            code="test_outdated",
        )
    if tested.finished_at is None or database_now() - tested.finished_at > TEST_IS_GOOD_FOR:
        raise ConsoleError(
            "That test is more than 24 hours old. Test again, then start the import.",
            code="test_too_old",
        )


def _first_import(district: District, types: list[DataType]) -> None:
    """Nobody is made twice: the student ID is what people are known by (A11 to A14, C04)."""
    setup = setup_of(district, reach_of(district, types))
    for finding in student_id(setup, types):
        if PROBLEMS[finding.code].severity == "error":
            raise ConsoleError(objection(district, finding), code=finding.code)


def _record(run: Run, by: str, verb: str, **details: list[str]) -> None:
    record(district=run.district, actor=by, verb=verb, subject=f"run {run.pk}", **details)


def give_way(district: District) -> None:
    """A what-if that is on ends: nobody waits for it, and it can be asked for again (C03)."""
    RUN.move(
        Run.objects.filter(district=district, mode=RunMode.WHAT_IF),
        RunState.CANCELLED,
        finished_at=database_now(),
        lease_until=None,
        message="Another run began, so this was left. Ask again when it has finished.",
    )


def supersede(district: District) -> None:
    """A plan that waits for a decision is replaced by the newer one."""
    RUN.move(
        Run.objects.filter(district=district),
        RunState.SUPERSEDED,
        message="Replaced by a newer run. Nothing was imported by this one.",
    )


def confirm_run(*, run: Run, by: str) -> bool:
    """Imports a plan that waits for a decision; False if it does not wait any more.

    Raises ConsoleError if nothing may be imported by now: Clever was switched off, or the like.
    """
    if not Run.objects.filter(pk=run.pk, state=RunState.READY).exists():
        return False
    if run.trigger == Trigger.FILE:
        _file_may(run)
    elif run.trigger != Trigger.UNDO:
        district = District.objects.get(pk=run.district_id)
        _ready(district, [DataType(t) for t in run.data_types])
        _may_write(district)
        _calendar_allows(district, run)
    with transaction.atomic():
        moved = RUN.move(
            Run.objects.filter(pk=run.pk),
            RunState.IMPORTING,
            only_from=RunState.READY,
            approved=True,
            message="",
            finished_at=None,
            next_attempt_at=database_now(),
            attempts=0,
        )
        if moved:
            _record(run, by, "plan approved")
            bell.ring(run.pk)
    return bool(moved)


def _file_may(run: Run) -> None:
    """What Clever delivers by now is not written from a file that waited. Raises ConsoleError."""
    fields: set[str] = set(run.scope["columns"].values())
    for data_type, fed in delivered(run.district).items():
        if data_type in run.data_types and fed & fields:
            raise ConsoleError(
                "The settings were changed since, and Clever delivers a field of this file now. "
                "Discard this plan, and choose the columns again.",
                code="clever_delivers",
            )


def _calendar_allows(district: District, run: Run) -> None:
    """A plan of an ordinary day is not written on adds-only days (C24). Raises ConsoleError."""
    until = adds_only_at(district, database_now())
    if until and not run.adds_only:
        raise ConsoleError(
            f"By the school calendar people are only added and updated {until}, and this plan was "
            "made before. Start it again: then nobody is removed or moved away.",
            code="adds_only",
        )


def discard_run(*, run: Run, by: str) -> bool:
    """Sets aside a plan that waits for a decision; nothing is imported."""
    with transaction.atomic():
        moved = RUN.move(
            Run.objects.filter(pk=run.pk),
            RunState.DISCARDED,
            message="Discarded. Nothing was imported.",
        )
        if moved:
            _record(run, by, "plan discarded")
    return bool(moved)


def cancel_run(*, run: Run, by: str) -> bool:
    """Asks an active run to stop; False if it is final already, or already stopping.

    A run that writes just now is finished or undone as a whole by its own transaction.
    """
    with transaction.atomic():
        moved = RUN.move(
            Run.objects.filter(pk=run.pk),
            RunState.CANCELLED,
            only_from=RunState.QUEUED,
            finished_at=database_now(),
            message="Cancelled before it began.",
        ) or RUN.move(
            Run.objects.filter(pk=run.pk), RunState.CANCELLING, next_attempt_at=database_now()
        )
        if moved:
            _record(run, by, "run cancelled")
            bell.ring(run.pk)
    return bool(moved)


def follow_up(run: Run) -> None:
    """Looks again, in a run of its own, at what had changed here while `run` was planned."""
    start_run(
        district=run.district,
        mode=RunMode.LIVE,
        data_types=[DataType(t) for t in run.data_types],
        requested_by=run.requested_by,
        trigger=Trigger.FOLLOW_UP,
    )
