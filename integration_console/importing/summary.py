"""The Import Summary: every step done or missing, the last test, and what may be pressed (A47)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.access import Access
from core.vocabulary import DataType
from imports import actions, catalogue, queries
from imports.held import Held, held
from imports.models import Run
from imports.shown import Shown, cancelling
from integration_console.importing.brakes_on import brakes_on
from integration_console.importing.steps import MISSING, Step, more, parts
from mappings.queries import setup_of
from mappings.student_id import reach_of
from schools.queries import labels

DEFAULT_TYPES = (DataType.STUDENT, DataType.TEACHER)


@dataclass(frozen=True)
class Summary:
    """Everything on the page. `outdated` says why the last test cannot be imported any more."""

    steps: list[Step]
    types: list[str]
    running: Shown | None
    may_cancel: bool
    test: Shown | None
    held: list[Held]
    problems: list[catalogue.ShownProblem]
    alerts: int
    outdated: str
    brakes: list[tuple[str, str]]
    imported: bool

    @property
    def missing(self) -> list[Step]:
        return [step for step in self.steps if step.state == MISSING]

    @property
    def startable(self) -> bool:
        """Whether Start Import may be pressed now."""
        return not (self.missing or self.outdated or self.running) and self.test is not None


def summary(access: Access, now: datetime, chosen: Iterable[DataType]) -> Summary:
    """The summary for the ticked data types; without any, for those of the last test."""
    district = access.district
    test, running = queries.last_test(district), queries.active_run(district)
    automation = queries.automation(district)
    types = list(chosen) or of_test(test) or [DataType(t) for t in automation.types]
    types = types or list(DEFAULT_TYPES)
    first = [data_type for data_type in types if str(data_type) not in automation.imported]
    setup = setup_of(district, reach_of(district, first) if first else None)
    outdated = actions.outdated(district, test) if test else ""
    return Summary(
        steps=[*parts(district, setup, types, first), *more(district, setup, test, outdated)],
        types=[str(data_type) for data_type in types],
        running=Shown(running, now) if running else None,
        may_cancel=running is not None and access.may(cancelling(running)),
        test=Shown(test, now) if test else None,
        held=held(test) if test else [],
        problems=catalogue.told(queries.problems_of(test), labels(district)) if test else [],
        alerts=queries.alerts_of(test) if test else 0,
        outdated=outdated,
        brakes=brakes_on(district),
        imported=bool(automation.imported),
    )


def of_test(test: Run | None) -> list[DataType]:
    return [DataType(data_type) for data_type in test.data_types] if test else []
