"""The switch of Clever, and Reset Configuration: what concerns several floors at once."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction

from accounts import audit
from clever_sync import actions as clever
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import AlertState, HoldState, RunState
from imports.actions import cancel_run
from imports.driver import advance_run
from imports.lease import database_now
from imports.models import Alert, Hold, Run, Schedule, Settled
from imports.queries import active_run
from imports.states import ALERT, HOLD, RUN
from mappings.models import SchoolLeftOut, SchoolMatch
from mappings.queries import matched_schools
from schools.actions import set_clever_enabled
from schools.models import District
from schools.sources import exclusive_on, lock, name_of
from schools.writer import forget_links

PATIENCE = timedelta(minutes=4)
PAUSE = 1.0


@transaction.atomic
def switch_clever_on(*, district: District, by: str) -> bool:
    """Support's leave and the district's switch (A18, B45); returns whether anything moved.

    Raises ConsoleError until a District ID is saved and a school is matched (B46), and while
    another exclusive source is on (B47).
    """
    lock(district)
    connection = Connection.objects.select_for_update().filter(district=district).first()
    if connection is None:
        raise ConsoleError(
            "Clever cannot be switched on: no District ID is saved yet. Connect Clever first."
        )
    if not matched_schools(district):
        raise ConsoleError(
            "Clever cannot be switched on: your sites must be mapped to sync, and none is. "
            "Match schools first."
        )
    if others := exclusive_on(district):
        other = name_of(others[0])
        raise ConsoleError(
            f"Clever and {other} cannot both be on. Switch {other} off first.", code="other_source"
        )
    moved = set_clever_enabled(district=district, enabled=True)
    if not connection.enabled:
        Connection.objects.filter(pk=connection.pk).update(enabled=True)
        moved = True
    if moved:
        audit.record(district, by, "clever.enable")
    return moved


def reset_configuration(
    *,
    district: District,
    by: str,
    unlink: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Reset Configuration (A24 to A26, H05): first everything stops, then the set-up is forgotten.

    Stops the schedule and any run, waits for a run to be really over, then forgets the
    connection, the mirror and the school matching. Every record stays; so do the rules, and the
    links of people unless `unlink`. Raises ConsoleError if a run does not end.
    """
    Schedule.objects.filter(district=district).update(automatic=False, next_due=None)
    _stop_runs(district, by, sleep)
    with transaction.atomic():
        District.objects.select_for_update(no_key=True).get(pk=district.pk)
        if active_run(district) is not None:
            raise ConsoleError("Another run has just begun; reset once more.", code="run_active")
        _put_away(district)
        clever.reset(district=district, by=by)
        if unlink:
            forget_links(district=district)
        audit.record(district, by, "configuration.reset", unlink=unlink)


def _stop_runs(district: District, by: str, sleep: Callable[[float], None]) -> None:
    give_up = database_now() + PATIENCE
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
