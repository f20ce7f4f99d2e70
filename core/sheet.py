"""CSV that a spreadsheet opens without running anything in it. Plain values in, text out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_PER_CHUNK = 500
# Without it Excel takes the file for the computer's old code page, and breaks every accent.
BYTE_ORDER_MARK = "\ufeff".encode()


def cell(value: object) -> str:
    """The value as text; what a spreadsheet would run gets an apostrophe in front.

    A number stays a number, so that "-1.5" can be added up.
    """
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return cell("; ".join(str(part) for part in value))
    text = str(value)
    if text.startswith(FORMULA) and not isinstance(value, (int, float)):
        return f"'{text}"
    return text


def chunks(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file in pieces of some hundred rows, so that memory does not grow with it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value) for value in row])
        if number % ROWS_PER_CHUNK == 0:
            yield taken(buffer)
    yield taken(buffer)


def for_excel(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same file with a byte order mark in front, for people; programs read `chunks`."""
    yield BYTE_ORDER_MARK
    yield from chunks(header, rows)


def taken(buffer: io.StringIO) -> bytes:
    """What the buffer holds; it is empty afterwards."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
