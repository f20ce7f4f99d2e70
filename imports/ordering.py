"""A run that a program orders: refused as the pages refuse it, and started once for a key (C28)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from core.problems import ConsoleError
from core.vocabulary import ACTIVE_RUN_STATES, DataType, RunMode
from imports import actions, queries
from imports.calendar.queries import blackout_at
from imports.models import Run, RunRequest
from mappings.unpublished import unpublished
from schools.models import District

TEST, IMPORT, SYNC = "test", "import", "sync"
OTHER_KEY = (
    "This key was used for another request. Use a new key for each run that you want, and the same"
    " one only to send a request again."
)
RUN_IS_ON = (
    "Run {} is on already, and a district has one at a time. Wait until it has finished, then ask"
    " again with the same key."
)
IMPORTED = "That test was imported already, by run {}. Start a new test to import again."
NO_TEST = "There is no such Test Import. Start a test, look at its result, then name its number."
FIRST = (
    "There was no first import of {} yet. Somebody has to look at the test in the console, and"
    " start the first import there; afterwards programs may."
)
NOT_YET = "A sync comes after the first import. Start a test first."
NOT_IN_FORCE = (
    "Somebody has saved settings or school matches that are not published yet, so this sync would"
    " not follow them. Publish or discard them in the console, then ask again."
)
BLACKOUT = (
    "By the school calendar nothing is synced today ({}). Ask again afterwards, or start the sync"
    " in the console."
)


@dataclass(frozen=True)
class Order:
    """A test of data types, the import of a finished test, or a sync of all that was imported."""

    kind: str
    data_types: Sequence[DataType] = ()
    test: int | None = None

    @property
    def wanted(self) -> dict[str, Any]:
        return {"kind": self.kind, "types": sorted(self.data_types), "test": self.test}


class AnotherRun(ConsoleError):
    """Nothing was started: `run` is on, or has done it."""

    def __init__(self, sentence: str, run: Run, code: str) -> None:
        super().__init__(sentence.format(run.pk), code=code)
        self.run = run


@transaction.atomic
def order_run(
    *, district: District, order: Order, asker: str, key: str, by: str, now: datetime
) -> actions.Started:
    """Starts what is ordered, or answers with the run that this key has started before.

    Raises ConsoleError for whatever the pages refuse, AnotherRun where one is on, and for a key
    that was used for something else.
    """
    # Of the same key sent twice at once, the second waits here and finds the first.
    District.objects.select_for_update(no_key=True).get(pk=district.pk)
    known = RunRequest.objects.filter(district=district, asker=asker, key=key)
    before = known.select_related("run").first()
    if before is not None:
        if before.wanted != order.wanted:
            raise ConsoleError(OTHER_KEY, code="key_used")
        return actions.Started(before.run, created=False)
    begun = STARTERS[order.kind](district, order, by, now)
    if not begun.created:
        active = begun.run.state in ACTIVE_RUN_STATES
        sentence, code = (RUN_IS_ON, "run_is_on") if active else (IMPORTED, "already_imported")
        raise AnotherRun(sentence, begun.run, code)
    RunRequest.objects.create(
        district=district, asker=asker, key=key, wanted=order.wanted, run=begun.run
    )
    return begun


def _test(district: District, order: Order, by: str, now: datetime) -> actions.Started:
    return actions.start_run(
        district=district, mode=RunMode.TEST, data_types=order.data_types, requested_by=by
    )


def _import(district: District, order: Order, by: str, now: datetime) -> actions.Started:
    """What the named test has shown, refused with what changed since (H02).

    Of a first import nobody but a person can say that the test looks right (C04).
    """
    test = queries.test_named(district, order.test or 0)
    if test is None:
        raise ConsoleError(NO_TEST, code="no_test")
    types = [DataType(data_type) for data_type in test.data_types]
    imported = queries.automation(district).imported
    if new := [str(t) for t in types if str(t) not in imported]:
        raise ConsoleError(FIRST.format(", ".join(new)), code="first_import_by_people")
    return actions.start_run(
        district=district, mode=RunMode.LIVE, data_types=types, requested_by=by, tested_run=test
    )


def _sync(district: District, order: Order, by: str, now: datetime) -> actions.Started:
    """Where the page asks a person whether they are sure, a program is refused (B52, C24)."""
    imported = queries.automation(district).imported
    if not imported:
        raise ConsoleError(NOT_YET, code="test_first")
    if unpublished(district):
        raise ConsoleError(NOT_IN_FORCE, code="unpublished")
    if days := blackout_at(district, now):
        raise ConsoleError(BLACKOUT.format(days.name), code="blackout")
    types = [DataType(data_type) for data_type in imported]
    return actions.start_run(
        district=district, mode=RunMode.LIVE, data_types=types, requested_by=by, full=True
    )


STARTERS = {TEST: _test, IMPORT: _import, SYNC: _sync}
