"""The steps of an import from a file: plan its lines, look at the plan as a whole, write it."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection as database
from django.db import transaction

from core.fault_points import fault_point
from core.text import key
from core.vocabulary import RunMode, RunState, RunStep
from imports import check, outbox, rows
from imports.acting import getting_on, move, timed
from imports.apply import WRITABLE, Applied, complete, lock, set_aside, write_changes
from imports.batch import locks_of
from imports.brakes import Tripped
from imports.file_plan import Line, Reading, plan_line
from imports.from_file import accidents, lines, telling
from imports.from_file.choice import Choice
from imports.from_file.delivered import Delivered, delivered, for_person
from imports.from_file.doubles import keep_what_others_have
from imports.lease import Claim, Heart, database_now
from imports.models import PlannedChange, Run, RunProblem
from imports.planner import UNLOCKED, Person, Row
from mappings.models import CodeRule
from schools.models import District
from schools.targets import LOCAL_CODES

MANY = 1000
THIS_ONE = 1
Problems = Counter[tuple[str, str]]
_CHANGES = f"""
    SELECT person_id, clever_id, person_revision, before, after, action
    FROM imports_plannedchange WHERE {WRITABLE} AND action = 'update'
"""
_DIFFERING = """
    WITH one AS ({0}), other AS ({1})
    SELECT count(*) FROM (
        (TABLE one EXCEPT ALL TABLE other) UNION ALL (TABLE other EXCEPT ALL TABLE one)) differing
"""
_PLANNED = """
    SELECT person_id, action, before, after, exception
    FROM imports_plannedchange WHERE run_id = %s AND action = 'update'
"""


def plan(run: Run, ours: Claim, heart: Heart) -> bool:
    """Plans a file and decides: a test ends, an import goes on, or a person is asked."""
    if run.file is None or run.file.purged_at is not None:
        move(
            run, ours, RunState.CANCELLED, finished_at=database_now(), lease_until=None, step="",
            message=telling.PURGED,
        )  # fmt: skip
        return False
    choice = Choice.of(run)
    with timed(run, ours, "plan"):
        problems, unchanged = _make(run, choice, ours, heart)
    fault_point("plan.built")
    heart.alive()
    with timed(run, ours, "check"):
        trips = _check(run, choice, problems, unchanged, ours, heart)
    fault_point("plan.checked")
    with transaction.atomic():
        return _decide(run, ours, trips)


def _make(run: Run, choice: Choice, ours: Claim, heart: Heart) -> tuple[Problems, int]:
    assert run.file is not None and run.now is not None
    say, problems, done, unchanged = getting_on(ours, heart), Problems(), 0, 0
    reading, fed = reading_of(run, choice), delivered(run.district)
    with transaction.atomic():
        say(step=RunStep.PLANNING)
        rows.clear(run)
    for named in lines.batches(run, choice):
        locks = locks_of(run.district_id, run.now, [p["id"] for _, people in named for p in people])
        planned: list[Row] = []
        for line, people in named:
            row, met = _planned(line, people, reading, locks, fed)
            problems.update(met)
            planned += [row] if row is not None else []
            unchanged += row is None
        done += len(named)
        with transaction.atomic():
            with database.cursor() as cursor:
                # As in every plan: what a crash of the server loses here is made anew.
                cursor.execute("SET LOCAL synchronous_commit = off")
            total = max(done, run.file.lines)
            say(progress={"step": RunStep.PLANNING, "done": done, "total": total})
            rows.write(run.pk, planned)
            fault_point("plan.batch_written")
    return problems, unchanged


def _planned(
    line: Line,
    people: Sequence[Person],
    reading: Reading,
    locks: dict[int, dict[str, dict[str, str]]],
    fed: Delivered,
) -> tuple[Row | None, list[tuple[str, str]]]:
    if len(people) != 1:
        return plan_line(line, people, reading)
    person = people[0]
    return plan_line(
        line,
        people,
        reading,
        locks=locks.get(person["id"], UNLOCKED),
        delivered=for_person(fed, person["roles"], person["clever_id"]),
    )


def reading_of(run: Run, choice: Choice) -> Reading:
    """How the lines of the run's file are read, with the codes that this district knows."""
    assert run.file is not None
    return Reading(
        file=run.file.name,
        data_type=str(choice.data_type),
        key=choice.key,
        key_cell=choice.key_column,
        fields=choice.fields,
        clears=choice.clears,
        codes=_codes(run.district, choice),
    )


def _codes(district: District, choice: Choice) -> dict[str, dict[str, str]]:
    """The values that each field of codes may have: ours, and those the district's rules write."""
    asked = set(choice.fields.values()) & LOCAL_CODES.keys()
    codes = {name: {key(code): code for code in LOCAL_CODES[name]} for name in asked}
    own = CodeRule.objects.filter(ruleset__district=district, field__in=asked).exclude(value="")
    for name, value in own.values_list("field", "value").distinct() if asked else ():
        codes[name].setdefault(key(value), value)
    return codes


def _check(
    run: Run, choice: Choice, problems: Problems, unchanged: int, ours: Claim, heart: Heart
) -> list[Tripped]:
    if PlannedChange.objects.filter(run=run)[MANY:].exists():
        rows.analyse("imports_plannedchange")
    data_type = str(choice.data_type)
    with transaction.atomic():
        getting_on(ours, heart)(step=RunStep.CHECKING)
        taken = keep_what_others_have(run, set(choice.fields.values()))
        problems.update({("file_taken", name): count for name, count in taken.items()})
        trips = accidents.tripped(run, choice.data_type)
        for one in trips:
            problems[f"{telling.PREFIX}{one.cause}", one.field or ""] = one.count
        RunProblem.objects.bulk_create(
            RunProblem(run=run, data_type=data_type, code=code, field=name, people=count)
            for (code, name), count in problems.items()
        )
        run.counts = check.counts(run.pk)
        run.counts.setdefault(data_type, {})["unchanged"] = unchanged
        by_code: dict[str, int] = {}
        for (code, _), count in problems.items():
            by_code[code] = by_code.get(code, 0) + count
        Run.objects.filter(pk=run.pk).update(counts=run.counts, problems=by_code)
    return trips


def _decide(run: Run, ours: Claim, trips: Sequence[Tripped]) -> bool:
    end: dict[str, Any] = {"finished_at": database_now(), "lease_until": None, "step": ""}
    if run.mode == RunMode.TEST:
        move(run, ours, RunState.TESTED, message=telling.tested(run.counts, trips), **end)
        outbox.write(run, "tested")
        return False
    differing = 0 if run.tested_run_id is None else _differing(run)
    if (trips or differing) and not run.approved:
        move(run, ours, RunState.READY, message=telling.waits(trips, differing), **end)
        outbox.write(run, "needs_decision", rows=check_total(run))
        return False
    move(run, ours, RunState.IMPORTING, step="", attempts=THIS_ONE, message="")
    return True


def check_total(run: Run) -> int:
    """How many people the plan would change."""
    return sum(of_type.get("update", 0) for of_type in run.counts.values())


def _differing(run: Run) -> int:
    """How many people's changes are others than in the test that was looked at."""
    with database.cursor() as cursor:
        cursor.execute(_DIFFERING.format(_PLANNED, _PLANNED), [run.pk, run.tested_run_id])
        return int(cursor.fetchone()[0])


def apply(run: Run, fence: int) -> Applied:
    """Writes the plan of a file and completes it, in one transaction, as imports.apply does.

    Raises Busy, Overtaken or FenceLost when nothing was written because of somebody else.
    """
    began = time.monotonic()
    fields = set(Choice.of(run).fields.values())
    with transaction.atomic():
        lock(run)
        stale = set_aside(run)
        keep_what_others_have(run, fields)
        # Whoever gets another identifier may be somebody else to the next sync: it looks at all.
        written = write_changes(run.pk, _CHANGES, unsettled=True)
        fault_point("apply.people_written")
        done = Applied(written, stale, time.monotonic() - began)
        counts = check.counts(run.pk)
        for data_type, of_type in run.counts.items():
            counts.setdefault(data_type, {})["unchanged"] = of_type.get("unchanged", 0)
        message = telling.imported(counts, done)
        fault_point("apply.settled")
        complete(run, fence, done, counts=counts, message=message, verb="file imported")
        fault_point("apply.before_commit")
    fault_point("apply.committed")
    return done
