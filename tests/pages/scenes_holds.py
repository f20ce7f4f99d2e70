"""What the pages of holds show: a large one with its rows, and some that are decided."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from imports.models import Hold, PlannedChange
from schools.models import Person
from tests.pages.scenes import ALICE, Scene


def held(scene: Scene, count: int, *, rows: bool = True, **more: Any) -> Hold:
    """So many students of all schools who would be marked as leavers, held with their rows."""
    people = list(
        Person.objects.filter(district=scene.district, kind="student").order_by("pk")[:count]
    )
    at = Counter(person.school_id for person in people)
    now = timezone.now()
    given: dict[str, Any] = {
        "cause": "many_transfers", "slice": "transfer/student", "data_type": "student",
        "action": "transfer", "population": count + 5, "digest": bytes(16),
        "opened_at": now - timedelta(hours=20), "expires_at": now + timedelta(days=6, hours=4),
        "schools": [{"school": s, "count": n, "of": n + 5} for s, n in at.most_common()],
    }  # fmt: skip
    hold = Hold.objects.create(
        district=scene.district, run=scene.runs["done"], count=len(people), **{**given, **more}
    )
    leave(hold, people if rows else [])
    return hold


def leave(hold: Hold, people: Iterable[Person]) -> None:
    """The rows of a hold: these people are no longer shared."""
    PlannedChange.objects.bulk_create(
        PlannedChange(
            run=hold.run, data_type=hold.data_type, action="transfer", effects=["transfer"],
            person=person, clever_id=person.clever_id, school=person.school_id,
            old_school=person.school_id, before={"status": 1}, after={"status": 4},
            why={"absence": "confirmed"}, exception="held", hold=hold,
        )
        for person in people
    )  # fmt: skip


def decided(scene: Scene, state: str, **more: Any) -> Hold:
    """A hold of twelve students that somebody has decided."""
    by = {"decided_by": ALICE, "decided_at": timezone.now() - timedelta(hours=3)}
    return held(scene, 12, state=state, **{**by, **more})


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area."""
    decided(full, "approved", cause="school_moves", slice="move/student", action="move")
    decided(full, "discarded", cause="many_updates", slice="update/student", action="update")
    ago = timezone.now() - timedelta(days=8)
    held(
        full, 12, rows=False, state="expired", cause="many_creates", action="create",
        opened_at=ago, expires_at=ago + timedelta(days=7),
    )  # fmt: skip
    decided(full, "replaced", decided_by="", decided_at=None)
    for hold in Hold.objects.filter(district=full.district, cause="school_transfers", state="open"):
        there = Person.objects.filter(school=hold.schools[0]["school"], kind="student")
        leave(hold, there.order_by("-pk")[: hold.count])
    held(full, 600)
