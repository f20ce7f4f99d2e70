"""The switch of Clever, and Reset Configuration: what concerns several floors at once."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from accounts import audit
from clever_sync import actions as clever
from clever_sync.asking import quick_client
from clever_sync.client import CleverClient
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import AlertState, HoldState, RunState, SourceSystem
from imports.actions import cancel_run
from imports.driver import advance_run
from imports.lease import database_now
from imports.models import Alert, Hold, Run, Schedule, Settled
from imports.queries import active_run
from imports.states import ALERT, HOLD, RUN
from mappings.models import SchoolLeftOut, SchoolMatch, SchoolMatchDraft
from mappings.queries import matched_schools
from schools.actions import set_clever_enabled
from schools.models import District
from schools.sources import exclusive_on, lock, name_of, set_source_state
from schools.writer import forget_links

PATIENCE = timedelta(minutes=4)
PAUSE = 1.0
# Which integrations Reset Configuration puts away (A24). SIF has a way of its own (B48).
RESET_WITH = (SourceSystem.POWERSCHOOL, SourceSystem.LEGACY_CLEVER)
RESET_FIRST = (
    "Press Reset Configuration before continuing with the setup. Your existing data is not"
    " deleted, but your automated sync is disabled."
)


def reset_with(district: District) -> list[str]:
    """The other integrations that Reset Configuration would switch off (A16, A24)."""
    return [system for system in exclusive_on(district) if system in RESET_WITH]


def set_up_already(district: District) -> str:
    """What is set up here and must be reset before another District ID (A24); "" for nothing.

    SIF is not among it: it is asked about when Clever is switched on (B47).
    """
    if others := reset_with(district):
        name = name_of(others[0])
        return f"{name[0].upper()}{name[1:]} is set up for {district.name}."
    connection = Connection.objects.filter(district=district).first()
    if connection is None:
        return ""
    in_use = connection.enabled or connection.last_full_pull_id is not None
    if in_use or SchoolMatch.objects.filter(district=district).exists():
        return (
            f"Clever is set up for {district.name} with the District ID"
            f" {connection.clever_district_id}."
        )
    return ""


def launch_clever(
    *, district: District, text: str, by: str, client: CleverClient | None = None
) -> Connection:
    """Save of the Setup page: stores the District ID, and schools become loadable (A27, B40).

    Raises ConsoleError without Support's leave, while something is set up that must be reset
    first (A24), and for whatever Clever says against it; then nothing is stored.
    """
    need_leave(district)
    if reason := set_up_already(district):
        raise ConsoleError(f"{reason} {RESET_FIRST}", code="reset_first")
    return clever.connect(district=district, text=text, by=by, client=client or quick_client())


def why_not_on(district: District) -> str:
    """Why Clever cannot be switched on here, in a sentence; "" when it can (A18, B46)."""
    if not district.clever_enabled:
        return (
            f"The Clever integration is not enabled for {district.name}. Ask Support to enable it."
        )
    return _what_is_missing(district)


def _what_is_missing(district: District) -> str:
    if not Connection.objects.filter(district=district).exists():
        return "Clever cannot be switched on: no District ID is saved yet. Connect Clever first."
    if not matched_schools(district):
        return (
            "Clever cannot be switched on: your sites must be mapped to sync, and none is. "
            "Match schools first."
        )
    if others := exclusive_on(district):
        other = name_of(others[0])
        return f"Clever and {other} cannot both be on. Switch {other} off first."
    return ""


def need_leave(district: District) -> None:
    """Raises ConsoleError while Support has not enabled the integration (A18, B01)."""
    if not District.objects.filter(pk=district.pk, clever_enabled=True).exists():
        raise ConsoleError(
            f"The Clever integration is not enabled for {district.name}. Ask Support to enable it.",
            code="not_enabled",
        )


@transaction.atomic
def switch_on(*, district: District, by: str) -> bool:
    """The district's own switch (B45); returns whether it moved.

    Raises ConsoleError without Support's leave (A18), until a District ID is saved and a school
    is matched (B46), and while another exclusive source is on (B47).
    """
    lock(district)
    connection = Connection.objects.select_for_update().filter(district=district).first()
    need_leave(district)
    if reason := _what_is_missing(district):
        raise ConsoleError(reason, code="other_source" if exclusive_on(district) else "not_ready")
    if connection is None or connection.enabled:
        return False
    Connection.objects.filter(pk=connection.pk).update(enabled=True)
    audit.record(district, by, "clever.enable")
    return True


@transaction.atomic
def switch_off(*, district: District, by: str) -> bool:
    """Nothing is imported any more, and a run that is on is stopped; every record stays.

    Returns whether the switch moved.
    """
    moved = Connection.objects.filter(district=district, enabled=True).update(enabled=False) > 0
    if moved:
        run = active_run(district)
        if run is not None:
            cancel_run(run=run, by=by)
        audit.record(district, by, "clever.disable")
    return moved


@transaction.atomic
def switch_clever_on(*, district: District, by: str) -> bool:
    """Support's leave and the district's switch at once; returns whether anything moved.

    Raises ConsoleError as `switch_on` does, and then neither is moved.
    """
    lock(district)
    leave = set_clever_enabled(district=district, enabled=True)
    if leave:
        audit.record(district, by, "district.enable")
    return switch_on(district=district, by=by) or leave


def reset_configuration(
    *,
    district: District,
    by: str,
    unlink: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    patience: timedelta = PATIENCE,
) -> None:
    """Reset Configuration (A24 to A26, H05): first everything stops, then the set-up is forgotten.

    Stops the schedule and any run, waits for a run to be really over, then forgets the
    connection, the mirror and the school matching, and switches a PowerSchool or older Clever
    integration off, whose identifiers stay. Every record stays; so do the rules, and the links of
    people unless `unlink`. Raises ConsoleError if a run does not end within `patience`.
    """
    Schedule.objects.filter(district=district).update(automatic=False, next_due=None)
    _stop_runs(district, by, sleep, patience)
    with transaction.atomic():
        District.objects.select_for_update(no_key=True).get(pk=district.pk)
        if active_run(district) is not None:
            raise ConsoleError("Another run has just begun; reset once more.", code="run_active")
        _put_away(district)
        clever.reset(district=district, by=by)
        if unlink:
            forget_links(district=district)
        audit.record(district, by, "configuration.reset", unlink=unlink)


def _stop_runs(
    district: District, by: str, sleep: Callable[[float], None], patience: timedelta
) -> None:
    give_up = database_now() + patience
    while (run := active_run(district)) is not None:
        cancel_run(run=run, by=by)
        advance_run(run.pk)
        run.refresh_from_db()
        if run.state in RUN.sources(RunState.CANCELLED):
            if database_now() > give_up:
                raise ConsoleError(
                    f"Run {run.pk} is still ending; nothing was reset. Try again in a minute.",
                    code="run_active",
                )
            sleep(PAUSE)


def _put_away(district: District) -> None:
    """Nothing of the old configuration may be decided any more."""
    RUN.move(Run.objects.filter(district=district), RunState.DISCARDED)
    HOLD.move(Hold.objects.filter(district=district), HoldState.EXPIRED)
    ALERT.move(Alert.objects.filter(district=district), AlertState.CLOSED, closed_at=database_now())
    Settled.objects.filter(district=district).delete()
    Schedule.objects.filter(district=district).update(first_import_at=None)
    SchoolMatch.objects.filter(district=district).delete()
    SchoolLeftOut.objects.filter(district=district).delete()
    SchoolMatchDraft.objects.filter(district=district).delete()
    for system in reset_with(district):
        set_source_state(district=district, system=system, on=False)
