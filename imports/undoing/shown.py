"""What the page of a run says of undoing: whether it was undone, what it undoes, until when."""

from dataclasses import dataclass
from datetime import datetime

from core.problems import ConsoleError
from core.vocabulary import RunMode, RunState, Trigger
from imports.changes import Reader
from imports.models import Run, Schedule
from imports.queries import IMPORTED
from imports.schedules import paused
from imports.undoing.actions import refuse, undoable_until, undone_by
from imports.undoing.scope import Scope
from schools.models import Person

UNDONE_NOTHING = (
    RunState.DISCARDED,
    RunState.SUPERSEDED,
    RunState.CANCELLED,
    RunState.FAILED,
)


@dataclass(frozen=True)
class Undo:
    """An undo of a run, with what it was limited to ("" for the whole run)."""

    run: Run
    limits: str


@dataclass(frozen=True)
class Undoing:
    """All that a run's page says of it.

    Of an undo: it `waits` for its approval, or has `ended` without undoing anything.
    """

    undos: list[Undo]
    whole: Run | None
    limits: str
    until: datetime | None
    paused: list[Schedule]
    waits: bool
    ended: bool

    @property
    def back(self) -> Undo | None:
        """The undo that took the whole run back."""
        return next((undo for undo in self.undos if undo.run == self.whole), None)


def undoing(run: Run, reader: Reader, now: datetime) -> Undoing:
    """For a run that wrote: its undos, newest first. For an undo: its limits and the pause."""
    wrote = run.mode == RunMode.LIVE and run.state in IMPORTED
    undos: list[Undo] = []
    if wrote:
        done = run.undone_by.filter(mode=RunMode.LIVE, state__in=IMPORTED).order_by("-pk")
        undos = [Undo(undo, limits(Scope.of(undo), reader)) for undo in done]
    of_undo = run.trigger == Trigger.UNDO
    return Undoing(
        undos=undos,
        whole=undone_by(run) if undos else None,
        limits=limits(Scope.of(run), reader) if of_undo else "",
        until=undoable_until(run) if wrote and run.purged_at is None else None,
        paused=paused(run.district, now) if of_undo and wrote else [],
        waits=waits(run),
        ended=of_undo and run.state in UNDONE_NOTHING,
    )


def limits(scope: Scope, reader: Reader) -> str:
    """ "only Oak Elementary (S01), only Email"; "" for a whole run."""
    said = []
    if scope.school is not None:
        reader.know_schools()
        said.append(f"only {reader.schools.get(scope.school, 'a school that is gone')}")
    if scope.person is not None:
        person = Person.objects.filter(district=reader.district, pk=scope.person).first()
        if person is not None:
            said.append(f"only {reader.full_name(person.first_name, person.last_name)}")
    if scope.field:
        said.append(f"only {reader.label(scope.field)}")
    return ", ".join(said)


def why_not(run: Run) -> str:
    """What an undo of this run is refused for, in a sentence; "" if it is not."""
    try:
        refuse(run)
    except ConsoleError as refusal:
        return refusal.sentence
    return ""


def waits(run: Run) -> bool:
    """Whether an undo waits for a decision: it comes to other figures than were shown."""
    return run.trigger == Trigger.UNDO and run.state == RunState.READY
