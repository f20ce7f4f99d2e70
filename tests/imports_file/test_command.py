"""import_file does in a terminal what the pages do."""

from pathlib import Path

import pytest

from core.vocabulary import RunMode, Trigger
from imports.models import Run
from tests.imports_file.conftest import languages, of, students
from tests.story.terminal import does, refuses, tells, typed
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
MAP = ("--key", "sis_id", "--map", "Language=home_language")


@pytest.fixture
def file(maple: World, tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(languages(students(maple)[:4]))
    return path


def test_C27_a_file_is_tested_and_imported_by_command(maple: World, file: Path) -> None:
    some = students(maple)[:4]
    assert "An import would change 4 people." in does("import_file", "maple", file, *MAP, "--test")
    assert of(some[0]).home_language is None
    document = tells("import_file", "maple", file, *MAP)
    assert (document["state"], document["counts"]["student"]["update"]) == ("COMPLETED", 4)
    assert {of(p).home_language for p in some} == {"Spanish"}
    assert Run.objects.filter(trigger=Trigger.FILE, mode=RunMode.LIVE).count() == 1


def test_C27_what_is_large_is_left_until_somebody_says_large(maple: World, tmp_path: Path) -> None:
    path, everybody = tmp_path / "all.csv", students(maple)
    path.write_bytes(languages(everybody))
    does("import_file", "maple", path, *MAP)
    path.write_bytes(languages(everybody, "Klingon"))
    said = typed("import_file", "maple", path, *MAP)
    assert said.code == 1
    assert "Unusually many values would be replaced" in said.err
    assert of(everybody[0]).home_language == "Spanish"
    does("import_file", "maple", path, *MAP, "--large")
    assert of(everybody[0]).home_language == "Klingon"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--key", "username", "--map", "Language=home_language"), '"username" finds nobody.'),
        (("--key", "sis_id"), "Choose a field for at least one column."),
        (("--key", "sis_id", "--map", "Language"), "Write --map HEADING=FIELD, and not"),
        (("--key", "sis_id", "--map", "X=title"), 'roster.csv has no column "X". It has SIS ID, L'),
        (("--key", "email", "--map", "Language=home_language"), "No heading names email; say"),
        (("--key", "sis_id", "--map", "Language=title"), "Title is not written from a file for st"),
        (("--key", "sis_id", "--map", "Language=email"), "Clever delivers Email for students"),
        (("--key", "sis_id", "--map", "Language=sis_id"), "SIS ID says who each line is about"),
        (
            ("--key", "sis_id", "--map", "Language=barcode", "--map", "SIS ID=barcode"),
            "Two columns go to Barcode; choose one of them.",
        ),
    ],
)  # fmt: skip
def test_C27_wrong_words_are_one_line(
    maple: World, file: Path, words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refuses("import_file", "maple", file, *words)
    assert not Run.objects.filter(trigger=Trigger.FILE)


def test_C27_a_file_that_is_not_there_is_one_line(maple: World, tmp_path: Path) -> None:
    assert refuses("import_file", "maple", tmp_path / "none.csv", *MAP).endswith(
        "none.csv cannot be read: No such file or directory."
    )
