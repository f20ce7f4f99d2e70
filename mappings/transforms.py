"""From Clever's words to ours, one value at a time (engine.md 3). None: it could not be understood.

The same few thousand dates, grades and years come again and again, so each answer is remembered;
the memories are bounded.
"""

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from core.text import key

REMEMBERED = 1 << 16
FIRST_YEAR, LAST_YEAR = 1900, 2099

_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+Z?)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,3}(\.\d{1,20})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_GRADE_NUMBERS = {"prekindergarten": -1, "pk": -1, "-1": -1, "kindergarten": 0, "k": 0}
_FOUR_PLACES = Decimal("0.0001")


@lru_cache(REMEMBERED)
def iso_date(text: str) -> str | None:
    """ "9/3/2012" or "2012-09-03" as "2012-09-03"; None for a day that does not exist."""
    if found := _US_DATE.fullmatch(text):
        month, day, year = (int(part) for part in found.groups())
    elif found := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@lru_cache(REMEMBERED)
def four_digit_year(text: str) -> int | None:
    """ "2031" as 2031; None for anything but a year of four digits between 1900 and 2099."""
    if not _YEAR.fullmatch(text):
        return None
    year = int(text)
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


@lru_cache(REMEMBERED)
def decimal_text(text: str) -> str | None:
    """ "3.750" as "3.75": at most four places, without idle zeros; None for "abc" or 1000."""
    if not _DECIMAL.fullmatch(text):
        return None
    number = Decimal(text).quantize(_FOUR_PLACES, rounding=ROUND_HALF_EVEN)
    if number >= 1000:
        return None
    return f"{number.normalize():f}"


@lru_cache(REMEMBERED)
def code_key(text: str) -> str:
    """The form under which two codes are the same: " 9 " and "09" are "9", case is folded."""
    folded = key(text)
    return str(int(folded)) if _NUMBER.fullmatch(folded) else folded


@lru_cache(REMEMBERED)
def grade_number(text: str) -> int | None:
    """Kindergarten is 0, PreKindergarten -1, "9" is 9; None for a grade without a number."""
    folded = code_key(text)
    if folded in _GRADE_NUMBERS:
        return _GRADE_NUMBERS[folded]
    return int(folded) if _NUMBER.fullmatch(folded) and int(folded) <= 13 else None


def class_year(school_year_end: int, grade: int) -> int:
    """The year in which somebody of this grade leaves grade 12 (fields.md)."""
    return school_year_end + 12 - grade


def usable_email(text: str) -> bool:
    """True if the address may be used for matching: it has something on both sides of one "@"."""
    name, _, domain = text.partition("@")
    return bool(name and domain) and "@" not in domain and " " not in text
