"""Guesses for schools and fields. No database."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import DataType
from mappings.suggest import (
    CleverSchool,
    LocalSchool,
    folded,
    spelled_out,
    suggest_fields,
    suggest_schools,
)


def one(clever: CleverSchool, local: LocalSchool) -> tuple[tuple[str, ...], bool] | None:
    found = suggest_schools([clever], [local])
    return (found[0].reasons, found[0].certain) if found else None


@pytest.mark.parametrize(
    ("clever", "local", "expected"),
    [
        (
            CleverSchool("c", "A", nces_id="360008000000"),
            LocalSchool(1, "7", "B", nces_id="36-0008000000"),
            (("nces_id",), True),
        ),
        (
            CleverSchool("c", "A", school_number="012"),
            LocalSchool(1, "12", "B"),
            (("number",), True),
        ),
        (CleverSchool("c", "A", sis_id="9"), LocalSchool(1, "x", "B", "9"), (("number",), True)),
        (CleverSchool("c", "A", state_id="9"), LocalSchool(1, "x", "B", "9"), (("number",), True)),
        (
            CleverSchool("c", "St. Mary's  Élémentaire"),
            LocalSchool(1, "x", "ST MARY S ELEMENTAIRE"),
            (("name",), True),
        ),
        (
            CleverSchool("c", "Willow Creek High School"),
            LocalSchool(1, "x", "Willow Creek HS"),
            (("similar_name",), False),
        ),
        (CleverSchool("c", "Oak Elementary"), LocalSchool(1, "x", "Pine Middle"), None),
        (CleverSchool("c", ""), LocalSchool(1, "x", "Pine Middle"), None),
    ],
)
def test_A28_why_two_schools_may_be_one(
    clever: CleverSchool, local: LocalSchool, expected: tuple[tuple[str, ...], bool] | None
) -> None:
    assert one(clever, local) == expected


def test_A28_what_has_a_rival_on_either_side_is_not_certain() -> None:
    clever = [CleverSchool("a", "Oak Elementary"), CleverSchool("b", "Elm", school_number="1")]
    local = [LocalSchool(1, "1", "Oak Elementary")]

    assert [found.certain for found in suggest_schools(clever, local)] == [False, False]

    twins = [LocalSchool(1, "x", "Oak Elementary"), LocalSchool(2, "y", "Oak Elementary")]
    assert [found.certain for found in suggest_schools(clever[:1], twins)] == [False]


def test_the_common_words_of_schools_make_nothing_alike() -> None:
    clever = [CleverSchool("a", "Cedar Elementary School"), CleverSchool("b", "Oak Middle School")]
    local = [LocalSchool(1, "x", "Birch Elem School"), LocalSchool(2, "y", "Oak High School")]

    assert suggest_schools(clever, local) == []


def test_a_school_is_proposed_to_the_most_alike_only() -> None:
    clever = [CleverSchool("a", "Oakhurst Elem"), CleverSchool("b", "Oakhurst Elementary Sch")]

    found = suggest_schools(clever, [LocalSchool(1, "x", "Oakhurst Elementary School")])

    assert [(s.clever_id, s.school) for s in found] == [("b", 1)]


def test_several_reasons_for_one_pair_are_all_told() -> None:
    clever = CleverSchool("a", "Oak", school_number="1", nces_id="77")

    found = suggest_schools([clever], [LocalSchool(1, "1", "Oak", "01", "77")])

    assert found[0].reasons == ("nces_id", "number", "name")


def test_A28_a_rival_with_fewer_of_the_same_reasons_is_none() -> None:
    # Our site codes begin where Clever's school numbers go on: 101 here is 100 there.
    clever = [
        CleverSchool("c0", "Oak Elementary", school_number="100", nces_id="360008000001"),
        CleverSchool("c1", "Elm Elementary", school_number="101", nces_id="360008000002"),
    ]
    local = [
        LocalSchool(1, "101", "Oak Elementary", "100", "360008000001"),
        LocalSchool(2, "102", "Elm Elementary", "101", "360008000002"),
    ]
    found = suggest_schools(clever, local)
    assert [(f.clever_id, f.school, f.certain) for f in found] == [("c0", 1, True), ("c1", 2, True)]
    # A reason of its own makes it a rival again.
    local[0] = LocalSchool(1, "101", "Oak Elementary", "", "")
    assert [f.certain for f in suggest_schools(clever, local)] == [False, True]


names = st.text("abc ", max_size=6)
numbers = st.text("012", max_size=2)


@given(
    st.lists(st.tuples(names, numbers), max_size=6), st.lists(st.tuples(names, numbers), max_size=6)
)
def test_no_school_is_certain_twice(
    clever: list[tuple[str, str]], local: list[tuple[str, str]]
) -> None:
    found = suggest_schools(
        [CleverSchool(f"c{i}", name, number) for i, (name, number) in enumerate(clever)],
        [LocalSchool(i, f"site{i}", name, number) for i, (name, number) in enumerate(local)],
    )

    certain = [suggestion for suggestion in found if suggestion.certain]
    assert len({s.school for s in certain}) == len(certain)
    assert len({s.clever_id for s in found}) == len(found)


def test_a_thousand_schools_take_a_moment() -> None:
    clever = [CleverSchool(f"c{i}", f"School number {i} Elem") for i in range(1000)]
    local = [LocalSchool(i, f"x{i}", f"School number {i} Elementary") for i in range(1000)]

    begin = time.perf_counter()
    found = suggest_schools(clever, local)

    assert len(found) == 1000
    assert time.perf_counter() - begin < 10


def test_names_are_folded_and_spelled_out() -> None:
    assert folded("  Écolé—Nº 5, (North) ") == "ecole no 5 north"
    assert spelled_out("Oak E.S.") == "oak e s"
    assert spelled_out("Oak ES") == "oak elementary school"


def test_A31_the_first_guess_is_the_table_of_fields() -> None:
    guesses = suggest_fields(DataType.STUDENT, ["student.sis_id", "student.graduation_year"])

    assert guesses["sis_id"] == "student.sis_id"
    assert guesses["class_year"] == "student.graduation_year"
    assert guesses["barcode"] == ""
    assert guesses["weighted_gpa"] == ""


def test_A31_an_extension_field_named_like_ours_is_proposed() -> None:
    available = ["student.ext.Weighted GPA", "student.ext.grad_year", "student.ext.shoe"]

    guesses = suggest_fields(DataType.STUDENT, available)

    assert guesses["weighted_gpa"] == "student.ext.Weighted GPA"
    assert guesses["unweighted_gpa"] == ""
    assert guesses["class_year"] == "student.ext.grad_year"
