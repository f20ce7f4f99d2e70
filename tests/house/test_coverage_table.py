"""The table of what is proved: made from the names of tests that really run."""

from pathlib import Path

import pytest

from tests.coverage_table import LINES, line_numbers, names_of_tests, numbers_proved, proofs, table

SOURCE = """
import pytest

def test_A25_reset_keeps_records(): ...

@pytest.mark.parametrize("page", [1, 2])
def test_F37_H04_cursor_loop(page): ...

class TestBrakes:
    def test_C08_holds_the_slice(self): ...

@pytest.mark.skip(reason="later")
def test_A26_not_yet(): ...

@pytest.mark.xfail
def test_A27_not_yet(): ...

def helper_A28(): ...
"""


def test_every_line_is_listed_once_and_in_order() -> None:
    numbers = line_numbers(LINES.read_text(encoding="utf-8"))
    lengths = {"A": 67, "B": 66, "C": 34, "F": 84, "H": 20}
    assert numbers == [f"{k}{n:02}" for k, size in lengths.items() for n in range(1, size + 1)]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("test_A25_reset_keeps_records", ["A25"]),
        ("test_A41_A42_scope", ["A41", "A42"]),
        ("test_reset_A25_in_the_middle", []),
        ("test_plain", []),
    ],
)
def test_a_name_proves_the_numbers_it_begins_with(name: str, numbers: list[str]) -> None:
    assert numbers_proved(name) == numbers


def test_skipped_and_expected_failures_prove_nothing() -> None:
    assert list(names_of_tests(SOURCE)) == [
        "test_A25_reset_keeps_records",
        "test_F37_H04_cursor_loop",
        "test_C08_holds_the_slice",
    ]


def test_a_skipped_module_proves_nothing() -> None:
    assert list(names_of_tests(SOURCE + "\npytestmark = [pytest.mark.skip]\n")) == []


def test_table_has_one_line_per_number(tmp_path: Path) -> None:
    (tmp_path / "test_reset.py").write_text(SOURCE)
    text = table(["A25", "A26", "C08", "F37", "H04"], proofs(tmp_path))
    assert "| A25 | proved | test_A25_reset_keeps_records |" in text
    assert "| A26 | open | |" in text
    assert "| H04 | proved | test_F37_H04_cursor_loop |" in text
    assert "4 of 5 lines are proved" in text


def test_an_unknown_number_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_reset.py").write_text(SOURCE)
    with pytest.raises(KeyError, match="no line C08"):
        table(["A25", "F37", "H04"], proofs(tmp_path))
