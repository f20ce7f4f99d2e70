"""Identifiers that a file would give to somebody while another record has them already."""

from typing import Any

from django.db import connection as database

from imports.models import Run
from schools.staging import OWN_IN_DISTRICT, OWN_IN_KIND

# In steps, so that each is as large as the plan at most, and the people are found by their index.
_TAKEN = """
    WITH wanted AS MATERIALIZED (
        SELECT c.id, c.person_id AS person, me.kind, lower(c.after->>'{0}') AS value
        FROM imports_plannedchange c JOIN schools_person me ON me.id = c.person_id
        WHERE c.run_id = %(run)s AND c.exception IS NULL AND c.after->>'{0}' IS NOT NULL
    ), taken AS MATERIALIZED (
        SELECT w.id FROM wanted w
        JOIN schools_person o ON o.district_id = %(district)s AND o.archived_at IS NULL
            AND lower(o.{0}) = w.value AND o.id <> w.person {kind}
        WHERE NOT EXISTS (SELECT 1 FROM imports_plannedchange x
            WHERE x.run_id = %(run)s AND x.person_id = o.id AND x.exception IS NULL
                AND x.after ? '{0}')
        UNION
        SELECT w.id FROM wanted w JOIN wanted v ON v.value = w.value AND v.id <> w.id {kind_of_v}
    )
    UPDATE imports_plannedchange c SET exception = 'conflict',
        why = c.why || jsonb_build_object('since', jsonb_build_object('{0}', 'taken'))
    FROM taken WHERE c.id = taken.id
"""


def _statement(name: str) -> str:
    in_kind = name in OWN_IN_KIND
    return _TAKEN.format(
        name,
        kind="AND o.kind = w.kind" if in_kind else "",
        kind_of_v="AND v.kind = w.kind" if in_kind else "",
    )


_STATEMENTS = {name: _statement(name) for name in (*OWN_IN_KIND, *OWN_IN_DISTRICT)}


def keep_what_others_have(run: Run, fields: set[str]) -> dict[str, int]:
    """Sets aside, as conflicts, the rows of a plan that would make an identifier double.

    Asked again until there are none: who keeps a value keeps it from somebody else. Returns how
    many rows each field set aside.
    """
    names: dict[str, Any] = {"run": run.pk, "district": run.district_id}
    asked = [name for name in _STATEMENTS if name in fields]
    found: dict[str, int] = {}
    more = bool(asked)
    with database.cursor() as cursor:
        while more:
            more = False
            for name in asked:
                cursor.execute(_STATEMENTS[name], names)
                if cursor.rowcount > 0:
                    found[name] = found.get(name, 0) + cursor.rowcount
                    more = True
    return found
