"""What one line means for a person: plain values in, one row out."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.file_plan import Line, Reading, plan_line
from imports.looking import NAMES

PERSON: dict[str, Any] = dict.fromkeys(NAMES) | {
    "id": 7, "revision": 3, "school_id": 1, "roles": ["student"], "clever_id": "c" * 24,
    "sis_id": "100", "home_language": "Spanish", "grade": "9", "email": "ada@maple.example",
    "weighted_gpa": "3.5000", "birth_date": "2011-09-03", "first_name": "Ada",
}  # fmt: skip
FIELDS = {
    1: "home_language", 2: "grade", 3: "email", 4: "weighted_gpa", 5: "birth_date", 6: "last_name",
}  # fmt: skip
CODES = {"grade": {"9": "9", "10": "10", "k": "K"}}


def reading(*, clears: bool = False) -> Reading:
    return Reading("roster.csv", "student", "sis_id", 0, FIELDS, clears=clears, codes=CODES)


def said(*cells: str, clears: bool = False, **more: Any) -> tuple[dict[str, Any], list[str]]:
    """What changes, and the codes of the problems."""
    padded = ["100", *cells, *[""] * (6 - len(cells))]
    row, problems = plan_line(Line(2, padded), [PERSON], reading(clears=clears), **more)
    return (row.after if row else {}), [code for code, _ in problems]


def test_C27_what_means_the_same_is_no_change() -> None:
    assert said("Spanish", "9", "ADA@maple.example", "3.5", "2011-09-03") == ({}, [])


def test_C27_codes_are_written_as_we_write_them_and_unknown_ones_are_never_guessed() -> None:
    assert said("", "k") == ({"grade": "K"}, [])
    assert said("", "ninth") == ({}, ["file_value"])


def test_C27_empty_cells_clear_only_if_chosen_and_never_what_a_record_needs() -> None:
    assert said("") == ({}, [])
    cleared, problems = said("", clears=True)
    assert cleared == dict.fromkeys(
        ["home_language", "grade", "email", "weighted_gpa", "birth_date"]
    )
    assert problems == [], "somebody without a last name has none to be cleared"
    person = PERSON | {"last_name": "Birch"}
    line = Line(2, ["100", "Spanish", "9", "ada@maple.example", "3.5", "2011-09-03", ""])
    row, found = plan_line(line, [person], reading(clears=True))
    assert row is not None
    assert (row.action, row.after, found) == ("reject", {}, [("file_needed", "last_name")])


def test_C27_delivered_and_locked_fields_are_kept() -> None:
    assert said("Hmong", "10", delivered={"grade"}) == (
        {"home_language": "Hmong"}, ["file_delivered"]
    )  # fmt: skip
    assert said("Hmong", locks={"home_language": {"locked_by": "office"}}) == (
        {}, ["file_kept_by_lock"]
    )  # fmt: skip
    assert said("Spanish", "9", delivered={"grade"}, locks={"home_language": {}}) == ({}, [])


def test_C27_a_line_of_several_or_that_means_nobody_writes_nobody() -> None:
    cells = ["100", "Hmong", "", "", "", "", ""]
    for line, people, code in (
        (Line(2, cells, twice=True), [PERSON], "file_line_twice"),
        (Line(2, cells), [], "file_nobody"),
        (Line(2, cells), [PERSON, PERSON], "file_several"),
        (Line(2, ["", *cells[1:]]), [PERSON], "file_key_blank"),
    ):
        row, problems = plan_line(line, people, reading())
        assert row is not None
        assert (row.action, row.person_id, row.after) == ("reject", None, {})
        assert (row.why["reason"], row.why["line"]) == (code, 2)
        assert problems == [(code, "sis_id")]


TEXTS = st.text(max_size=20)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cells=st.lists(TEXTS, min_size=7, max_size=7),
    clears=st.booleans(),
    locked=st.sets(st.sampled_from(sorted(FIELDS.values()))),
    fed=st.sets(st.sampled_from(sorted(FIELDS.values()))),
    people=st.integers(0, 2),
    twice=st.booleans(),
)
def test_C27_whatever_a_line_says_it_writes_chosen_fields_of_one_person(
    cells: list[str], clears: bool, locked: set[str], fed: set[str], people: int, twice: bool
) -> None:
    how = reading(clears=clears)
    row, problems = plan_line(
        Line(2, cells, twice), [PERSON] * people, how,
        locks={name: {} for name in locked}, delivered=fed,
    )  # fmt: skip
    if row is None:
        assert not problems
        return
    assert row.before.keys() == row.after.keys() <= set(FIELDS.values()) - locked - fed
    assert all(row.before[name] == PERSON[name] for name in row.before)
    assert "last_name" not in row.after or row.after["last_name"]
    assert (row.action == "update") == bool(row.after)
    if row.after:
        assert (people, twice, row.person_id) == (1, False, 7)
        assert clears or None not in row.after.values()
