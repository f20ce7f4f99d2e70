"""Reading a CSV file of unknown make: bytes in, cells out, in constant memory (C27). Pure.

What it is written in (UTF-8 with or without a mark, Windows-1252) and what parts its cells (comma,
semicolon or tab) is found out. Whatever is wrong with the file as such is a ConsoleError that names
the line and the remedy; nothing is guessed where a value could become another one.
"""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from core.problems import ConsoleError
from core.text import clean
from schools.csv_lines import records_of

LARGEST = 20 * 1024 * 1024
MOST_LINES = 200_000
MOST_COLUMNS = 100
LONGEST_LINE = 1 << 20
# More than any field takes: what is longer is refused as a value, so the rest need not be kept.
LONGEST_CELL = 300
LONGEST_HEADING = 100
PIECE = 1 << 16
UTF8, WINDOWS = "UTF-8", "Windows-1252"
CODECS = {UTF8: "utf-8", WINDOWS: "cp1252"}
DELIMITERS = (",", ";", "\t")
SAVE_AS_UTF8 = "save it as “CSV UTF-8” and try again"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What spreadsheets save beside CSV files: a zip, and the older kind of Excel's.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Sheet:
    """An opened file: how it is written, its headings, and its lines with their numbers."""

    name: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    lines: Iterator[tuple[int, list[str]]]


def opened(name: str, file: BinaryIO) -> Sheet:
    """The sheet of a file that can be read twice. Raises ConsoleError, also while it is read."""
    _look_at_its_kind(name, file)
    encoding = _encoding(file)
    first = _first_line(name, file, encoding)
    delimiter = _delimiter(first)
    file.seek(0)
    records = records_of(name, _texts(name, file, encoding), delimiter)
    _, header = next(records, (0, []))
    columns = tuple(clean(cell) for cell in header)
    _check(name, columns)
    return Sheet(name, encoding, delimiter, columns, _even(name, records, len(columns)))


def _look_at_its_kind(name: str, file: BinaryIO) -> None:
    begin = file.read(4)
    if not begin.strip():
        raise ConsoleError(f"{name} is empty; its first line must name the columns.")
    if begin.startswith(WORKBOOKS):
        raise ConsoleError(f"{name} is a workbook and no CSV file; in your spreadsheet, "
                           f"{SAVE_AS_UTF8}.")  # fmt: skip
    if begin.startswith(UTF16):
        raise ConsoleError(f"{name} is in UTF-16, which is not read here; {SAVE_AS_UTF8}.")


def _encoding(file: BinaryIO) -> str:
    """UTF-8 if all of it is; else it can only be Windows-1252, or not read at all."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return WINDOWS
    return UTF8


def _first_line(name: str, file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    return next(_texts(name, file, encoding), "")


def _delimiter(first: str) -> str:
    """What parts the headings most often, outside of quotes."""
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _check(name: str, columns: Sequence[str]) -> None:
    if not any(columns):
        raise ConsoleError(f"{name} line 1: no headings; the first line must name the columns.")
    if len(columns) == 1:
        raise ConsoleError(
            f"{name} line 1: only one column; commas, semicolons or tabs must part the columns,"
            " one of which says who it is."
        )
    if len(columns) > MOST_COLUMNS:
        raise ConsoleError(f"{name} line 1: more than {MOST_COLUMNS} columns; leave some out.")
    met: dict[str, int] = {}
    for place, column in enumerate(columns, start=1):
        if not column:
            raise ConsoleError(f"{name} line 1: column {place} has no heading; write one.")
        if len(column) > LONGEST_HEADING:
            raise ConsoleError(
                f"{name} line 1: the heading of column {place} is longer than {LONGEST_HEADING}"
                " characters; does the first line hold headings?"
            )
        if column.lower() in met:
            raise ConsoleError(
                f"{name} line 1: the heading “{column}” stands there twice; rename one."
            )
        met[column.lower()] = place


def _texts(name: str, file: BinaryIO, encoding: str) -> Iterator[str]:
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if b"\0" in raw:
            raise ConsoleError(
                f"{name} line {number}: a NUL character, which no text has; export it anew."
            )
        if len(raw) == LONGEST_LINE:
            raise ConsoleError(f"{name} line {number}: longer than a million characters.")
        try:
            yield raw.decode(CODECS[encoding])
        except UnicodeDecodeError as problem:
            raise ConsoleError(
                f"{name} line {number}: neither UTF-8 nor Windows-1252 (byte "
                f"{raw[problem.start]:#04x}); {SAVE_AS_UTF8}."
            ) from problem


def _even(
    name: str, records: Iterator[tuple[int, list[str]]], width: int
) -> Iterator[tuple[int, list[str]]]:
    """The records with cleaned cells, each as wide as the headings and not too many."""
    for count, (line, record) in enumerate(records, start=1):
        if len(record) != width:
            cells = "1 cell" if len(record) == 1 else f"{len(record)} cells"
            raise ConsoleError(
                f"{name} line {line}: {cells}, but the first line names {width} columns; put "
                "cells with commas into double quotes."
            )
        if count > MOST_LINES:
            raise ConsoleError(
                f"{name} line {line}: more than {MOST_LINES:,} lines; import it in parts."
            )
        yield line, [clean(cell)[:LONGEST_CELL] for cell in record]
