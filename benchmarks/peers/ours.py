"""The console itself: a run by its own doors, from the pull to the last row, everything on."""

import json

from django.core.management import call_command
from django.db import connection as database

from benchmarks import files_as_clever
from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.roster import Pages
from clever_sync.models import Connection
from core.vocabulary import ConnectionState, DataType, RunMode, RunState
from imports.actions import start_run
from imports.driver import drive
from imports.models import Run, Schedule
from mappings.actions import create_default_rulesets
from mappings.models import SchoolMatch
from schools.models import District, School

BY = "benchmark"
GOOD = (RunState.TESTED, RunState.COMPLETED)


def prepare(pages: Pages) -> None:
    """Makes the tables and a district that is connected, with every school matched."""
    call_command("migrate", verbosity=0)
    district = District.objects.create(
        slug="benchmark", name="Benchmark", time_zone="America/New_York", clever_enabled=True
    )
    School.objects.create(
        district=district, site_code="DO", name="District office", is_district_office=True
    )
    Connection.objects.create(
        district=district,
        clever_district_id=files_as_clever.district_id(pages),
        state=ConnectionState.READY,
        enabled=True,
    )
    create_default_rulesets(district=district)
    for number, entry in enumerate(json.loads(pages.read("schools.json"))["data"]):
        clever = entry["data"]
        school = School.objects.create(
            district=district, site_code=f"S{number}", name=clever["name"]
        )
        SchoolMatch.objects.create(district=district, clever_school_id=clever["id"], school=school)
    for data_type in (DataType.TEACHER, DataType.STAFF):
        # Students only, like everybody else here.
        Schedule.objects.create(district=district, data_type=data_type, automatic=False)


def run(pages: Pages, case: Case) -> Work:
    """One run over the roster's files."""
    files_as_clever.serve(pages)
    return run_once(case)


def run_once(case: Case) -> Work:
    """One whole run against whatever Clever the settings name."""
    mode = RunMode.TEST if case.is_test else RunMode.LIVE
    district = District.objects.get()
    started = start_run(
        district=district,
        mode=mode,
        data_types=[DataType.STUDENT],
        requested_by=BY,
        approved=True,
    )
    return work_of(drive(started.run.pk))


def work_of(run: Run) -> Work:
    """What a run did. Raises RuntimeError for a run that did not end well."""
    if run.state not in GOOD:
        raise RuntimeError(f"the run is {run.state}: {run.message} {run.failure}")
    counts = run.counts["student"]
    created = counts.get("create", 0)
    unchanged = counts.get("unchanged", 0)
    changed = sum(counts.values()) - created - unchanged
    return Work(created + changed + unchanged, created, changed)


def phases() -> dict[str, float]:
    """Seconds of the last run, by phase."""
    run = Run.objects.latest("id")
    return {name: float(seconds) for name, seconds in run.seconds.items()}


def written_rows() -> dict[str, int]:
    """How many rows PostgreSQL has written so far, by table."""
    with database.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables")
        return dict(cursor.fetchall())
