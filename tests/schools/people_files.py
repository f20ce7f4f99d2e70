"""A district and small CSV files for tests of loading."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from core.problems import ConsoleError
from core.vocabulary import DataType
from schools.actions import create_district
from schools.load import Loaded, load_people
from schools.models import District, Person, School

Write = Callable[..., Path]


def district_with_schools() -> District:
    district = create_district(slug="maple", name="Maple Ridge", time_zone="America/Chicago")
    for code in ("101", "102", "103"):
        School.objects.create(district=district, site_code=code, name=f"School {code}")
    return district


def write(folder: Path, *lines: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def load(
    district: District,
    folder: Path,
    lines: Sequence[str],
    data_type: DataType = DataType.STUDENT,
    *,
    update: bool = False,
) -> Loaded:
    path = write(folder, *lines)
    return load_people(district=district, path=path, data_type=data_type, update=update, by="test")


def refused(district: District, folder: Path, lines: Sequence[str], **more: object) -> str:
    """The sentence with which the file is refused; nobody may have been written."""
    before = Person.objects.count()
    with pytest.raises(ConsoleError) as caught:
        load(district, folder, lines, **more)  # type: ignore[arg-type]
    assert Person.objects.count() == before
    return str(caught.value)
