"""The rows of a plan that a trip means, in one WHERE each, and their content (engine.md 6).

The counts of a trip (imports.figures) and these conditions must mean the same rows.
"""

from typing import Any

from django.db import connection as database

from imports.brakes import Tripped
from imports.models import Hold

_UPDATE = "c.action IN ('update', 'move', 'restore') AND NOT 'new_year' = ANY(c.effects)"
WHICH = {
    "transfer": "c.action = 'transfer'",
    "absent": "c.action = 'transfer' AND c.why->>'absence' = 'unconfirmed'",
    "move": "'move' = ANY(c.effects)",
    "leave": "(c.action = 'transfer' OR 'move' = ANY(c.effects))",
    "create": "c.action = 'create'",
    "update": _UPDATE,
    "identity": "'identity' = ANY(c.effects)",
    "blank": (
        "'blank' = ANY(c.effects) AND c.after ? %(field)s"
        " AND c.after->%(field)s = 'null' AND c.before->%(field)s <> 'null'"
    ),
    "problem": "c.action IN ('reject', 'conflict')",
}
# The site under which a row is counted: creates by the new one, all else by the old one.
SITE = "CASE WHEN c.action = 'create' THEN c.school ELSE c.old_school END"
# Two rows are the same content if they do the same to the same person, whichever run planned them.
_WHO = "coalesce({0}.clever_id, {0}.person_id::text)"
_SAME = (
    f"{_WHO.format('o')} = {_WHO.format('c')} AND o.data_type = c.data_type"
    " AND o.action = c.action AND o.before = c.before AND o.after = c.after"
)
_CONTENT = "concat_ws('|', coalesce(c.clever_id, c.person_id::text), c.action, c.before, c.after)"

_DIGEST = """
    SELECT count(*),
        coalesce(bit_xor(hashtextextended({content}, 1)), 0),
        coalesce(bit_xor(hashtextextended({content}, 2)), 0)
    FROM imports_plannedchange c WHERE {rows}
"""
_BY_SITE = """
    SELECT {site}, count(*) FROM imports_plannedchange c WHERE {rows}
    GROUP BY 1 ORDER BY 2 DESC, 1
"""
_MARK = """
    UPDATE imports_plannedchange c SET exception = 'held', hold_id = %(hold)s WHERE {rows}
"""
BITS = (1 << 64) - 1


class Rows:
    """The rows of a run's plan that a trip means and that no other hold has, less approved ones."""

    def __init__(self, run_id: int, tripped: Tripped, approved: list[dict[str, Any]]) -> None:
        self.names: dict[str, Any] = {
            "run": run_id,
            "type": str(tripped.data_type),
            "field": tripped.field,
            "schools": [school for school, _, _ in tripped.schools if school is not None],
        }
        conditions = [
            "c.run_id = %(run)s AND c.data_type = %(type)s AND c.exception IS NULL",
            WHICH[tripped.action],
        ]
        if tripped.only_schools:
            conditions.append(f"{SITE} = ANY(%(schools)s)")
        for number, cause in enumerate(approved):
            conditions.append(self._not_approved(number, cause))
        self.condition = " AND ".join(conditions)

    def _not_approved(self, number: int, cause: dict[str, Any]) -> str:
        """H16: what a person approved is what that person saw, row by row."""
        hold, of_run, schools = f"hold{number}", f"run{number}", f"schools{number}"
        self.names |= {hold: cause["hold"], of_run: cause["run"], schools: cause.get("schools")}
        where = "" if cause.get("schools") is None else f" AND {SITE} = ANY(%({schools})s)"
        return (
            "NOT EXISTS (SELECT 1 FROM imports_plannedchange o"
            f" WHERE o.run_id = %({of_run})s AND o.exception IS NOT NULL"
            f" AND o.hold_id = %({hold})s AND {_SAME}{where})"
        )

    def digest(self) -> tuple[int, bytes]:
        """How many rows there are, and 16 bytes that are the same for the same content."""
        row = self._ask(_DIGEST.format(content=_CONTENT, rows=self.condition))[0]
        return row[0], b"".join((part & BITS).to_bytes(8, "big") for part in row[1:])

    def by_site(self) -> list[tuple[int | None, int]]:
        """How many rows each site has, most first."""
        return [
            (row[0], row[1]) for row in self._ask(_BY_SITE.format(site=SITE, rows=self.condition))
        ]

    def mark(self, hold: Hold | None) -> int:
        """Takes the rows out of what will be applied."""
        self.names["hold"] = hold.pk if hold else None
        with database.cursor() as cursor:
            cursor.execute(_MARK.format(rows=self.condition), self.names)
            marked: int = cursor.rowcount
        return marked

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with database.cursor() as cursor:
            cursor.execute(sql, self.names)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
