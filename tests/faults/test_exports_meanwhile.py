"""Files that are read while an import writes: all of them of one moment (F81)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from core.vocabulary import DataType, RunState
from imports import download
from schools import export
from schools.models import Person
from tests.faults.conftest import At
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
STUDENTS = DataType.STUDENT


def many_change(here: World) -> None:
    here.clever.control.bulk_edit("student", "name.middle", "Juniper", limit=40)


def in_another_session(here: World) -> str:
    """An import, as a worker beside the reader does it."""

    def work() -> str:
        try:
            return str(here.sync([STUDENTS]).state)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def middle_names(rows: Iterator[tuple[object, ...]]) -> set[object]:
    place = export.header(STUDENTS).index("middle_name")
    return {row[place] for row in rows}


def test_F81_an_export_that_is_read_while_an_import_commits_is_of_one_moment(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "AT_ONCE", 5)
    before = set(maple.district.people.values_list("middle_name", flat=True))
    many_change(maple)
    reading = export.records(maple.district, STUDENTS)
    first = next(reading)
    assert in_another_session(maple) == RunState.COMPLETED
    assert middle_names(iter([first, *reading])) <= before
    assert "Juniper" in middle_names(export.records(maple.district, STUDENTS)) - before


def test_F81_a_download_of_the_list_of_people_too(
    maple: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "AT_ONCE", 5)
    people = Person.objects.filter(district=maple.district, kind="student").order_by("pk")
    before = dict(people.values_list("pk", "middle_name"))
    many_change(maple)
    reading = download.of_one_moment(people)
    first = next(reading)
    assert in_another_session(maple) == RunState.COMPLETED
    assert {p.pk: p.middle_name for p in [first, *reading]} == before


def test_F81_an_export_begun_in_the_middle_of_apply_shows_what_was_before(
    maple: World, at: At
) -> None:
    before, seen = set(middle_names(export.records(maple.district, STUDENTS))), []

    def read() -> None:
        def look() -> set[object]:
            try:
                return middle_names(export.records(maple.district, STUDENTS))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(look).result())

    many_change(maple)
    at("apply.before_commit", read)
    maple.sync([STUDENTS])
    assert seen == [before]
