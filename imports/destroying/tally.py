"""What is destroyed is counted in the transaction that destroys it, and certified at the end.

A killed worker leaves the counts of exactly what is gone. Nights in which nothing was old enough
leave no row (C34).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from core.states import one
from core.vocabulary import DestructionKind, DestructionState
from imports import outbox
from imports.destroying.certificate import Certified, digest_of, text_of
from imports.destroying.kinds import TOLD
from imports.destroying.stays import stays
from imports.models import Destruction
from imports.states import DESTRUCTION

NIGHTLY = "nightly purge"
CAUSES = {
    DestructionKind.NIGHT: "It was older than it is kept for.",
    DestructionKind.DISTRICT: "An owner ordered it.",
    DestructionKind.PERSON: "A person's data was to be erased.",
}
RETENTION = "By the retention rules of this console; see the page Data and privacy."


def note_night(kind: str, rows: Iterable[tuple[int, int]], by: str) -> int:
    """Adds (district, rows) of a night to the districts' open certificates; how many rows in all.

    Within the transaction that destroyed them.
    """
    total = 0
    for district_id, count in rows:
        row, _ = Destruction.objects.select_for_update().get_or_create(
            district_id=district_id,
            kind=DestructionKind.NIGHT,
            state=DestructionState.RUNNING,
            defaults={"asked_by": by},
        )
        add(row, kind, count)
        total += count
    return total


def add(row: Destruction, kind: str, count: int) -> None:
    """Counts rows of a kind of data; whoever calls it holds the row's lock."""
    row.counts = {**row.counts, kind: row.counts.get(kind, 0) + count}
    row.save(update_fields=["counts"])


def close_nights(now: datetime) -> None:
    """Certifies what a night has destroyed, once all of it is gone."""
    open_ones = Destruction.objects.filter(
        kind=DestructionKind.NIGHT, state=DestructionState.RUNNING
    )
    for pk in open_ones.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Destruction.objects.select_for_update().select_related("district").get(pk=pk)
            if row.state == DestructionState.RUNNING:
                certify(row, RETENTION, now)


def certify(row: Destruction, approved: str, now: datetime) -> None:
    """Writes the certificate, and its digest into the audit; within the caller's transaction."""
    text = text_of(
        Certified(
            number=row.pk,
            district=row.district.name,
            slug=row.district.slug,
            cause=CAUSES[DestructionKind(row.kind)],
            asked_by=row.asked_by,
            approved=approved,
            asked_at=row.asked_at,
            begun_at=row.begun_at or row.asked_at,
            finished_at=now,
            counts=row.counts,
            stays=stays(row.kind, records=row.records),
        )
    )
    digest = digest_of(text)
    done: dict[str, Any] = {"text": text, "digest": digest, "finished_at": now}
    if DESTRUCTION.move(one(Destruction, row.pk), DestructionState.DONE, **done) == 1:
        gone = {kind: count for kind, count in row.counts.items() if count}
        audit.record(
            row.district, row.asked_by, f"values.destroyed.{row.kind}",
            f"destruction:{row.pk}", digest=digest, rows=sum(gone.values()),
            counts=[f"{kind} {count}" for kind, count in gone.items()],
        )  # fmt: skip
        if row.kind == DestructionKind.DISTRICT:
            outbox.write_of_district(row.district, TOLD, destruction=row.pk, what="done")
