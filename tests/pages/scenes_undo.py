"""What the pages of an undo show: a run that can be undone, its test, its undo, and conflicts."""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from core.vocabulary import RunMode, RunState, Trigger
from imports.models import PlannedChange, Run, Schedule
from schools.models import LocalEdit, Person
from tests.pages.scenes import ALICE, Scene, run_row

WRONG = "@wrong.example"


def wrong_domain(scene: Scene, count: int, *, hours: float = 20, first: int = 0) -> Run:
    """A scheduled sync that gave so many students an e-mail address at a wrong domain."""
    people = Person.objects.filter(district=scene.district, kind="student").order_by("pk")
    ids = list(people.values_list("pk", flat=True)[first : first + count])
    run = run_row(
        scene.district, RunMode.LIVE, RunState.COMPLETED, hours=hours, trigger=Trigger.SCHEDULE,
        asked_by="", data_types=["student"], counts={"student": {"update": len(ids)}},
        message=f"{len(ids)} people were written.",
    )  # fmt: skip
    rows = []
    for person in Person.objects.filter(pk__in=ids).order_by("pk"):
        rows.append(
            PlannedChange(
                run=run, data_type="student", action="update", effects=["update"], person=person,
                clever_id=person.clever_id, school=person.school_id, old_school=person.school_id,
                before={"email": person.email}, after={"email": f"s{person.pk}{WRONG}"},
                person_revision=person.revision,
            )
        )  # fmt: skip
    PlannedChange.objects.bulk_create(rows)
    Person.objects.filter(pk__in=ids).update(
        email=Concat(Value("s"), "pk", Value(WRONG), output_field=CharField()),
        revision=F("revision") + 1,
    )
    return run


def edited(run: Run, count: int) -> list[Person]:
    """So many people of the run got another e-mail address by hand since."""
    rows = PlannedChange.objects.filter(run=run).order_by("pk").select_related("person")[:count]
    people = [row.person for row in rows if row.person]
    for number, person in enumerate(people):
        mine = f"by.hand{number}@maple.example"
        LocalEdit.objects.create(
            district=run.district, person=person, cause="hand", edited_by=ALICE,
            before={"email": person.email}, after={"email": mine},
        )  # fmt: skip
        Person.objects.filter(pk=person.pk).update(email=mine, revision=F("revision") + 1)
    return people


def undo_of(run: Run, state: str, **more: Any) -> Run:
    """An undo of the run, with rows for its first people: some taken back, some in conflict."""
    mode = RunMode.TEST if state == RunState.TESTED else RunMode.LIVE
    given: dict[str, Any] = {
        "counts": {"student": {"update": 6, "conflict": 3}},
        "message": "The changes of 6 people were taken back. 3 people were changed since and kept"
        " what is there now.",
        "settings": {}, "schools_key": None,
    }  # fmt: skip
    undo = run_row(
        run.district, mode, state, hours=1, trigger=Trigger.UNDO, undoes=run,
        data_types=run.data_types, **{**given, **more},
    )  # fmt: skip
    for number, row in enumerate(PlannedChange.objects.filter(run=run).order_by("pk")[:9]):
        kept = number < 3
        PlannedChange.objects.create(
            run=undo, data_type=row.data_type, action="update", effects=["update"],
            person=row.person, clever_id=row.clever_id, school=row.school,
            old_school=row.old_school, before=row.after, after=row.before, person_revision=1,
            why={"undoes": row.pk, "root": row.pk, "run": run.pk}
            | ({"since": {"email": "edit"}} if kept else {}),
            exception="conflict" if kept else None,
        )  # fmt: skip
    return undo


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area."""
    undone = wrong_domain(trouble, 8, hours=50)
    undo_of(undone, RunState.COMPLETED)
    in_part = wrong_domain(trouble, 8, hours=40, first=8)
    undo_of(in_part, RunState.COMPLETED, scope={"field": "email", "school": trouble.schools[0].pk})
    run = wrong_domain(trouble, 14, first=16)
    edited(run, 4)
    undo_of(run, RunState.TESTED, message="Test finished. No record was changed.")
    undo_of(
        run, RunState.READY, message="Nothing was undone yet. Your decision is needed.",
        scope={"seen": {"back": 9, "conflicts": 0}},
    )  # fmt: skip
    Schedule.objects.filter(district=trouble.district).update(
        paused_until=timezone.now() + timedelta(days=6)
    )
