"""What the pages of files show: files of every state, a test, an import and one that waits."""

import io
from typing import Any

from django.utils import timezone

from core.vocabulary import Action, DataType, RunMode, RunState, Trigger
from imports.from_file.actions import upload
from imports.from_file.choice import Choice
from imports.models import PeopleFile, PlannedChange, Run, RunProblem
from schools.models import Person
from tests.pages.scenes import ALICE, Scene, run_row

HEADINGS = ("Student ID", "Home Language", "Card", "IEP", "Nickname")
CHOICE = Choice(DataType.STUDENT, "sis_id", 0, {1: "home_language", 2: "barcode"})
PROBLEMS = (("file_nobody", "sis_id", 2), ("file_kept_by_lock", "home_language", 1),
            ("file_value", "barcode", 1))  # fmt: skip


def people(scene: Scene, count: int) -> list[Person]:
    found = Person.objects.filter(district=scene.district, kind="student")
    return list(found.order_by("pk")[:count])


def a_file(
    scene: Scene, *, count: int = 8, name: str = "languages.csv", codec: str = "utf-8"
) -> PeopleFile:
    """A file of home languages and library cards."""
    lines = [
        (person.sis_id, "Español", f"C{person.pk}", "yes", person.first_name)
        for person in people(scene, count)
    ]
    text = "".join(";".join(map(str, line)) + "\r\n" for line in [HEADINGS, *lines])
    content = io.BytesIO(text.encode(codec))
    return upload(district=scene.district, name=name, file=content, by=ALICE)


def run_of(file: PeopleFile, mode: RunMode, state: RunState, **more: Any) -> Run:
    """A run of the file, with rows for its first people and lines that mean nobody."""
    given: dict[str, Any] = {
        "counts": {"student": {"update": 6, "reject": 3, "unchanged": 2}},
        "settings": {}, "schools_key": None, "finished_at": timezone.now(),
        "problems": {code: number for code, _, number in PROBLEMS},
    }  # fmt: skip
    run = run_row(
        file.district, mode, state, hours=1, trigger=Trigger.FILE, file=file, scope=CHOICE.kept,
        data_types=["student"], **{**given, **more},
    )  # fmt: skip
    found = Person.objects.filter(district=file.district, kind="student").order_by("pk")
    for number, person in enumerate(found[:6], start=2):
        why: dict[str, Any] = {"file": file.name, "line": number}
        if number == 3:
            why["kept"] = {
                "home_language": {"here": "Hmong", "clever": "Español", "by": "lock",
                                  "locked_by": ALICE}
            }  # fmt: skip
        after = {"barcode": f"C{person.pk}"} | ({} if number == 3 else {"home_language": "Español"})
        row(run, person, why, dict.fromkeys(after), after)
    for number, key in ((9, "nobody-1"), (10, "nobody-2")):
        row(run, None, {"file": file.name, "line": number, "reason": "file_nobody",
                        "key": "sis_id", "said": key}, {}, {})  # fmt: skip
    row(run, found[7], {"file": file.name, "line": 11, "reason": "file_value",
                        "left": {"barcode": "is longer than 15 characters; shorten it"}},
        {}, {})  # fmt: skip
    for code, field, number in PROBLEMS:
        RunProblem.objects.create(
            run=run, data_type="student", code=code, field=field, people=number
        )
    return run


def row(
    run: Run, person: Person | None, why: dict[str, Any], before: dict[str, Any],
    after: dict[str, Any],
) -> None:  # fmt: skip
    PlannedChange.objects.create(
        run=run, data_type="student", action=Action.UPDATE if after else Action.REJECT,
        effects=["update" if after else "reject"], person=person, person_revision=1,
        clever_id=person.clever_id if person else None, before=before, after=after, why=why,
        school=person.school_id if person else None,
    )  # fmt: skip


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area."""
    imported = a_file(trouble)
    test = run_of(imported, RunMode.TEST, RunState.TESTED)
    run_of(
        imported, RunMode.LIVE, RunState.COMPLETED_WITH_ERRORS, tested_run=test,
        message="6 people were written. 3 lines were left out.",
    )  # fmt: skip
    run_of(
        a_file(trouble, name="cards.csv"), RunMode.TEST, RunState.TESTED,
        message="Test finished. No record was changed. An import would change 6 people. 3 lines"
        " were left out.",
    )  # fmt: skip
    run_of(
        a_file(trouble, name="cleared.csv"), RunMode.LIVE, RunState.READY,
        message="Nothing was imported yet. Your decision is needed. Unusually many values would be"
        " replaced (6 people).",
    )  # fmt: skip
    a_file(trouble, name="old.csv", codec="cp1252")
    gone = a_file(trouble, name="gone.csv")
    PeopleFile.objects.filter(pk=gone.pk).update(purged_at=timezone.now())
