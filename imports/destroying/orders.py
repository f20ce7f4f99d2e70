"""Ordering that all a district imported is destroyed, and calling it off in time (C34)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts import audit
from core.problems import ConsoleError
from core.states import one
from core.vocabulary import DestructionKind, DestructionState
from imports import outbox
from imports.destroying.kinds import TOLD
from imports.destroying.tally import certify
from imports.destroying.work import order_of_kinds
from imports.models import Destruction
from imports.states import DESTRUCTION
from schools.models import District

WAITS = timedelta(days=7)
REASONS = {
    "contract": "The contract has ended",
    "request": "The district, a parent or an authority asks for it",
    "other": "Another reason",
}


def order(
    *,
    district: District,
    reason: str,
    records: bool,
    by: str,
    now: datetime,
    waits: timedelta = WAITS,
) -> Destruction:
    """Orders it for the end of the waiting time, and tells every owner by mail.

    Nothing is touched before. Raises ConsoleError while another order of the district is open.
    """
    try:
        with transaction.atomic():
            row = Destruction.objects.create(
                district=district,
                kind=DestructionKind.DISTRICT,
                state=DestructionState.WAITING,
                reason=reason,
                records=records,
                asked_by=by,
                asked_at=now,
                due_at=now + waits,
                left=order_of_kinds(records=records),
            )
            audit.record(
                district, by, "destruction.ordered", f"destruction:{row.pk}",
                reason=reason, records=records, days=waits.days,
            )  # fmt: skip
            outbox.write_of_district(district, TOLD, destruction=row.pk, what="ordered")
    except IntegrityError:
        raise ConsoleError(
            "The destruction of this district's imported data is ordered already.",
            code="destruction_ordered",
        ) from None
    return row


@transaction.atomic
def cancel(*, destruction: Destruction, by: str) -> bool:
    """Calls an order off while it waits, and tells every owner; whether it was still time."""
    row = one(Destruction, destruction.pk)
    moved = DESTRUCTION.move(row, DestructionState.CANCELLED, cancelled_by=by) == 1
    if moved:
        audit.record(
            destruction.district, by, "destruction.cancelled", f"destruction:{destruction.pk}"
        )
        outbox.write_of_district(
            destruction.district, TOLD, destruction=destruction.pk, what="cancelled"
        )
    return moved


def approved(row: Destruction) -> str:
    """How an order came to be carried out, for its certificate."""
    assert row.due_at is not None
    if row.due_at - row.asked_at < WAITS:
        return "By the operator's own word (--yes), without a waiting time."
    return (
        f"By {row.asked_by} with the district's name and the password typed again. For"
        f" {WAITS.days} days every owner, told by mail, could call it off, and none did."
    )


@transaction.atomic
def finish(pk: int, now: datetime) -> bool:
    """Certifies an order of which nothing is left to destroy; whether it was so."""
    rows = Destruction.objects.select_for_update(of=("self",)).select_related("district")
    row = rows.filter(pk=pk, state=DestructionState.RUNNING, left=[]).first()
    if row is not None:
        certify(row, approved(row), now)
    return row is not None
