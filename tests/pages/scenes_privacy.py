"""What data and privacy shows: certificates, an order that waits, one that is carried out."""

from datetime import timedelta

from django.utils import timezone

from core.vocabulary import DestructionKind, DestructionState
from imports.destroying import orders, tally
from imports.models import Destruction
from schools.models import District
from tests.pages.scenes import ALICE, Scene

BROKEN = "0" * 64


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Maple has a past and an order that waits; Harbor's is on its way."""
    night(full.district, {"changes": 4_812, "edits": 31, "letters": 7})
    broken = night(full.district, {"fields": 4_799})
    Destruction.objects.filter(pk=broken.pk).update(digest=BROKEN)
    done = order(full.district, records=True)
    done.counts = {"records": 12, "mirror": 5_210, "changes": 61_004, "edits": 402}
    done.begun_at = done.due_at
    done.state = DestructionState.RUNNING
    done.left = []
    done.save()
    orders.finish(done.pk, timezone.now() - timedelta(days=200))
    off = order(full.district)
    orders.cancel(destruction=off, by=ALICE)
    orders.order(
        district=full.district, reason="contract", records=False, by=ALICE, now=timezone.now()
    )
    begun = order(trouble.district, records=True)
    begun.state, begun.begun_at = DestructionState.RUNNING, timezone.now()
    begun.counts, begun.left = {"mirror": 4_800, "changes": 15_000}, begun.left[3:]
    begun.counts["records"] = 3
    begun.save()


def order(district: District, *, records: bool = False) -> Destruction:
    """One that was ordered long ago."""
    long_ago = timezone.now() - timedelta(days=210)
    return orders.order(
        district=district, reason="request", records=records, by=ALICE, now=long_ago
    )


def night(district: District, counts: dict[str, int]) -> Destruction:
    """The certificate of a night."""
    row = Destruction.objects.create(
        district=district, kind=DestructionKind.NIGHT, state=DestructionState.RUNNING,
        asked_by=tally.NIGHTLY, counts=counts, asked_at=timezone.now() - timedelta(hours=9),
    )  # fmt: skip
    tally.close_nights(timezone.now() - timedelta(hours=9))
    row.refresh_from_db()
    return row


__all__ = ["BROKEN", "dress", "night", "order"]
