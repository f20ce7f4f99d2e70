"""What the pages of notifications, versions, what-if and the settings document show."""

from dataclasses import replace
from typing import Any

from core.vocabulary import DataType, ImportRule, RunMode, RunState
from imports.models import PlannedChange, Run, RunProblem, WhatIf
from mappings.actions import publish, save_draft
from mappings.models import Ruleset
from mappings.queries import active_ruleset, draft_of, written_spec
from mappings.spec import FieldSpec
from notifications.models import Recipient, told_by_default
from schools.models import District, Person
from tests.pages.scenes import ALICE, Scene, run_row

LONG = "office@maple-ridge.example"


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Recipients, three versions and a worked-out draft; and a draft whose what-if gave way."""
    for n, events in enumerate((told_by_default(), ["started", "finished"], ["failed"])):
        Recipient.objects.create(
            district=full.district, data_type="student", email=f"{n}.{LONG}", events=events
        )
    active = active_ruleset(full.district, DataType.TEACHER)
    assert active
    rules = replace(written_spec(active), import_rule=ImportRule.UPDATE_ONLY)
    publish(district=full.district, spec=rules, by=ALICE)
    suppose(full, drafted(full.district))
    suppose(trouble, drafted(trouble.district), RunState.CANCELLED)


def drafted(district: District) -> Ruleset:
    """A draft that maps the teacher's title."""
    known = draft_of(district, DataType.TEACHER)
    if known is not None:
        return known
    active = active_ruleset(district, DataType.TEACHER)
    assert active
    spec = written_spec(active)
    kept = tuple(rule for rule in spec.fields if rule.field != "title")
    return save_draft(
        district=district,
        spec=replace(spec, fields=(*kept, FieldSpec("title", "teacher.title"))),
        by=ALICE,
    )


def suppose(scene: Scene, draft: Ruleset, state: RunState = RunState.TESTED) -> None:
    """A what-if as it stands in the database afterwards."""
    active = active_ruleset(scene.district, DataType.TEACHER)
    tie = scene.district.connection
    same: dict[str, Any] = {"data_types": ["teacher"], "pull": tie.pulls.order_by("-pk")[0]}
    settings = {"teacher": active.pk if active else 0}
    run = run_row(
        scene.district, RunMode.WHAT_IF, state, hours=1, **same,
        settings={"teacher": draft.pk}, message="Another run began, so this was left.",
        counts={"teacher": {"update": 1190, "create": 3, "unchanged": 10}},
    )  # fmt: skip
    base = run_row(
        scene.district, RunMode.WHAT_IF, RunState.DISCARDED, hours=1, **same, settings=settings,
        counts={"teacher": {"update": 12, "create": 3, "unchanged": 1188}},
    )  # fmt: skip
    done = state == RunState.TESTED
    WhatIf.objects.create(
        run=run, base=base, data_type="teacher", summary=summary(scene, run) if done else {}
    )


def summary(scene: Scene, run: Run) -> dict[str, object]:
    people = list(Person.objects.filter(district=scene.district, kind="employee")[:3])
    rows = PlannedChange.objects.bulk_create(
        PlannedChange(
            run=run, data_type="teacher", action="update", person=one, clever_id=one.clever_id,
            before={"title": one.title}, after={"title": "Teacher of Mathematics"},
            school=one.school_id,
        )
        for one in people
    )  # fmt: skip
    RunProblem.objects.create(
        run=run, data_type="teacher", code="code_unknown", field="title", value="TEACH", people=31
    )
    pairs = [[row.pk, None] for row in rows]
    return {
        "people": 1178,
        "moves": [
            {"data_type": "teacher", "b_word": "unchanged", "d_word": "update", "people": 1178,
             "pairs": pairs}
        ],
        "fields": [
            {"data_type": "teacher", "name": "title", "people": 1178, "new": 3, "pairs": pairs}
        ],
        "schools": [[school.pk, 98 + n] for n, school in enumerate(scene.schools)],
        "published": {"teacher": {"email": 12}},
        "drafted": {"teacher": {"email": 12, "title": 1178}},
    }  # fmt: skip
