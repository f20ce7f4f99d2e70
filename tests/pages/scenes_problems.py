"""What the page of problems shows: some that stand, one that is new, some that are closed."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from imports.models import StandingProblem
from tests.pages.scenes import Scene


def stands(scene: Scene, code: str, people: int = 0, days: int = 0, **more: Any) -> StandingProblem:
    """A problem that was first met so many days ago and last in the newest import."""
    now = timezone.now()
    run = scene.runs.get("done")
    given: dict[str, Any] = {"first_seen": now - timedelta(days=days), "last_seen": now, **more}
    given.setdefault("runs", 1 + days)
    given.setdefault("first_run", None if days else run)
    return StandingProblem.objects.create(
        district=scene.district, code=code, people=people, last_run=run, **given
    )


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area."""
    stands(full, "code_unknown", 31, 9, data_type="student", field="grade", value="TK")
    stands(full, "school_unmatched", 12, 0, data_type="student", field="site", value="Quarry Lane")
    stands(full, "fill_collapsed", 297, 1, data_type="teacher", field="Email",
           value="99 % before, 3 % now")  # fmt: skip
    stands(full, "walk_unproved", 0, 2, field="student", value="data_moved")
    stands(full, "clever_unavailable", 0, 3)
    for number in range(4):
        gone = timezone.now() - timedelta(days=number)
        stands(full, "date_invalid", 2, 12, data_type="student", field=f"extra{number}",
               closed_at=gone)  # fmt: skip
    for number in range(60):
        stands(trouble, "code_unknown", 1 + number, 4, data_type="student", field="grade",
               value=f"Grade {number}")  # fmt: skip
