"""The morning after the wrong addresses: held changes are approved unread, and then taken back.

Nothing is shortened: the hold is approved as on its page, the undo is tested first, and approved
with the figures that its test has shown.
"""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, time

from core.vocabulary import HoldState, RunMode, Trigger
from imports.driver import drive
from imports.holds import approve
from imports.models import Hold, Run
from imports.undoing.actions import start_undo
from imports.undoing.scope import Figures
from integration_console.demonstration.calendar import APPROVED_AT, TESTED_AT, UNDONE_AT, Calendar
from integration_console.demonstration.left_over import is_done, since
from integration_console.demonstration.logins import IMPORT_ADMIN
from integration_console.demonstration.nights import WRONG_ADDRESSES
from integration_console.demonstration.past import Past
from schools.models import District

ADMIN = IMPORT_ADMIN.email


def approve_and_take_back(maple: District, calendar: Calendar) -> Iterator[Run]:
    """The runs of that morning, each unless it has been."""

    def at(hour: time) -> datetime:
        return calendar.at(WRONG_ADDRESSES, hour)

    approved = yield from _once(_run(maple, Trigger.HOLD), at(APPROVED_AT), lambda: _approve(maple))
    test = yield from _once(
        _run(maple, Trigger.UNDO, RunMode.TEST),
        at(TESTED_AT),
        lambda: start_undo(run=approved, by=ADMIN, mode=RunMode.TEST),
    )
    yield from _once(
        _run(maple, Trigger.UNDO),
        at(UNDONE_AT),
        lambda: start_undo(run=approved, by=ADMIN, seen=Figures.of(test)),
    )


def _run(maple: District, trigger: Trigger, mode: RunMode = RunMode.LIVE) -> Run | None:
    return Run.objects.filter(district=maple, trigger=trigger, mode=mode).order_by("pk").first()


def _once(there: Run | None, at: datetime, start: Callable[[], Run]) -> Generator[Run, None, Run]:
    """Brings a run to its end, at its time; yields it unless that was done before."""
    if there is not None and is_done(there, at):
        return there
    past = Past(at, since(there, at))
    run = drive((there or start()).pk)
    past.settle()
    yield run
    return run


def _approve(maple: District) -> Run:
    hold = Hold.objects.get(district=maple, state=HoldState.OPEN)
    return approve(hold_id=hold.pk, by=ADMIN, district=maple)
