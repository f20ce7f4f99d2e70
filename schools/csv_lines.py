"""Reading a CSV file of unknown origin, line by line, in constant memory.

Whatever is wrong with the file as such (its encoding, its quotes, its columns) is a ConsoleError
that names the line and the remedy.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.problems import ConsoleError

LONGEST_LINE = 1 << 20
SAVE_AS_UTF8 = 'save it as "CSV UTF-8" and try again'
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Sheet:
    """An opened file: its columns, and its records with the line on which each begins."""

    name: str
    columns: tuple[str, ...]
    records: Iterator[tuple[int, list[str]]]


@contextmanager
def opened(path: Path, *, known: Sequence[str], needed: Iterable[str]) -> Iterator[Sheet]:
    """The file with its header read. `known` columns are allowed, `needed` ones must be there."""
    try:
        file = path.open("rb")
    except OSError as problem:
        raise ConsoleError(f"{path.name} cannot be read: {problem.strerror}.") from problem
    with file:
        records = records_of(path.name, _texts(path.name, file))
        _, header = next(records, (0, []))
        columns = tuple(cell.strip().lower() for cell in header)
        _check(path.name, columns, known, needed)
        yield Sheet(path.name, columns, _even(path.name, records, len(columns)))


def _check(name: str, columns: Sequence[str], known: Sequence[str], needed: Iterable[str]) -> None:
    if not any(columns):
        raise ConsoleError(f"{name} is empty; its first line must name the columns.")
    listed = ", ".join(known)
    for position, column in enumerate(columns, start=1):
        if column not in known:
            what = (
                f"the column {column!r} is" if column else f"column {position} has no name and is"
            )
            raise ConsoleError(f"{name} line 1: {what} not known; known columns are {listed}.")
        if column in columns[: position - 1]:
            raise ConsoleError(f"{name} line 1: the column {column!r} stands there twice.")
    for column in needed:
        if column not in columns:
            raise ConsoleError(f"{name} line 1: the column {column!r} is missing; add it.")


def records_of(
    name: str, texts: Iterable[str], delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line on which it begins.

    Raises ConsoleError, naming file and line, for what is not readable as CSV.
    """
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            record = next(reader, None)
        except csv.Error as problem:
            raise ConsoleError(
                f"{name} line {begins}: not readable as CSV ({problem}); put cells with commas, "
                "quotes or line breaks into double quotes."
            ) from problem
        if record is None:
            return
        if any(record):
            yield begins, record
        begins = reader.line_num + 1


def _texts(name: str, file: BinaryIO) -> Iterator[str]:
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if number == 1 and raw.startswith(UTF16):
            raise ConsoleError(f"{name} is in UTF-16, which is not read here; {SAVE_AS_UTF8}.")
        if number == 1:
            raw = raw.removeprefix(BOM)
        if b"\0" in raw:
            raise ConsoleError(
                f"{name} line {number}: a NUL character, which no text has; export it anew."
            )
        if len(raw) == LONGEST_LINE:
            raise ConsoleError(f"{name} line {number}: longer than a million characters.")
        try:
            yield raw.decode()
        except UnicodeDecodeError as problem:
            byte = raw[problem.start]
            raise ConsoleError(
                f"{name} line {number}: not UTF-8 (byte {byte:#04x}), perhaps Latin-1; "
                f"{SAVE_AS_UTF8}."
            ) from problem


def _even(
    name: str, records: Iterator[tuple[int, list[str]]], width: int
) -> Iterator[tuple[int, list[str]]]:
    for line, record in records:
        if len(record) != width:
            raise ConsoleError(
                f"{name} line {line}: {len(record)} cells, but the first line names {width} "
                "columns; put cells with commas into double quotes."
            )
        yield line, record
