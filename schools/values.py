"""What a person or a file may write into a field: text in, value out, or a sentence. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.text import clean
from schools.targets import STATUSES, TARGETS

Value = str | int | None

FIRST_YEAR, LAST_YEAR = 1900, 2099
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII)
_CLEVER_ID = re.compile(r"[0-9a-f]{24}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
KEPT_SHORT = 60


class NotAValue(ValueError):
    """What is wrong with a value and what to do, as the end of a sentence that begins with it."""


def read(field: str, text: str) -> Value:
    """The value of a field as it is kept; blank is None. Raises NotAValue with a sentence."""
    value = clean(text)
    return READERS.get(field, _text)(field, value) if value else None


def shown(field: str, text: str) -> str:
    """A field with its value as a sentence names it, the value shortened."""
    short = text if len(text) <= KEPT_SHORT else f"{text[:KEPT_SHORT]}…"
    return f"{field} {short!r}"


def _text(field: str, value: str) -> Value:
    limit = TARGETS[field].max_length if field in TARGETS else None
    if limit is not None and len(value) > limit:
        raise NotAValue(f"is longer than {limit} characters; shorten it")
    return value


@lru_cache(1 << 16)
def _day(field: str, value: str) -> Value:
    try:
        day = date.fromisoformat(value) if _ISO_DATE.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotAValue("is not a day that exists; write it as YYYY-MM-DD")
    return value


def _year(field: str, value: str) -> Value:
    if not _YEAR.fullmatch(value) or not FIRST_YEAR <= int(value) <= LAST_YEAR:
        raise NotAValue("is not a year; write four digits, such as 2031")
    return int(value)


def _number(field: str, value: str) -> Value:
    if not _DECIMAL.fullmatch(value):
        raise NotAValue("is not a number below 1000 with at most four places; write it as 3.75")
    return f"{Decimal(value).normalize():f}"


def _status(field: str, value: str) -> Value:
    if not value.isascii() or not value.isdigit() or int(value) not in STATUSES:
        known = ", ".join(f"{number} {name}" for number, name in STATUSES.items())
        raise NotAValue(f"is not a status; write one of the numbers {known}")
    return int(value)


def _clever_id(field: str, value: str) -> Value:
    if not _CLEVER_ID.fullmatch(value.lower()):
        raise NotAValue("is not a Clever ID; it has 24 characters, 0 to 9 and a to f")
    return value.lower()


def _email(field: str, value: str) -> Value:
    if not _EMAIL.fullmatch(value):
        raise NotAValue("is not an e-mail address; correct it or leave it blank")
    return _text(field, value)


READERS: Mapping[str, Callable[[str, str], Value]] = {
    "birth_date": _day,
    "class_year": _year,
    "weighted_gpa": _number,
    "unweighted_gpa": _number,
    "status": _status,
    "clever_id": _clever_id,
    "legacy_id": _clever_id,
    "email": _email,
}
