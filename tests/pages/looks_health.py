"""The overview while nobody works in the background (F17)."""

from datetime import timedelta

from django.utils import timezone

from imports.models import Heartbeat
from tests.pages.conftest import Site
from tests.pages.looks import Look
from tests.pages.scenes import BOB


def asleep(site: Site) -> str:
    """The overview, twenty minutes after the last tick."""
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=20))
    return f"/d/{site.full.slug}/"


LOOKS = (
    Look("overview-asleep", asleep),
    Look("overview-asleep-viewer", asleep, BOB),
)
