"""A run as pages show it: its name, its steps, its progress and its figures in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.access import Ability
from core.vocabulary import (
    ACTIVE_RUN_STATES,
    Action,
    Outcome,
    RunMode,
    RunState,
    RunStep,
    Trigger,
)
from imports import words
from imports.models import Run
from imports.queries import IMPORTED, SERIES, still_held, total_of


def cancelling(run: Run) -> Ability:
    """What it takes to cancel this run: as much as to start it."""
    first = run.mode != RunMode.LIVE or run.tested_run_id is not None
    return Ability.IMPORT if first else Ability.SYNC


VALIDATING_STEPS = (RunStep.PULLING, RunStep.PLANNING, RunStep.CHECKING)


@dataclass(frozen=True)
class Step:
    """One step of the timeline; state is done, now, stopped or later."""

    label: str
    state: str
    number: int


@dataclass(frozen=True)
class Line:
    """The figures of one action, one per data type."""

    action: str
    label: str
    counts: list[int]

    @property
    def planned(self) -> bool:
        """Whether plan rows have this action."""
        return self.action in list(Action)


@dataclass(frozen=True)
class Moved:
    """A figure that is another one than in the test before."""

    label: str
    tested: int
    now: int


@dataclass(frozen=True)
class Shown:
    """A run, ready for a template. `now` is the moment of the page."""

    run: Run
    now: datetime

    @property
    def name(self) -> str:
        first = self.run.trigger == Trigger.CLICK and self.run.tested_run_id is not None
        return words.kind(self.run.mode, self.run.trigger, first=first)

    @property
    def word(self) -> words.Word:
        if self.what_if and self.run.state == RunState.TESTED:
            return words.WORKED_OUT
        if self.undo and self.run.state == RunState.IMPORTING:
            return words.TAKING_BACK
        return words.of_run(self.run.state, still_held(self.run))

    @property
    def types(self) -> str:
        return words.types(self.run.data_types)

    @property
    def asked_by(self) -> str:
        return self.run.requested_by or words.SCHEDULE

    @property
    def active(self) -> bool:
        return self.run.state in ACTIVE_RUN_STATES

    @property
    def test(self) -> bool:
        """Whether it only plans: a Test Import, or a what-if."""
        return self.run.mode != RunMode.LIVE

    @property
    def what_if(self) -> bool:
        return self.run.mode == RunMode.WHAT_IF

    @property
    def undo(self) -> bool:
        """Whether it takes back what another run wrote."""
        return self.run.trigger == Trigger.UNDO

    @property
    def of_file(self) -> bool:
        """Whether its plan comes from a file, and not from Clever (C27)."""
        return self.run.trigger == Trigger.FILE

    @property
    def wrote(self) -> bool:
        """Whether the plan was written to the records."""
        return self.run.state in IMPORTED

    @property
    def cancellable(self) -> bool:
        return self.active and self.run.state != RunState.CANCELLING

    @property
    def seconds(self) -> float:
        """From the start to the end, or until now."""
        return ((self.run.finished_at or self.now) - self.run.created_at).total_seconds()

    @cached_property
    def sums(self) -> dict[str, int]:
        """{"matched": n, "created": n, "updated": n, "left": n, "problems": n}."""
        return {name: total_of(self.run.counts, actions) for name, actions in SERIES.items()}

    @property
    def planned(self) -> int:
        return total_of(self.run.counts, list(Action))

    @property
    def would_write(self) -> int:
        """How many people the plan changes; lines that were left out are none."""
        return self.planned - self.sums["problems"]

    @property
    def step_label(self) -> str:
        if self.run.state == RunState.VALIDATING:
            return words.STEPS.get(self.run.step, self.word.label)
        return self.word.label

    @property
    def done(self) -> int:
        return int(self.run.progress.get("done") or 0)

    @property
    def total(self) -> int:
        return int(self.run.progress.get("total") or 0)

    @property
    def left(self) -> float | None:
        """Seconds that the present step will still take, at its pace so far."""
        if not self.total or not self.done or self.done > self.total:
            return None
        before = float(sum(self.run.seconds.values()))
        in_step = max(self.seconds - before, 0.0)
        return in_step * (self.total - self.done) / self.done

    @property
    def steps(self) -> list[Step]:
        """Reading, comparing, checking, importing: how far this run has come."""
        labels = [words.STEPS[step] for step in VALIDATING_STEPS]
        if self.what_if:
            labels[0] = words.READ_BEFORE
        if self.undo or self.of_file:
            labels[0] = words.LOOKED_UP if self.undo else words.UPLOADED
        if not self.test:
            labels.append(words.STEPS["undoing" if self.undo else "importing"])
        reached = self._reached(len(labels))
        here = "now" if self.active else "stopped"
        return [
            Step(label, "done" if n < reached else here if n == reached else "later", n + 1)
            for n, label in enumerate(labels)
        ]

    def _reached(self, count: int) -> int:
        """The index of the step that is on; `count` when all are done."""
        state = self.run.state
        if state in (RunState.TESTED, RunState.COMPLETED, RunState.COMPLETED_WITH_ERRORS):
            return count
        if state in (RunState.IMPORTING, RunState.READY, RunState.DISCARDED, RunState.SUPERSEDED):
            return len(VALIDATING_STEPS)
        if state == RunState.QUEUED or not self.run.step:
            return 0
        steps = [step.value for step in VALIDATING_STEPS]
        return steps.index(self.run.step) if self.run.step in steps else len(steps)

    @property
    def shown_types(self) -> list[str]:
        """The data types that have figures, in their order."""
        known = {*self.run.counts, *self.run.data_types}
        return [data_type for data_type in words.DATA_TYPES if data_type in known]

    @property
    def type_labels(self) -> list[str]:
        return [words.DATA_TYPES[data_type] for data_type in self.shown_types]

    @property
    def table(self) -> list[Line]:
        """A line per action that any type has, with the figure of each type."""
        lines = [
            Line(action, label, [self._count(of, action) for of in self.shown_types])
            for action, label in self._labels.items()
        ]
        return [line for line in lines if any(line.counts)]

    @property
    def _labels(self) -> Mapping[str, str]:
        """A conflict of an undo, or of a file, is no question of who it is: what is there stays."""
        own = self.undo or self.of_file
        kept = {str(Outcome.CONFLICT): words.KEPT_IN_CONFLICT} if own else {}
        return {**words.COUNTED, **kept}

    @property
    def moved(self) -> list[Moved]:
        """What the test that this run names had counted differently (H03)."""
        test = self.run.tested_run
        if test is None or not self.run.counts:
            return []
        figures = [
            Moved(label, total_of(test.counts, [action]), total_of(self.run.counts, [action]))
            for action, label in words.COUNTED.items()
        ]
        return [figure for figure in figures if figure.tested != figure.now]

    def _count(self, data_type: str, action: str) -> int:
        return int(self.run.counts.get(data_type, {}).get(action, 0))
