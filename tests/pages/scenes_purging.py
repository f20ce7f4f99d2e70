"""A run whose details were purged."""

from datetime import timedelta

from django.utils import timezone

from imports.models import Run
from tests.pages.scenes import Scene


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area."""
    long_ago = timezone.now() - timedelta(days=420)
    Run.objects.create(
        district=full.district, mode="live", trigger="click", state="completed",
        data_types=["student"], requested_by="alice@maple.example", created_at=long_ago,
        finished_at=long_ago + timedelta(minutes=2), purged_at=long_ago + timedelta(days=400),
        counts={"student": {"create": 150, "update": 31, "unchanged": 4619}},
    )  # fmt: skip
