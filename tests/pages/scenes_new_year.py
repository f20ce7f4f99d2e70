"""What the new-school-year assistant shows: a plan with graduates, moves, grades, newcomers."""

from itertools import islice
from typing import Any

from imports.models import PlannedChange, Run
from schools.models import Person
from tests.pages.scenes import Scene

GRADUATES, MOVERS, PROMOTED, NEW = 40, 30, 200, 25


def plan(scene: Scene, run: Run) -> None:
    """So many students of each kind, as the plan of this run."""
    people = iter(
        Person.objects.filter(district=scene.district, kind="student", clever_id__isnull=False)
        .exclude(grade__isnull=True)
        .order_by("pk")
    )
    seniors = [p for p in people if p.grade == "12"][:GRADUATES]
    others = iter(
        Person.objects.filter(district=scene.district, kind="student", clever_id__isnull=False)
        .exclude(grade="12")
        .exclude(school=scene.schools[1])
        .order_by("pk")
    )
    rows = [row(run, p, "transfer", before={"status": 1}, after={"status": 4}) for p in seniors]
    rows += [
        row(run, p, "move", effects=["move"], school=scene.schools[1].pk,
            before={"site": p.school_id}, after={"site": scene.schools[1].pk})
        for p in islice(others, MOVERS)
    ]  # fmt: skip
    rows += [
        row(run, p, "update", effects=["new_year", "update"],
            before={"grade": p.grade}, after={"grade": str(int(p.grade or 0) + 1)})
        for p in islice(others, PROMOTED)
    ]  # fmt: skip
    rows += [
        PlannedChange(
            run=run, data_type="student", action="create", effects=["create"],
            school=scene.schools[n % 3].pk, clever_id=f"ab{n:022x}", after={"grade": "K"},
        )
        for n in range(NEW)
    ]  # fmt: skip
    PlannedChange.objects.bulk_create(rows)


def row(run: Run, person: Person, action: str, **more: Any) -> PlannedChange:
    given: dict[str, Any] = {"effects": [action], "school": person.school_id, **more}
    return PlannedChange(
        run=run, data_type="student", action=action, person=person, clever_id=person.clever_id,
        old_school=person.school_id, **given,
    )  # fmt: skip


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """The last test of the full district is that of a new year."""
    plan(full, full.runs["test"])
