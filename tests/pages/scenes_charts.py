"""What the charts of one school show: its figures of each night."""

from imports.models import Run, SchoolFigures
from tests.pages.scenes import Scene


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Every import of Maple Ridge did something at its first school."""
    runs = Run.objects.filter(district=full.district, mode="live", state__startswith="completed")
    SchoolFigures.objects.bulk_create(
        SchoolFigures(
            run=run, school=full.schools[0].pk, joined=n % 4, changed=3 + n * 7 % 19, left=n % 3
        )
        for n, run in enumerate(runs.order_by("pk"))
    )
