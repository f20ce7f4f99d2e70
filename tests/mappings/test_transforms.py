from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.transforms import (
    class_year,
    code_key,
    decimal_text,
    four_digit_year,
    grade_number,
    iso_date,
    usable_email,
)
from mappings.year import school_year_end

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_every_day_is_understood_as_clever_and_as_iso_write_it(day: date) -> None:
    expected = day.isoformat()

    assert iso_date(f"{day.month}/{day.day}/{day.year}") == expected
    assert iso_date(f"{day.month:02}/{day.day:02}/{day.year}") == expected
    assert iso_date(expected) == expected


@given(st.text(max_size=30))
def test_no_text_whatever_breaks_a_transform(text: str) -> None:
    found = iso_date(text)
    assert found is None or date.fromisoformat(found)
    assert four_digit_year(text) is None or 1900 <= int(text) <= 2099
    number = decimal_text(text)
    assert number is None or 0 <= Decimal(number) < 1000
    assert grade_number(text) in {None, *range(-1, 14)}
    assert code_key(code_key(text)) == code_key(text)
    usable_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "2/30/2010",
        "0000-00-00",
        "13/1/2010",
        "1/1/10000",
        "1/1/10",
        "31/12/2010",
        "2010-13-01",
        "2/29/2011",
        "1/0/2010",
        "0/1/2010",
        "20100101",
        "tomorrow",
        "1/1/1899",
        "٣/٣/٢٠١١",
    ],
)
def test_F60_a_day_that_does_not_exist_is_not_understood(text: str) -> None:
    assert iso_date(text) is None


@given(st.decimals(0, "999.9999", places=4))
def test_A03_numbers_keep_their_value_and_lose_their_idle_zeros(number: Decimal) -> None:
    text = decimal_text(f"{number:.4f}")

    assert text is not None
    assert Decimal(text) == number
    assert not ("." in text and text.endswith("0"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.750", "3.75"),
        ("4", "4"),
        ("100", "100"),
        ("3.33333", "3.3333"),
        ("0.0", "0"),
        ("abc", None),
        ("", None),
        ("1000", None),
        ("-1", None),
        ("1e2", None),
        ("3,75", None),
        ("NaN", None),
        ("999.99999", None),
    ],
)
def test_A03_what_a_gpa_may_be(text: str, expected: str | None) -> None:
    assert decimal_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2031", 2031), ("31", None), ("20311", None), ("1031", None), ("203x", None), ("²031", None)],
)
def test_A05_a_class_year_has_four_digits(text: str, expected: int | None) -> None:
    assert four_digit_year(text) == expected


@pytest.mark.parametrize(
    ("raw", "same"),
    [
        (" 9 ", "9"),
        ("09", "9"),
        ("9", "9"),
        ("00", "0"),
        ("Kindergarten", "kindergarten"),
        ("KINDERGARTEN ", "kindergarten"),
        ("9th", "9th"),
        ("0x9", "0x9"),
    ],
)
def test_F61_spellings_of_one_code(raw: str, same: str) -> None:
    assert code_key(raw) == same


@pytest.mark.parametrize(
    ("grade", "number"),
    [
        ("PreKindergarten", -1),
        ("Kindergarten", 0),
        ("K", 0),
        ("1", 1),
        ("09", 9),
        ("12", 12),
        ("13", 13),
        ("14", None),
        ("Ungraded", None),
        ("", None),
        ("TransitionalKindergarten", None),
    ],
)
def test_A34_grades_with_a_number(grade: str, number: int | None) -> None:
    assert grade_number(grade) == number


def test_A34_class_year_of_a_ninth_grader() -> None:
    assert class_year(2026, 9) == 2029
    assert class_year(2026, 0) == 2038
    assert class_year(2026, -1) == 2039


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(1, 31))
def test_the_school_year_ends_later_from_the_rollover_day_on(
    today: date, month: int, day: int
) -> None:
    end = school_year_end(today, month, day)

    assert end - today.year == ((today.month, today.day) >= (month, day))
    assert school_year_end(today + timedelta(days=366), month, day) - end in {0, 1, 2}


def test_the_default_rollover_day_is_16_july() -> None:
    assert school_year_end(date(2026, 7, 15), 7, 16) == 2026
    assert school_year_end(date(2026, 7, 16), 7, 16) == 2027


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("a@x.org", True),
        ("Ünï@exämple.org", True),
        ("none", False),
        ("@x.org", False),
        ("a@", False),
        ("a@b@c", False),
        ("a b@x.org", False),
    ],
)
def test_F63_which_addresses_may_match(address: str, usable: bool) -> None:
    assert usable_email(address) is usable
