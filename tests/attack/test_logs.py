"""Nothing personal and no token in a log line, whatever goes wrong (I11)."""

import json
import logging
import sys

import pytest

from integration_console.logs import formatter

CHILD = "Rosalind Featherstonehaugh"
TOKEN = "token-of-the-district"


def line(style: str) -> str:
    """The log line of an exception that holds a name in its text and in a local variable."""
    try:
        try:
            secret = TOKEN
            raise KeyError(CHILD + secret)
        except KeyError as error:
            raise ValueError(f"Key (last_name)=({CHILD}) is there already") from error
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "Internal Server Error: %s",
            ("/d/maple/",), sys.exc_info(),
        )  # fmt: skip
    return formatter(style).format(record)


@pytest.mark.parametrize("style", ["json", "console"])
def test_exception_is_logged_without_its_text_and_its_variables(style: str) -> None:
    told = line(style)
    assert CHILD not in told and TOKEN not in told
    assert "Featherstonehaugh" not in told
    for word in ("ValueError", "KeyError", "test_logs.py", "Internal Server Error: /d/maple/"):
        assert word in told


def test_json_log_line_stays_one_line() -> None:
    told = line("json")
    assert "\n" not in told
    assert json.loads(told)["level"] == "error"
