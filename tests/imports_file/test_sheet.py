"""Files of every make are read alike, and what is wrong with one is a sentence with its line."""

import io

import pytest

from core.problems import ConsoleError
from imports import file_sheet
from imports.file_sheet import LONGEST_CELL, UTF8, WINDOWS, Sheet, opened

LINES = [(2, ["1", "Muñoz"]), (3, ["2", "Ødegård"])]


def read(content: bytes) -> tuple[Sheet, list[tuple[int, list[str]]]]:
    sheet = opened("roster.csv", io.BytesIO(content))
    return sheet, list(sheet.lines)


def refused(content: bytes) -> str:
    with pytest.raises(ConsoleError) as refusal:
        read(content)
    return refusal.value.sentence


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252"])
def test_C27_every_usual_make_of_file_is_read(delimiter: str, ends: str, codec: str) -> None:
    text = ends.join(["ID,Name", "1,Muñoz", "2,Ødegård", ""]).replace(",", delimiter)
    sheet, lines = read(text.encode(codec))
    assert (sheet.columns, sheet.delimiter) == (("ID", "Name"), delimiter)
    assert sheet.encoding == (WINDOWS if codec == "cp1252" else UTF8)
    assert lines == LINES


def test_C27_quotes_hold_delimiters_quotes_and_line_breaks() -> None:
    content = b'"ID, ours";Note\r\n1;"a; ""b""\r\nc"\r\n\r\n;\r\n2;d\r\n'
    sheet, lines = read(content)
    assert sheet.columns == ("ID, ours", "Note")
    assert lines == [(2, ["1", 'a; "b"c']), (6, ["2", "d"])], "blank lines count as lines only"


def test_C27_cells_are_cleaned_and_never_longer_than_what_is_kept() -> None:
    _, lines = read("ID,Name\n 1 ,\u200bAda\x07\n2,".encode() + b"x" * 1000 + b"\n")
    assert lines == [(2, ["1", "Ada"]), (3, ["2", "x" * LONGEST_CELL])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "roster.csv is empty; its first line must name the columns."),
        (b" \n", "roster.csv is empty"),
        (b"\n\n\n", "roster.csv is empty"),
        (b"PK\x03\x04....", "is a workbook and no CSV file; in your spreadsheet, save it as"),
        ("ID,Name\n".encode("utf-16"), "is in UTF-16, which is not read here"),
        (b"ID\n1\n", "line 1: only one column; commas, semicolons or tabs must part the columns"),
        (b"ID,,Name\n", "line 1: column 2 has no heading; write one."),
        (b"ID,id\n", "line 1: the heading “id” stands there twice; rename one."),
        (b"ID," + b"x" * 101 + b"\n", "line 1: the heading of column 2 is longer than 100"),
        (b",".join(b"c%d" % n for n in range(101)), "line 1: more than 100 columns"),
        (b"ID,Name\n1,a\n2\n", "line 3: 1 cell, but the first line names 2 columns"),
        (b"ID,Name\n1,a,b\n", "line 2: 3 cells, but the first line names 2 columns"),
        (b'ID,Name\n1,"a\n2,b\n', "line 2: not readable as CSV (unexpected end of data)"),
        (b'ID,Name\n1,a\n2,"b"c\n', "line 3: not readable as CSV"),
        (b"ID,Name\n1,a\x00\n", "line 2: a NUL character, which no text has"),
        (b"ID,Name\n1,a\n2,b\x81\n", "line 3: neither UTF-8 nor Windows-1252 (byte 0x81)"),
        (b"ID,Name\n1," + b"x" * (1 << 20), "line 2: longer than a million characters"),
        (b"ID,Name\r1,a\r2,b\r", "line 1: not readable as CSV"),
    ],
)  # fmt: skip
def test_C27_what_is_wrong_with_a_file_is_a_sentence(content: bytes, sentence: str) -> None:
    said = refused(content)
    assert sentence in said
    assert said.startswith("roster.csv ")
    assert said.endswith((".", "?"))


def test_C27_a_file_has_so_many_lines_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_sheet, "MOST_LINES", 2)
    assert read(b"ID,Name\n1,a\n2,b\n")[1]
    assert "line 4: more than 2 lines; import it in parts." in refused(b"ID,Name\n1,a\n2,b\n3,c\n")
