"""The lines of a file on their way into the database: in pieces, all of them or none."""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO

from django.db import connection as database
from django.db import transaction

from clever_sync.privacy import is_sensitive
from core.copytext import line
from core.problems import ConsoleError
from core.text import clean
from imports.file_sheet import LARGEST, opened
from imports.models import PeopleFile
from schools.models import District

PIECE = 5_000
NAME_LENGTH = 255


@transaction.atomic
def stage(*, district: District, name: str, file: BinaryIO, by: str) -> PeopleFile:
    """Reads a file into the database, in constant memory. Raises ConsoleError, and keeps nothing.

    Cells under headings that speak of what never enters this console (B04) are left out.
    """
    name = clean(PurePath(name).name)[-NAME_LENGTH:] or "file.csv"
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > LARGEST:
        raise ConsoleError(
            f"{name} is larger than {LARGEST // 1024 // 1024} MB; leave columns out that are not"
            " needed, or import it in parts.",
            code="too_large",
        )
    sheet = opened(name, file)
    left_out = [column for column in sheet.columns if is_sensitive(column)]
    kept = PeopleFile.objects.create(
        district=district, name=name, uploaded_by=by, size=size, encoding=sheet.encoding,
        delimiter=sheet.delimiter, columns=list(sheet.columns), left_out=left_out,
    )  # fmt: skip
    without = frozenset(p for p, column in enumerate(sheet.columns) if column in left_out)
    kept.lines = _copy(kept, sheet.lines, without)
    if not kept.lines:
        raise ConsoleError(f"{name} has headings and nothing below them.", code="no_lines")
    kept.save(update_fields=["lines"])
    return kept


def _copy(
    file: PeopleFile, records: Iterator[tuple[int, list[str]]], without: frozenset[int]
) -> int:
    count = 0
    while piece := list(islice(records, PIECE)):
        count += len(piece)
        text = "".join(line((file.pk, number, _cells(cells, without))) for number, cells in piece)
        with database.cursor() as cursor:
            cursor.copy_expert(
                "COPY imports_fileline (file_id, number, cells) FROM STDIN", io.StringIO(text)
            )
    return count


def _cells(cells: Sequence[str], without: frozenset[int]) -> list[str]:
    return ["" if place in without else cell for place, cell in enumerate(cells)]
