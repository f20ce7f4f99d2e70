"""Likeness: who must be looked at by a person, and who is plainly somebody else (C14, A67)."""

from typing import Any

import pytest

from imports import names
from imports.likeness import LIKELY, REASONS, is_likely, likeness, scored
from tests.imports_pure.people import newcomer, record

ELSEWHERE: dict[str, Any] = {"school": 2, "grade": "8"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        ELSEWHERE,
        {"last_name": "GARCIA"},
        {"last_name": "García", **ELSEWHERE},
        {"last_name": "Garcia Lopez", **ELSEWHERE},
        {"last_name": "Garcia-Lopez", **ELSEWHERE},
        {"last_name": "de Garcia"},
        {"last_name": "Garcia Jr."},
        {"last_name": "Gracia"},
        {"first_name": "Mária", **ELSEWHERE},
        {"first_name": "Maria Elena"},
        {"first_name": "M."},
        {"first_name": "Garcia", "last_name": "Maria"},
        {"birth_date": None},
        {"birth_date": "2014-03-12"},
        {"first_name": ""},
    ],
)
def test_A67_these_are_looked_at(changes: dict[str, Any]) -> None:
    assert is_likely(newcomer(), record(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": "2013-09-30"},
        {"birth_date": "2014-03-22"},
        {"birth_date": "2013-03-21"},
        {"birth_date": None, **ELSEWHERE},
        {"first_name": "Lucia"},
        {"first_name": "Juan", "birth_date": None},
        {"last_name": "Okafor"},
        {"last_name": "Okafor", "first_name": "Chidi"},
        {"first_name": "", "birth_date": None},
    ],
)
def test_these_are_somebody_else(changes: dict[str, Any]) -> None:
    assert not is_likely(newcomer(), record(**changes))


def test_twins_are_asked_about_only_if_their_first_names_are_alike() -> None:
    emma = newcomer(first_name="Emma")
    assert likeness(emma, record(first_name="Olivia")) == 75 < LIKELY
    assert is_likely(newcomer(first_name="Jayden"), record(first_name="Kayden"))


def test_a_namesake_with_another_birth_date_scores_low() -> None:
    assert likeness(newcomer(), record(birth_date="2013-09-30")) == 30


def test_namesakes_at_another_school_are_told_apart_by_their_numbers() -> None:
    teacher = newcomer(birth_date=None, grade=None, keys={"teacher_number": "10"})
    assert is_likely(teacher, record(birth_date=None, grade=None, school=2))
    other = record(birth_date=None, grade=None, school=2, keys={"teacher_number": "11"})
    assert not is_likely(teacher, other)


def test_C14_reasons_are_said_and_equal_keys_count() -> None:
    found = scored(newcomer(keys={"sis_id": "7"}), record(keys={"sis_id": "7"}, birth_date=None))
    assert found.score == 100
    assert set(found.reasons) == {
        "same_last_name",
        "same_first_name",
        "same_school",
        "same_grade",
        "same_sis_id",
    }
    everything = scored(
        newcomer(keys={"sis_id": "7", "email": "a@x.example"}),
        record(
            link="gone",
            keys={"sis_id": "8", "email": "a@x.example"},
            last_name="Gracia",
            first_name="Mari",
            birth_date="1999-01-01",
        ),
    )
    assert set(everything.reasons) <= set(REASONS)
    assert everything.score < found.score


@pytest.mark.parametrize(
    ("one", "other"),
    [("O'Brien", "OBrien"), ("Núñez", "NUNEZ"), ("Garcia-Lopez", "garcia lopez"), ("Łoś", "Los")],
)
def test_names_are_folded(one: str, other: str) -> None:
    assert names.folded(one) == names.folded(other)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Bob", "Robert", True),
        ("Chris", "Christopher", True),
        ("J.", "Juan", True),
        ("Mary Ann", "Mary", True),
        ("Alexander", "Alexandra", False),
        ("Jayden", "Kayden", False),
        ("", "Maria", False),
        ("Jo", "John", False),
    ],
)
def test_short_forms_are_the_same_first_name_and_slips_are_not(
    one: str, other: str, agree: bool
) -> None:
    assert names.is_same_first_name(one, other) is agree
    assert names.is_same_first_name(other, one) is agree


@pytest.mark.parametrize(("one", "other"), [("Katherine", "Catherine"), ("Philip", "Filip")])
def test_names_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert names.sound(one) == names.sound(other)
    assert names.sound(one) != names.sound("Maria")
