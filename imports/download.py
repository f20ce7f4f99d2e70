"""Downloads of runs and plan rows: of one moment, in constant memory, safe in a spreadsheet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse

from core.sheet import for_excel
from imports.changes import Reader, Rules, why
from imports.models import PlannedChange, Run
from imports.words import DATA_TYPES

Row = TypeVar("Row", bound=Model)
AT_ONCE = 2000


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is as it was at one moment."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def of_one_moment(rows: QuerySet[Row]) -> Iterator[Row]:
    """The rows by a server-side cursor, all as they were at one moment."""
    with one_moment():
        yield from rows.iterator(chunk_size=AT_ONCE)


def as_csv(
    name: str, header: Sequence[str], rows: Iterator[Sequence[object]]
) -> StreamingHttpResponse:
    """The answer to a download that a person opens in a spreadsheet."""
    return as_file(f"{name}.csv", for_excel(header, rows), "text/csv")


def as_file(name: str, parts: Iterator[bytes], kind: str) -> StreamingHttpResponse:
    """A file that is sent while it is made; nobody keeps it on the way."""
    response = StreamingHttpResponse(parts, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


RUN_HEADER = (
    *("run", "mode", "trigger", "state", "types", "requested_by", "started", "finished"),
    *("action", "count"),
)


def run_rows(runs: QuerySet[Run]) -> Iterator[Sequence[object]]:
    """One line per run, type and action."""
    for run in of_one_moment(runs):
        fixed = (
            *(run.pk, run.mode, run.trigger, run.state, run.data_types, run.requested_by),
            *(moment.isoformat() if moment else "" for moment in (run.created_at, run.finished_at)),
        )
        figures = [(f"{t} {a}", n) for t, counts in run.counts.items() for a, n in counts.items()]
        for action, count in figures or [("", "")]:
            yield (*fixed, action, count)


CHANGE_HEADER = (
    *("row", "action", "type", "person", "clever_id", "name", "site", "field", "old", "new"),
    *("rule", "why", "not_applied"),
)


def change_rows(
    rows: QuerySet[PlannedChange], reader: Reader, rules: Rules
) -> Iterator[Sequence[object]]:
    """One line per row and field; a row that changes no field has one line."""
    reader.know_schools()
    for row in of_one_moment(rows):
        fixed = (
            *(row.pk, row.action, DATA_TYPES.get(row.data_type, row.data_type), row.person_id),
            *(row.clever_id, reader.name(row), reader.sites.get(row.school or 0, "")),
        )
        reason, outcome = why(row, reader.label), row.exception
        values = [(v.key, v.old, v.new, v.rule) for v in reader.values(row, rules)]
        for value in values or [("", "", "", "")]:
            yield (*fixed, *value, reason, outcome)
