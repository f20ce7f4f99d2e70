"""How long a record that was deleted here can be brought back by hand (B33)."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

RESTORABLE = timedelta(days=30)


def restorable() -> Q:
    """Deleted records that can still be restored by hand.

    One that was merged into another comes back by taking the merge back.
    """
    return Q(archived_at__gt=timezone.now() - RESTORABLE, merged_into=None)


def restorable_until(archived_at: datetime) -> datetime:
    """The moment until which a record that was deleted then can be restored."""
    return archived_at + RESTORABLE
