"""How long the undo of a large run takes, and the undo of that; and whether both are exact."""

import json
import sys
import time
from typing import Any

from benchmarks.contestants import BY_NAME, OURS
from benchmarks.measured import peak_mb
from benchmarks.other import Others, UndoTime
from benchmarks.rounds import Rounds
from benchmarks.worker import load

# Of ten people one was created, one marked as a leaver, one moved; the others were updated.
PEOPLE = """
    INSERT INTO schools_person (district_id, kind, roles, school_id, status, status_before,
        clever_id, sis_id, first_name, last_name, email, grade, username, revision, unsettled)
    SELECT %(district)s, 'student', '{student}',
        %(school)s + (n + CASE WHEN n %% 10 = 2 THEN 1 ELSE 0 END) %% 50,
        CASE WHEN n %% 10 = 1 THEN 4 ELSE 1 END, CASE WHEN n %% 10 = 1 THEN 1 END,
        lpad(to_hex(n), 24, '0'), n::text, 'First' || n %% 500, 'Last' || n %% 900,
        n || CASE WHEN n %% 10 > 2 THEN '@wrong' ELSE '@maple' END || '.example',
        (n %% 12)::text, 'user' || n, 1, false
    FROM generate_series(1, %(rows)s) n
"""
ROWS = """
    INSERT INTO imports_plannedchange (run_id, data_type, action, effects, person_id, clever_id,
        school, old_school, before, after, why, person_revision)
    SELECT %(run)s, 'student', x.action, ARRAY[x.action], p.id, p.clever_id, p.school_id,
        p.school_id, x.old, x.new, '{}', 0
    FROM schools_person p
    CROSS JOIN LATERAL (SELECT p.sis_id::int %% 10 AS n) d
    CROSS JOIN LATERAL (SELECT
        CASE d.n WHEN 0 THEN 'create' WHEN 1 THEN 'transfer' WHEN 2 THEN 'move'
            ELSE 'update' END AS action,
        CASE d.n WHEN 0 THEN '{}' WHEN 1 THEN '{"status": 1}'
            WHEN 2 THEN jsonb_build_object('site', %(school)s + p.sis_id::int %% 50)
            ELSE jsonb_build_object('email', p.sis_id || '@maple.example', 'first_name', 'Other')
            END AS old,
        CASE d.n WHEN 0 THEN jsonb_build_object('clever_id', p.clever_id, 'status', 1, 'roles',
                '["student"]'::jsonb, 'last_name', p.last_name, 'site', p.school_id)
            WHEN 1 THEN '{"status": 4}' WHEN 2 THEN jsonb_build_object('site', p.school_id)
            ELSE jsonb_build_object('email', p.email, 'first_name', p.first_name) END AS new) x
    WHERE p.district_id = %(district)s ORDER BY p.id
"""


def measure(rounds: Rounds, others: Others, rows: int) -> None:
    """Fills a database with one large run and undoes it, in a process of its own."""
    ours = BY_NAME[OURS]
    rounds.server.create(OURS)
    told = json.loads(rounds.python("benchmarks.undoing", str(rows), bound=1800))
    rounds.server.drop(ours.name)
    others.undo_rows = rows
    others.undos = [UndoTime(*each) for each in told]


def main(rows: int) -> None:
    """Does it all in this process; prints what it measured as JSON."""
    load(BY_NAME[OURS])
    from django.core.management import call_command

    from schools.digest import state_digest

    call_command("migrate", verbosity=0)
    run = _fill(rows)
    after = state_digest(run.district)
    told, undone = [], run
    for title in ("undo", "undo of the undo"):
        undone, measured = _undo(undone, title)
        told.append(measured)
    assert state_digest(run.district) == after, "the undo of the undo is the state after the run"
    assert undone.counts["student"]["restore"] == rows // 10, undone.counts
    print(json.dumps(told))


def _undo(run: Any, title: str) -> tuple[Any, tuple[str, float, dict[str, float], float]]:
    from imports.driver import drive
    from imports.undoing.actions import start_undo

    memory, started = peak_mb(), time.perf_counter()
    undo = drive(start_undo(run=run, by="benchmark").pk)
    seconds = time.perf_counter() - started
    assert undo.state == "completed", undo.message
    return undo, (title, seconds, undo.seconds, peak_mb() - memory)


def _fill(rows: int) -> Any:
    from django.db import connection
    from django.utils import timezone

    from imports.models import Run
    from schools.models import District, School

    district = District.objects.create(slug="large", name="Large", time_zone="UTC")
    schools = School.objects.bulk_create(
        School(district=district, site_code=f"S{n}", name=f"School {n}") for n in range(50)
    )
    run = Run.objects.create(
        district=district, mode="live", state="completed", data_types=["student"],
        now=timezone.now(), finished_at=timezone.now(), counts={"student": {"update": rows}},
    )  # fmt: skip
    names = {"district": district.pk, "school": schools[0].pk, "rows": rows, "run": run.pk}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, names)
        cursor.execute(ROWS, names)
        cursor.execute("VACUUM ANALYZE")
    return run


if __name__ == "__main__":
    main(int(sys.argv[1]))
