"""Fixtures of the stories of files."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from core.vocabulary import DataType, RunState
from imports.from_file import actions
from imports.from_file.choice import Choice
from imports.models import PeopleFile, Run
from schools.models import Person
from tests.world import ADMIN, World, assert_invariants, world

SIZE: dict[str, Any] = {"students": 60, "teachers": 6, "staff": 4, "schools": 3}
EVERY_TYPE = tuple(DataType)
LANGUAGE = {"Language": "home_language"}


@pytest.fixture
def maple() -> Iterator[World]:
    """A district that was imported yesterday, whose rules map no language, barcode or state ID."""
    with world(**SIZE) as ready:
        ready.connect()
        assert ready.sync(EVERY_TYPE).state == RunState.COMPLETED
        yield ready
        assert_invariants(ready)


def students(here: World) -> list[Person]:
    return here.people(kind="student")


def csv(headings: Sequence[str], lines: Iterable[Sequence[object]], delimiter: str = ",") -> bytes:
    """A file of these lines."""
    rows = [headings, *lines]
    return "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows).encode()


def languages(people: Iterable[Person], value: str = "Spanish") -> bytes:
    """Everybody's home language, by the SIS ID."""
    return csv(("SIS ID", "Language"), ((person.sis_id, value) for person in people))


def uploaded(here: World, content: bytes, name: str = "roster.csv") -> PeopleFile:
    return actions.upload(district=here.district, name=name, file=io.BytesIO(content), by=ADMIN)


def chosen(
    file: PeopleFile,
    columns: Mapping[str, str] = LANGUAGE,
    *,
    data_type: DataType = DataType.STUDENT,
    key: str = "sis_id",
    key_column: str = "SIS ID",
    clears: bool = False,
) -> Choice:
    """How the file is read, by the headings of its columns."""
    place = file.columns.index
    fields = {place(heading): field for heading, field in columns.items()}
    return Choice(data_type, key, place(key_column), fields, clears)


def tried(here: World, content: bytes, columns: Mapping[str, str] = LANGUAGE, **more: Any) -> Run:
    """The finished test of a file."""
    file = uploaded(here, content, more.pop("name", "roster.csv"))
    started = actions.start_test(file=file, choice=chosen(file, columns, **more), by=ADMIN)
    return here.drive(started.run)


def imported(
    here: World, content: bytes, columns: Mapping[str, str] = LANGUAGE, **more: Any
) -> Run:
    """A file, tested and imported."""
    test = tried(here, content, columns, **more)
    assert test.state == RunState.TESTED, test.message
    return here.drive(actions.start_import(test=test, by=ADMIN).run)


def of(person: Person) -> Person:
    """The record as it stands now."""
    return Person.objects.get(pk=person.pk)
