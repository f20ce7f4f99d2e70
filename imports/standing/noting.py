"""Carries a run's problems on to those that stand: new, still there, or gone (C19).

In the caller's transaction. A run speaks for its own data types and for what it read from
Clever; problems of other data types are left as they are.
"""

from typing import Any

from django.db import connection as database
from django.utils import timezone

from clever_sync.problems import OF_ONE_READING
from core.vocabulary import RunMode
from imports.models import Run, StandingProblem
from imports.problems import HOLDS
from mappings.spec import Place

# What a brake holds has pages of its own, and a test's trips are no problems of the district. That
# a school is not to be synced was decided here.
_TOLD_ELSEWHERE = (
    *(problem.code for problem in HOLDS),
    str(Place.DO_NOT_SYNC),
    str(Place.NOT_CHOSEN),
)
_MET = """
    SELECT p.data_type, p.code, p.field, p.value, p.people, p.examples
    FROM imports_runproblem p WHERE p.run_id = %(run)s AND p.code <> ALL(%(elsewhere)s)
        AND NOT (p.data_type = '' AND p.code = ANY(%(reading)s))
"""
_SAME = """
    s.district_id = %(district)s AND s.closed_at IS NULL AND s.data_type = p.data_type
    AND s.code = p.code AND s.field = p.field AND s.value = p.value
"""
_STILL = f"""
    UPDATE imports_standingproblem s
    SET people = p.people, examples = p.examples, last_seen = %(now)s, last_run_id = %(run)s,
        runs = s.runs + (s.last_run_id IS DISTINCT FROM %(run)s)::int
    FROM ({_MET}) p WHERE {_SAME}
"""
_NEW = f"""
    INSERT INTO imports_standingproblem (district_id, data_type, code, field, value, people,
        examples, runs, first_run_id, first_seen, last_run_id, last_seen)
    SELECT %(district)s, p.data_type, p.code, p.field, p.value, p.people, p.examples, 1,
        %(run)s, %(now)s, %(run)s, %(now)s
    FROM ({_MET}) p
    WHERE NOT EXISTS (SELECT 1 FROM imports_standingproblem s WHERE {_SAME})
"""
_GONE = """
    UPDATE imports_standingproblem SET closed_at = %(now)s
    WHERE district_id = %(district)s AND closed_at IS NULL
        AND last_run_id IS DISTINCT FROM %(run)s
        AND (data_type = '' OR data_type = ANY(%(types)s))
"""


def note(run: Run) -> None:
    """After a test or an import was planned: its problems stand, others of its types are closed.

    A failure that stood is closed, too: this run got as far as its plan.
    """
    if run.mode == RunMode.WHAT_IF:
        return
    values: dict[str, Any] = {
        "run": run.pk,
        "district": run.district_id,
        "now": run.now or timezone.now(),
        "elsewhere": list(_TOLD_ELSEWHERE),
        "reading": sorted(OF_ONE_READING),
        "types": list(run.data_types),
    }
    with database.cursor() as cursor:
        for statement in (_STILL, _NEW, _GONE):
            cursor.execute(statement, values)


def note_failure(run: Run, code: str) -> None:
    """A run that failed: its reason stands until a run gets as far as its plan again."""
    if run.mode == RunMode.WHAT_IF:
        return
    now = timezone.now()
    standing = StandingProblem.objects.filter(
        district=run.district_id, data_type="", code=code, field="", value="", closed_at=None
    ).first()
    if standing is None:
        StandingProblem.objects.create(
            district=run.district, code=code, first_run=run, first_seen=now, last_run=run,
            last_seen=now,
        )  # fmt: skip
    elif standing.last_run_id != run.pk:
        standing.last_run, standing.last_seen, standing.runs = run, now, standing.runs + 1
        standing.save(update_fields=["last_run", "last_seen", "runs"])
