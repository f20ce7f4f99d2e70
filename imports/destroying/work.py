"""An order that is due is carried out, in pieces, whoever comes by: the clock, or a command.

Each piece is a transaction of its own, together with its count, under the lock of the order's
row. A worker that is killed leaves what is gone, gone and counted; the next one goes on (C34).
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction

from clever_sync.models import Connection
from core.fault_points import fault_point
from core.states import one
from core.vocabulary import AlertState, DestructionKind, DestructionState, HoldState, RunState
from imports.destroying.pieces import ONLY_CLEVERS, PIECES
from imports.destroying.tally import add
from imports.models import Alert, Destruction, Hold, Run
from imports.queries import active_run
from imports.states import ALERT, DESTRUCTION, HOLD, RUN
from schools.models import District
from schools.writer import erase_people

AT_ONCE = timedelta(0)
PIECE = 5000
RECORDS_AT_ONCE = 500
TICK_SECONDS = 20.0
# What this floor destroys; letters come last, and are the post's (notifications).
KINDS = ("records", *PIECES)
OF_THE_POST = ("letters", "deliveries")
Until = Callable[[], bool]


def order_of_kinds(*, records: bool) -> list[str]:
    """Everything that goes, in the order in which it goes: the log says which records may go."""
    return [kind for kind in (*KINDS, *OF_THE_POST) if records or kind != "records"]


def why_it_waits(district: District) -> str:
    """What must end before anything is destroyed, in a sentence; "" if nothing is in the way."""
    if Connection.objects.filter(district=district, enabled=True).exists():
        return "Clever is switched on: the next sync would bring everything back. Switch it off."
    if active_run(district) is not None:
        return "A run is on. It goes on by itself as soon as the run has ended."
    return ""


def carry_out_due(now: datetime) -> None:
    """For some seconds: begins what is due, and goes on with what was begun."""
    end = time.monotonic() + TICK_SECONDS
    for pk in due(now):
        if not carry_out(pk, now, until=lambda: time.monotonic() > end):
            return


def due(now: datetime) -> list[int]:
    """The orders that are due and not done, the oldest first."""
    found = Destruction.objects.filter(
        kind=DestructionKind.DISTRICT,
        state__in=(DestructionState.WAITING, DestructionState.RUNNING),
        due_at__lte=now,
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def carry_out(pk: int, now: datetime, *, until: Until = lambda: False) -> bool:
    """Destroys until `until` says so, which is asked after each piece; False if it said so."""
    while True:
        if next_piece(pk, now, KINDS, _piece) is None:
            return True
        fault_point("destroying.piece")
        if until():
            return False


Piece = Callable[[Destruction, str], int]


@transaction.atomic
def next_piece(pk: int, now: datetime, kinds: tuple[str, ...], piece: Piece) -> str | None:
    """One piece of the first kind that is left, if it is one of `kinds`; None if nothing is to do.

    Nothing is to do while somebody else works on it, while Clever is on, or before it is due.
    """
    rows = Destruction.objects.select_for_update(of=("self",), skip_locked=True)
    row = rows.select_related("district").filter(pk=pk, due_at__lte=now).first()
    if row is None or row.state not in (DestructionState.WAITING, DestructionState.RUNNING):
        return None
    # Nobody switches Clever on between this look and the end of the piece.
    list(Connection.objects.select_for_update().filter(district=row.district))
    if why_it_waits(row.district):
        return None
    if row.state == DestructionState.WAITING:
        _begin(row, now)
    if not row.left or row.left[0] not in kinds:
        return None
    kind = row.left[0]
    gone = piece(row, kind)
    add(row, kind, gone)
    if not gone:
        row.left = row.left[1:]
        row.save(update_fields=["left"])
    return kind


def _begin(row: Destruction, now: datetime) -> None:
    """From now on it cannot be cancelled, and nothing that was held can be decided any more."""
    DESTRUCTION.move(one(Destruction, row.pk), DestructionState.RUNNING, begun_at=now)
    row.refresh_from_db(fields=["state", "begun_at"])
    RUN.move(Run.objects.filter(district=row.district), RunState.DISCARDED)
    HOLD.move(Hold.objects.filter(district=row.district), HoldState.EXPIRED)
    ALERT.move(Alert.objects.filter(district=row.district), AlertState.CLOSED, closed_at=now)


def _piece(row: Destruction, kind: str) -> int:
    if kind == "records":
        return _records(row.district)
    for statement in PIECES[kind]:
        with database.cursor() as cursor:
            cursor.execute(statement, {"district": row.district_id, "piece": PIECE})
            if cursor.rowcount:
                return int(cursor.rowcount)
    return 0


def _records(district: District) -> int:
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id {ONLY_CLEVERS} ORDER BY p.id LIMIT %(piece)s",
            {"district": district.pk, "piece": RECORDS_AT_ONCE},
        )
        people = [int(pk) for (pk,) in cursor.fetchall()]
    return erase_people(district=district, person_ids=people) if people else 0
