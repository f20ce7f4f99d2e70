"""The overview while nobody works in the background (F17)."""

from django.db import connection

from imports import heartbeat
from tests.pages.conftest import Site
from tests.pages.looks import Look
from tests.pages.scenes import BOB


def asleep(site: Site) -> str:
    """The overview, twenty minutes after the last tick."""
    # By a connection of its own: the test's transaction is never committed.
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_heartbeat SET at = now() - interval '20 minutes' WHERE name = %s",
                [heartbeat.NAME],
            )
            assert cursor.rowcount == 1
    finally:
        other.close()
    return f"/d/{site.full.slug}/"


LOOKS = (
    Look("overview-asleep", asleep),
    Look("overview-asleep-viewer", asleep, BOB),
)
