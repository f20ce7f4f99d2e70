"""Twenty thousand lines cost no query each, and memory that does not grow with the file."""

import io
import tracemalloc

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from core.vocabulary import DataType, PersonKind, RunState
from imports.driver import drive
from imports.from_file import actions, lines
from imports.models import Run
from schools.models import District, Person
from tests.imports_file.conftest import chosen, csv
from tests.world import ADMIN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LINES = 20_000


@pytest.fixture
def large() -> District:
    district = District.objects.create(slug="large", name="Large", time_zone="UTC")
    Person.objects.bulk_create(
        Person(
            district=district, kind=PersonKind.STUDENT, roles=["student"], last_name="Novak",
            sis_id=f"S{n}",
        )
        for n in range(LINES)
    )  # fmt: skip
    with database.cursor() as cursor:
        cursor.execute("ANALYZE schools_person")
    return district


def imported(district: District, count: int, value: str) -> tuple[Run, int]:
    """So many lines from upload to end; the run, and how many queries it took."""
    content = csv(("SIS ID", "Language"), ((f"s{n}", f"{value} {n}") for n in range(count)))
    with CaptureQueriesContext(database) as queries:
        file = actions.upload(district=district, name="x.csv", file=io.BytesIO(content), by=ADMIN)
        choice = chosen(file)
        run = actions.start_untested(file=file, choice=choice, by=ADMIN, approved=True).run
        run = drive(run.pk)
    assert run.state == RunState.COMPLETED, run.message
    assert run.counts[DataType.STUDENT]["update"] == count
    return run, len(queries)


def test_C27_queries_grow_with_batches_and_not_with_lines(
    large: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, few = imported(large, 20, "few")
    run, many = imported(large, LINES, "many")
    batches = LINES // lines.BATCH
    assert many - few <= 12 * batches, (few, many)
    assert set(Person.objects.values_list("home_language", flat=True)) == {
        f"many {n}" for n in range(LINES)
    }
    assert run.seconds["plan"] < 30


def test_C27_memory_does_not_grow_with_the_file(large: District) -> None:
    peaks = []
    for count in (LINES // 4, LINES):
        content = csv(("SIS ID", "Language"), ((f"s{n}", "x" * 200) for n in range(count)))
        tracemalloc.start()
        file = actions.upload(district=large, name="x.csv", file=io.BytesIO(content), by=ADMIN)
        run = actions.start_test(file=file, choice=chosen(file), by=ADMIN).run
        assert drive(run.pk).state == RunState.TESTED
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0], peaks
