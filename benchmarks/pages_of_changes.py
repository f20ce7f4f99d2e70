"""How long the server needs for the pages and the export of a run with very many change rows."""

import json
import sys
import time
from statistics import median
from typing import Any

from benchmarks.contestants import BY_NAME, OURS
from benchmarks.measured import peak_mb
from benchmarks.other import Others, PageTime
from benchmarks.rounds import Rounds
from benchmarks.worker import load

TIMES = 5
PEOPLE = """
    INSERT INTO schools_person (district_id, kind, roles, school_id, status, clever_id, sis_id,
        first_name, last_name, grade, unsettled)
    SELECT %(district)s, 'student', '{student}', %(school)s + n %% %(schools)s, 1,
        lpad(to_hex(n), 24, '0'), n::text, 'First' || n %% 500, 'Last' || n %% 900,
        (n %% 12)::text, false
    FROM generate_series(1, %(people)s) n
"""
ROWS = """
    INSERT INTO imports_plannedchange (run_id, data_type, action, effects, person_id, clever_id,
        school, old_school, before, after, why, person_revision, exception)
    SELECT %(run)s, 'student', CASE WHEN n %% 20 = 0 THEN 'move' ELSE 'update' END, '{update}',
        p.id, p.clever_id, p.school_id, p.school_id,
        jsonb_build_object('grade', (n %% 12)::text), jsonb_build_object('grade', (n %% 7)::text)
            || CASE WHEN n %% 50 = 0 THEN '{"email": "a@maple.example"}'::jsonb ELSE '{}' END,
        '{}', 1, CASE WHEN n %% 1000 = 0 THEN 'stale' END
    FROM generate_series(1, %(rows)s) n
    JOIN schools_person p ON p.id = %(first)s + n %% %(people)s
"""


def measure(rounds: Rounds, others: Others, rows: int) -> None:
    """Fills a database with one large run and asks for its pages, in a process of its own."""
    ours = BY_NAME[OURS]
    rounds.server.create(OURS)
    told = json.loads(rounds.python("benchmarks.pages_of_changes", str(rows), bound=1800))
    rounds.server.drop(ours.name)
    others.change_rows = rows
    others.pages = [PageTime(*page) for page in told["pages"]]
    others.export_rows, others.export_growth_mb = told["export_rows"], told["growth"]


def main(rows: int) -> None:
    """Does it all in this process; prints what it measured as JSON."""
    load(BY_NAME[OURS])
    from django.core.management import call_command
    from django.test import Client, override_settings

    call_command("migrate", verbosity=0)
    run = _fill(rows)
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    client = Client(headers={"host": "localhost"})
    with override_settings(STORAGES={"default": default, "staticfiles": storage}):
        client.force_login(_owner())
        pages = [_time(client, title, url) for title, url in _pages(run)]
        before = peak_mb()
        started = time.perf_counter()
        lines = _export(client, run)
        seconds = time.perf_counter() - started
    print(
        json.dumps({"pages": pages, "export_rows": lines / seconds, "growth": peak_mb() - before})
    )


def _fill(rows: int) -> Any:
    from django.db import connection
    from django.utils import timezone

    from imports.models import PlannedChange, Run
    from schools.models import District, Person, School

    district = District.objects.create(slug="large", name="Large", time_zone="UTC")
    schools = School.objects.bulk_create(
        School(district=district, site_code=f"S{n}", name=f"School {n}") for n in range(50)
    )
    run = Run.objects.create(
        district=district, mode="live", state="completed", data_types=["student"],
        now=timezone.now(), finished_at=timezone.now(),
        counts={"student": {"update": rows - rows // 20, "move": rows // 20}},
    )  # fmt: skip
    people = max(rows // 5, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            PEOPLE,
            {"district": district.pk, "school": schools[0].pk, "schools": 50, "people": people},
        )
        first = Person.objects.order_by("pk").values_list("pk", flat=True)[0]
        cursor.execute(ROWS, {"run": run.pk, "rows": rows, "first": first, "people": people})
        cursor.execute("VACUUM ANALYZE")
    assert PlannedChange.objects.count() == rows
    return run


def _owner() -> Any:
    from accounts.models import Membership, User
    from schools.models import District

    user = User.objects.create_user("owner@maple.example", "only for a benchmark")
    Membership.objects.create(district=District.objects.get(), user=user, role="owner")
    return user


def _pages(run: Any) -> list[tuple[str, str]]:
    from imports.models import PlannedChange
    from schools.models import Person, School

    base = f"/d/large/operations/{run.pk}/"
    school = School.objects.order_by("pk")[25].pk
    updates = PlannedChange.objects.filter(run=run, action="update").order_by("pk")
    deep = updates.values_list("pk", flat=True)[updates.count() * 9 // 10]
    person = Person.objects.order_by("pk")[10].pk
    return [
        ("operations", "/d/large/operations/"),
        ("the run, first page of its rows", base),
        ("rows far behind", f"{base}?after_action=update&after={deep}"),
        ("filter: action", f"{base}?action=move"),
        ("filter: school", f"{base}?school={school}"),
        ("filter: school and action", f"{base}?school={school}&action=move"),
        ("filter: a field that few rows change", f"{base}?field=email"),
        ("filter: a field that no row changes", f"{base}?field=username"),
        ("filter: not applied", f"{base}?outcome=any"),
        ("people", "/d/large/people/"),
        ("people, by name", "/d/large/people/?text=Last77"),
        ("a person's story", f"/d/large/people/{person}/"),
    ]


def _time(client: Any, title: str, url: str) -> tuple[str, float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    asked = len(queries.captured_queries)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: status {answer.status_code}")
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        client.get(url)
        seconds.append(time.perf_counter() - started)
    return title, 1000 * median(seconds), asked


def _export(client: Any, run: Any) -> int:
    answer = client.get(f"/d/large/operations/{run.pk}/changes.csv")
    lines: int = sum(part.count(b"\n") for part in answer.streaming_content)
    return lines - 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
