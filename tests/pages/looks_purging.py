"""A run whose details are gone, and what is gone."""

from imports.models import Run
from tests.pages.conftest import Site
from tests.pages.looks import Look


def run(site: Site, more: str = "") -> str:
    found = Run.objects.filter(district=site.full.district, purged_at__isnull=False)
    return f"/d/maple/operations/{found.get().pk}/{more}"


LOOKS = (
    Look("run-purged", run),
    Look("run-purged-log", lambda site: run(site, "log.txt"), status=410),
)
