"""People as files: by the keys of fields.md, streamed by a server-side cursor in constant memory.

`site` is a site code, `additional_sites` codes divided by ";", `status` the number; `id`, `roles`
and `locked` (the locked fields) come first. A person with two roles stands under both data types
with one id. Archived people are left out. In CSV a cell that a spreadsheet would take for a
formula (it begins with =, +, -, @ or a tab) gets an apostrophe in front.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from core.sheet import chunks
from core.vocabulary import DataType
from schools.models import District
from schools.targets import targets_of

AT_ONCE = 2000
OWN = ("id", "roles", "locked")
_SPECIAL = {
    "site": "s.site_code",
    "additional_sites": (
        "(SELECT string_agg(o.site_code, ';' ORDER BY o.site_code) FROM schools_personsite x"
        " JOIN schools_school o ON o.id = x.school_id WHERE x.person_id = p.id)"
    ),
}
_LOCKED = (
    "ARRAY(SELECT l.field FROM schools_fieldlock l WHERE l.person_id = p.id"
    " AND (l.until IS NULL OR l.until > now()) ORDER BY l.field)"
)


def header(data_type: DataType) -> tuple[str, ...]:
    """The columns of an export of this type, in the order of fields.md."""
    return (*OWN, *(target.key for target in targets_of(data_type)))


def records(district: District, data_type: DataType) -> Iterator[tuple[Any, ...]]:
    """Everybody of the type in the order of their ids, all as they were at one moment."""
    fields = ", ".join(_SPECIAL.get(name, f"p.{name}") for name in header(data_type)[len(OWN) :])
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, p.roles, {_LOCKED}, {fields}
              FROM schools_person p LEFT JOIN schools_school s ON s.id = p.school_id
             WHERE p.district_id = %s AND p.roles @> ARRAY[%s]::varchar[] AND p.archived_at IS NULL
             ORDER BY p.id
            """,
            [district.pk, str(data_type)],
        )
        while rows := cursor.fetchmany(AT_ONCE):
            for row in rows:
                yield tuple(_plain(value) for value in row)


def csv_lines(district: District, data_type: DataType) -> Iterator[str]:
    """The export as CSV, in pieces."""
    rows = (_flat(row) for row in records(district, data_type))
    for chunk in chunks(header(data_type), rows):
        yield chunk.decode()


def json_lines(district: District, data_type: DataType) -> Iterator[str]:
    """The export as one JSON document a line; what is empty is null."""
    names = header(data_type)
    for row in records(district, data_type):
        document = dict(zip(names, row, strict=True))
        yield f"{json.dumps(document, ensure_ascii=False)}\n"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, list)):
        return value
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value.isoformat()


def _flat(row: Sequence[Any]) -> list[Any]:
    return [";".join(value) if isinstance(value, list) else value for value in row]
