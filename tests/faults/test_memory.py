"""Memory stays flat, however large the district (F27)."""

import subprocess
import sys
from typing import Any

import pytest

from core.vocabulary import RunState
from schools.models import Person
from tests.faults.killed import ROOT, environment
from tests.faults.test_killed_workers import queued
from tests.world import World, assert_invariants, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SMALL, LARGE = 4_500, 13_500
MEGABYTE = 1024
CAP = 512 * MEGABYTE
# Far below what 9,000 more people would need if anything kept them.
HARDLY_MORE = 16 * MEGABYTE


def memory_of_a_first_import(students: int, settings: Any) -> int:
    """The kilobytes at the peak of pulling, planning and applying a whole district."""
    settings.CLEVER_PAGE_SIZE = 1000
    size = {"students": students, "teachers": 50, "schools": 10, "seed": students}
    with world(slug=f"d{students}", sections=False, **size) as here:
        here.connect()
        peak = drive_elsewhere(here)
        assert Person.objects.filter(district=here.district, kind="student").count() == students
        assert_invariants(here)
    return peak


def drive_elsewhere(here: World) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.memory", str(queued(here).pk)],
        cwd=ROOT,
        env=environment(here),
        timeout=300,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith(RunState.COMPLETED), done.stderr
    return int(done.stdout.split()[1])


def test_F27_three_times_the_people_need_hardly_more_memory(settings: Any) -> None:
    small = memory_of_a_first_import(SMALL, settings)
    large = memory_of_a_first_import(LARGE, settings)
    assert large < CAP
    assert large - small < HARDLY_MORE, (small, large)
