"""What-if: the figures of a draft are those of the next run on the same data (C03)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from accounts.models import AuditEvent
from core.problems import ConsoleError
from core.vocabulary import DataType, ImportRule, Policy, RunMode, RunState
from imports import queries, what_if
from imports.actions import start_run, why_not_start
from imports.models import Alert, Hold, PlannedChange, Run, RunEvent, Settled, WhatIf
from mappings.actions import publish, save_draft
from mappings.models import Ruleset, SchoolMatch
from mappings.queries import active_ruleset, spec_of
from mappings.spec import FieldSpec, RulesetSpec
from tests.world import ADMIN, World, world

STUDENT, TEACHER = DataType.STUDENT, DataType.TEACHER


@pytest.fixture
def here(db: None) -> Iterator[World]:
    with world(teachers=8) as made:
        made.connect()
        made.sync()
        yield made


def drafted(here: World, data_type: DataType = STUDENT, **rules: FieldSpec | None) -> RulesetSpec:
    """The published rules with some others instead; None takes a rule away."""
    active = active_ruleset(here.district, data_type)
    assert active
    spec = spec_of(active)
    kept = [rule for rule in spec.fields if rule.field not in rules]
    return replace(spec, fields=(*kept, *(rule for rule in rules.values() if rule)))


def keep(here: World, spec: RulesetSpec) -> None:
    save_draft(district=here.district, spec=spec, by=ADMIN)


def asked(here: World, data_type: DataType = STUDENT, **more: object) -> WhatIf:
    run = what_if.ask(district=here.district, data_type=data_type, by=ADMIN, **more)  # type: ignore[arg-type]
    run = here.drive(run)
    assert run.state == RunState.TESTED, run.message
    found = what_if.latest(here.district, data_type)
    assert found and found.run_id == run.pk
    return found


def plan_of(run: Run) -> list[tuple[object, ...]]:
    rows = PlannedChange.objects.filter(run=run)
    return sorted(
        rows.values_list("data_type", "clever_id", "action", "before", "after", "exception"),
        key=str,
    )


def community() -> FieldSpec:
    return FieldSpec("community_id", "student.state_id")


DRAFTS = {
    "a field more": lambda here: drafted(here, community_id=community()),
    "a field less": lambda here: drafted(here, email=None),
    "another source": lambda here: drafted(
        here, student_number=FieldSpec("student_number", "student.state_id")
    ),
    "add only": lambda here: replace(drafted(here), import_rule=ImportRule.ADD_ONLY),
    "other codes": lambda here: replace(drafted(here), codes={"sex": {"M": "X", "F": "Y"}}),
    "one school": lambda here: replace(
        drafted(here),
        all_schools=False,
        schools=frozenset(SchoolMatch.objects.order_by("pk").values_list("school", flat=True)[:1]),
    ),
}


@pytest.mark.parametrize("name", sorted(DRAFTS))
def test_C03_figures_equal_those_of_the_next_run(here: World, name: str) -> None:
    # Something would change anyway: what is published has work to do, too.
    for clever_id in here.students()[:4]:
        here.clever.control.edit(clever_id, {"name.last": "Changed"})
    here.test()
    spec = DRAFTS[name](here)
    keep(here, spec)
    found = asked(here)
    supposed = plan_of(found.run)
    publish(district=here.district, spec=spec, by=ADMIN)
    run = here.test([STUDENT])
    assert plan_of(run) == supposed
    assert run.counts == found.run.counts
    assert run.problems == found.run.problems
    fields = what_if_fields(run)
    assert fields == found.summary["drafted"].get("student", {})


def what_if_fields(run: Run) -> dict[str, int]:
    """How many people of a plan change each field, counted the slow way."""
    counted: dict[str, int] = {}
    for row in PlannedChange.objects.filter(run=run).exclude(action="create"):
        for name in row.after:
            counted[name] = counted.get(name, 0) + 1
    return counted


def test_C03_what_changes_because_of_the_draft_stands_apart(here: World) -> None:
    students = here.students()
    for clever_id in students[:4]:
        here.clever.control.edit(clever_id, {"name.last": "Changed"})
    here.test()
    keep(here, drafted(here, community_id=community()))
    summary = asked(here).summary
    assert summary["published"]["student"] == {"last_name": 4}
    assert summary["drafted"]["student"]["last_name"] == 4
    (field,) = summary["fields"]
    people = summary["drafted"]["student"]["community_id"]
    assert (field["name"], field["people"], field["new"]) == ("community_id", people, 0)
    assert summary["people"] == people > 4
    rows = PlannedChange.objects.in_bulk([pair[0] for pair in field["pairs"]])
    assert len(rows) == 3 and all("community_id" in row.after for row in rows.values())
    assert sum(number for _, number in summary["schools"]) == people


def test_C03_school_answers_can_be_supposed(here: World) -> None:
    answers = dict(SchoolMatch.objects.values_list("clever_school_id", "school_id"))
    (first, one), (second, two) = list(answers.items())[:2]
    swapped = {**answers, first: two, second: one}
    found = asked(here, schools=swapped)
    supposed = plan_of(found.run)
    assert found.summary["people"] == len(supposed) > 0
    SchoolMatch.objects.all().delete()
    for clever_id, school in swapped.items():
        SchoolMatch.objects.create(
            district=here.district, clever_school_id=clever_id, school_id=school
        )
    run = here.test()
    assert plan_of(run) == supposed
    assert bytes(run.schools_key or b"") == bytes(found.run.schools_key or b"")
    # Even under equal settings a what-if is no test that an import could name.
    assert "not finished" in why_not_start(here.district, list(DataType)[:2], found.run)
    assert queries.last_test(here.district) == run


def test_C03_a_what_if_leaves_nothing_behind(here: World) -> None:
    before = here.digest()
    settled = list(Settled.objects.values())
    asked_requests = here.clever.control.requests()
    ready = Run.objects.create(
        district=here.district, mode=RunMode.LIVE, state=RunState.READY, data_types=["student"]
    )
    RunEvent.objects.all().delete()
    keep(here, drafted(here, student_number=FieldSpec("student_number", "student.state_id")))
    found = asked(here)
    assert found.summary["people"]
    assert here.digest() == before and list(Settled.objects.values()) == settled
    assert here.clever.control.requests() == asked_requests
    assert not (Alert.objects.exists() or Hold.objects.exists() or RunEvent.objects.exists())
    ready.refresh_from_db()
    assert ready.state == RunState.READY
    assert AuditEvent.objects.filter(verb="what_if").count() == 1
    assert found.run not in queries.latest_runs(here.district, 50)


def test_C03_without_a_pull_a_test_import_reads_clever_first(db: None) -> None:
    with world() as made:
        made.connect()
        keep(made, drafted(made, community_id=community()))
        with pytest.raises(ConsoleError, match="Test Import first: it reads Clever"):
            what_if.ask(district=made.district, data_type=STUDENT, by=ADMIN)
        made.test()
        assert asked(made).run.counts["student"]["create"]


def test_C03_refuses_what_cannot_be_supposed(here: World) -> None:
    def refused(match: str, data_type: DataType = STUDENT) -> None:
        with pytest.raises(ConsoleError, match=match):
            what_if.ask(district=here.district, data_type=data_type, by=ADMIN)

    refused("no draft")
    keep(here, drafted(here, last_name=None))
    refused("Last name")
    keep(here, drafted(here, community_id=community()))
    staff = active_ruleset(here.district, DataType.STAFF)
    assert staff
    keep(here, spec_of(staff))
    refused("Staff have not been read", DataType.STAFF)
    Run.objects.create(
        district=here.district, mode=RunMode.LIVE, state=RunState.IMPORTING, data_types=["student"]
    )
    refused("is on")


def test_C03_a_what_if_gives_way_to_any_run(here: World) -> None:
    keep(here, drafted(here, community_id=community()))
    run = what_if.ask(district=here.district, data_type=STUDENT, by=ADMIN)
    started = start_run(
        district=here.district, mode=RunMode.TEST, data_types=[STUDENT], requested_by=ADMIN
    )
    assert started.created
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED and "Ask again" in run.message
    assert here.drive(started.run).state == RunState.TESTED


def test_C03_a_draft_that_is_gone_ends_it(here: World) -> None:
    keep(here, drafted(here, community_id=community()))
    run = what_if.ask(district=here.district, data_type=STUDENT, by=ADMIN)
    Ruleset.objects.filter(state="draft").delete()
    run = here.drive(run)
    assert run.state == RunState.CANCELLED and "changed or discarded" in run.message


def test_C03_asking_again_forgets_the_earlier_one(here: World) -> None:
    for _ in range(2):
        keep(here, drafted(here, community_id=community()))
        asked(here)
    assert WhatIf.objects.count() == 1
    assert Run.objects.filter(mode=RunMode.WHAT_IF).count() == 2
    rules = active_ruleset(here.district, STUDENT)
    found = what_if.latest(here.district, STUDENT)
    draft = Ruleset.objects.get(state="draft")
    assert found and what_if.is_current(found, rules, draft, None)
    assert not what_if.is_current(found, rules, None, None)


def test_C03_a_source_that_was_never_read_is_named(here: World) -> None:
    gpa = FieldSpec("weighted_gpa", "student.weighted_gpa", Policy.CLEVER_DECIDES)
    keep(here, drafted(here, weighted_gpa=gpa))
    pull = what_if.pull_to_plan_from(here.district)
    assert pull
    draft = Ruleset.objects.get(state="draft")
    assert what_if.not_read_yet(here.district, draft, pull) == ["student.weighted_gpa"]


def test_C34_a_field_that_no_rule_mapped_until_now_is_named_for_it_is_not_here(
    here: World,
) -> None:
    language = FieldSpec("home_language", "student.home_language", Policy.CLEVER_DECIDES)
    keep(here, drafted(here, home_language=language))
    pull = what_if.pull_to_plan_from(here.district)
    assert pull
    draft = Ruleset.objects.get(state="draft")
    assert what_if.not_read_yet(here.district, draft, pull) == ["student.home_language"]


def test_C03_teachers_are_supposed_as_they_are_imported(here: World) -> None:
    number = FieldSpec("community_id", "teacher.teacher_number")
    spec = drafted(here, TEACHER, community_id=number)
    keep(here, spec)
    found = asked(here, TEACHER)
    assert found.run.counts
    supposed = plan_of(found.run)
    publish(district=here.district, spec=spec, by=ADMIN)
    assert plan_of(here.test([TEACHER])) == supposed
    assert found.run.data_types == ["teacher"]
