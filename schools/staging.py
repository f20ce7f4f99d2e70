"""Writing many people from a file: a temporary table, checked and applied by whole sets.

The neighbour of schools/writer.py. Every statement is about the lines of one file; the caller owns
the transaction, and with it the table.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from core.copytext import lines
from core.vocabulary import KIND_OF_TYPE, DataType
from schools.models import District
from schools.writer import IDENTIFIERS

TYPES = {
    "birth_date": "date",
    "class_year": "smallint",
    "status": "smallint",
    "weighted_gpa": "numeric",
    "unweighted_gpa": "numeric",
    "site": "bigint",
    "additional_sites": "bigint[]",
}
NUMBER_OF_TYPE = {
    DataType.STUDENT: "student_number",
    DataType.TEACHER: "teacher_number",
    DataType.STAFF: "staff_id",
}
# Nobody else may have these; numbers within the kind of person, cards and log-ins in the district.
OWN_IN_KIND = ("sis_id", "student_number", "teacher_number", "staff_id")
OWN_IN_DISTRICT = ("clever_id", "barcode", "community_id", "username")
ONE_MORE_THAN_NAMED = 21
WORTH_ANALYSING = 500
WORDS = {DataType.STUDENT: "student", DataType.TEACHER: "teacher", DataType.STAFF: "staff member"}


class Staging:
    """The lines of one file of people of one type, on their way into the table of people."""

    def __init__(self, district: District, data_type: DataType, columns: Sequence[str]) -> None:
        self.data_type = data_type
        self.columns = tuple(columns)
        self.plain = tuple(name for name in columns if name not in ("site", "additional_sites"))
        self.parameters: dict[str, Any] = {
            "district": district.pk,
            "kind": str(KIND_OF_TYPE[data_type]),
            "role": str(data_type),
        }
        declared = ", ".join(f"{name} {TYPES.get(name, 'text')}" for name in self._all_columns())
        self._run("DROP TABLE IF EXISTS loaded")
        self._run(
            f"CREATE TEMPORARY TABLE loaded (line integer, {declared}, person_id bigint,"
            " found varchar(6)) ON COMMIT DROP"
        )

    def add(self, rows: Sequence[Sequence[object]]) -> None:
        """Copies checked rows: the line, then the cells in the order of the columns."""
        into = ", ".join(("line", *self.columns))
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY loaded ({into}) FROM STDIN", io.StringIO(lines(rows)))

    def objections(self, *, update: bool) -> Iterator[tuple[int, str]]:
        """Finds out who is here already; yields (line, sentence) for what cannot be loaded."""
        self._run("ANALYZE loaded")
        yield from self._twice_in_file()
        yield from self._find_people(update=update)
        yield from self._owned_by_others()
        yield from self._new_without_name()

    def write(self, *, by: str) -> dict[str, int]:
        """Writes all lines; returns how many were created, updated, joined and unchanged."""
        self._run(
            "UPDATE loaded SET found = 'new',"
            " person_id = nextval(pg_get_serial_sequence('schools_person', 'id'))"
            " WHERE found IS NULL"
        )
        self._run("CREATE INDEX ON loaded (person_id)")
        self._run("ANALYZE loaded")
        self._run(self._unsettle())
        updated = joined = 0
        if self._rows("SELECT 1 FROM loaded WHERE found <> 'new' LIMIT 1"):
            self._keep_edits(by)
            updated = self._run(self._update("update", "coalesce(l.{0}, p.{0})"))
            joined = self._run(self._update("join", "coalesce(p.{0}, l.{0})"))
        created = self._run(self._insert())
        self._write_sites()
        (total,) = self._rows("SELECT count(*) FROM loaded")[0]
        self._run("DROP TABLE loaded")
        if total >= WORTH_ANALYSING:
            # A new district's tables are as good as empty to the planner of the next statement.
            self._run("ANALYZE schools_person, schools_personsite")
        return {
            "created": created,
            "updated": updated,
            "joined": joined,
            "unchanged": total - created - updated - joined,
        }

    def _twice_in_file(self) -> Iterator[tuple[int, str]]:
        for name in self._present((*OWN_IN_KIND, *OWN_IN_DISTRICT)):
            found = self._rows(
                f"""
                SELECT line, value, first
                  FROM (SELECT line, {name} AS value,
                               min(line) OVER (PARTITION BY lower({name})) AS first
                          FROM loaded WHERE {name} IS NOT NULL) every
                 WHERE line <> first ORDER BY line LIMIT {ONE_MORE_THAN_NAMED}
                """
            )
            for line, value, first in found:
                yield line, f"{name} {value!r} stands in line {first} already; take one out"

    def _find_people(self, *, update: bool) -> Iterator[tuple[int, str]]:
        """Marks the lines whose people are here: to be updated, or to gain a role."""
        for name, condition in self._keys():
            found = self._rows(
                f"""
                SELECT l.line, l.{name}, count(*), bool_or(p.roles @> ARRAY[%(role)s]::varchar[])
                  FROM loaded l JOIN schools_person p ON {self._here()} AND {condition}
                 WHERE l.found IS NULL GROUP BY l.line, l.{name}
                HAVING count(*) > 1 OR (NOT %(update)s
                       AND bool_or(p.roles @> ARRAY[%(role)s]::varchar[]))
                 ORDER BY l.line LIMIT {ONE_MORE_THAN_NAMED}
                """,
                update=update,
            )
            for line, value, people, _ in found:
                yield line, self._already_here(name, value, people)
            if found:
                return
            self._run(
                f"""
                UPDATE loaded l SET person_id = p.id, found = CASE
                       WHEN p.roles @> ARRAY[%(role)s]::varchar[] THEN 'update' ELSE 'join' END
                  FROM schools_person p
                 WHERE {self._here()} AND {condition} AND l.found IS NULL
                """
            )
        for line, other in self._rows(
            f"""
            SELECT line, first FROM (SELECT line, person_id,
                   min(line) OVER (PARTITION BY person_id) AS first
              FROM loaded WHERE found IS NOT NULL) every
             WHERE line <> first ORDER BY line LIMIT {ONE_MORE_THAN_NAMED}
            """
        ):
            yield line, f"is the same person here as line {other}; take one out"

    def _already_here(self, name: str, value: object, people: int) -> str:
        if people > 1:
            return f"{name} {value!r} belongs to {people} people here; settle that first"
        return (
            f"{name} {value!r} belongs to a {WORDS[self.data_type]} who is here already;"
            " take the line out, or use --update to change that record"
        )

    def _keys(self) -> Iterator[tuple[str, str]]:
        """What tells that a line is somebody who is here: column and condition, strongest first."""
        present = set(self.columns)
        number = NUMBER_OF_TYPE[self.data_type]
        for name in ("clever_id", "sis_id", number):
            if name in present:
                unless = " AND l.sis_id IS NULL" if name == number and "sis_id" in present else ""
                yield name, f"lower(p.{name}) = lower(l.{name}){unless}"
        if self.data_type != DataType.STUDENT and {"email", "last_name"} <= present:
            yield (
                "email",
                "lower(p.email) = lower(l.email) AND lower(p.last_name) = lower(l.last_name)"
                " AND NOT p.roles @> ARRAY[%(role)s]::varchar[]",
            )

    def _owned_by_others(self) -> Iterator[tuple[int, str]]:
        for name in self._present((*OWN_IN_KIND, *OWN_IN_DISTRICT)):
            kind = "AND p.kind = %(kind)s" if name in OWN_IN_KIND else ""
            found = self._rows(
                f"""
                SELECT l.line, l.{name} FROM loaded l
                 WHERE EXISTS (SELECT 1 FROM schools_person p
                        WHERE p.district_id = %(district)s AND p.archived_at IS NULL {kind}
                          AND lower(p.{name}) = lower(l.{name})
                          AND p.id IS DISTINCT FROM l.person_id)
                 ORDER BY l.line LIMIT {ONE_MORE_THAN_NAMED}
                """
            )
            for line, value in found:
                yield line, f"{name} {value!r} belongs to somebody else here; correct it"

    def _new_without_name(self) -> Iterator[tuple[int, str]]:
        missing = "AND last_name IS NULL" if "last_name" in self.columns else ""
        for (line,) in self._rows(
            f"SELECT line FROM loaded WHERE found IS NULL {missing}"
            f" ORDER BY line LIMIT {ONE_MORE_THAN_NAMED}"
        ):
            yield line, "nobody here has this identifier, and a new record needs a last_name"

    def _insert(self) -> str:
        values = {name: f"l.{name}" for name in self.plain}
        values["status"] = "coalesce(l.status, 1)" if "status" in self.plain else "1"
        values["school_id"] = "l.site" if "site" in self.columns else "NULL"
        return f"""
            INSERT INTO schools_person (id, district_id, kind, roles, {", ".join(values)})
            SELECT l.person_id, %(district)s, %(kind)s, ARRAY[%(role)s],
                   {", ".join(values.values())}
              FROM loaded l WHERE l.found = 'new' ORDER BY l.line
            """

    def _update(self, found: str, value: str) -> str:
        """Changes those who differ: filled cells win in an update, what is here wins in a join."""
        names = [name for name in self.plain if found == "update" or name != "status"]
        settings = [f"{name} = {value.format(name)}" for name in names]
        differs = [f"p.{name} IS DISTINCT FROM {value.format(name)}" for name in names]
        if "site" in self.columns and found == "update":
            settings.append("school_id = coalesce(l.site, p.school_id)")
            differs.append("p.school_id IS DISTINCT FROM coalesce(l.site, p.school_id)")
        if "status" in names:
            settings.append(
                "status_before = CASE WHEN l.status <> p.status THEN NULL ELSE p.status_before END"
            )
        if "additional_sites" in self.columns:
            differs.append(f"l.additional_sites <> {_SITES_OF_P}")
        if found == "join":
            differs.append("NOT p.roles @> ARRAY[%(role)s]::varchar[]")
        settings += [
            "roles = ARRAY(SELECT DISTINCT unnest(p.roles || %(role)s::varchar) ORDER BY 1)",
            "revision = p.revision + 1",
            "unsettled = true",
            "changed_at = now()",
        ]
        return f"""
            UPDATE schools_person p SET {", ".join(settings)} FROM loaded l
             WHERE p.id = l.person_id AND l.found = '{found}' AND ({" OR ".join(differs)})
            """

    def _keep_edits(self, by: str) -> None:
        """The history of the records that a line changes (engine.md 9)."""
        names = [name for name in self.plain if name in self.columns]
        old = ", ".join(f"'{name}', p.{name}" for name in names)
        update = ", ".join(f"'{name}', coalesce(l.{name}, p.{name})" for name in names)
        join = ", ".join(
            f"'{name}', p.{name}" if name == "status" else f"'{name}', coalesce(p.{name}, l.{name})"
            for name in names
        )
        if "site" in self.columns:
            old += ", 'site', p.school_id"
            update += ", 'site', coalesce(l.site, p.school_id)"
            join += ", 'site', p.school_id"
        roles = "ARRAY(SELECT DISTINCT unnest(p.roles || %(role)s::varchar) ORDER BY 1)"
        self._run(
            f"""
            INSERT INTO schools_localedit (district_id, person_id, cause, edited_by, before, after)
            SELECT %(district)s, person, 'file', %(by)s,
                   jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value)
              FROM (SELECT p.id AS person,
                           jsonb_build_object({old}, 'roles', to_jsonb(p.roles)) AS old,
                           CASE l.found WHEN 'update'
                                THEN jsonb_build_object({update}, 'roles', to_jsonb({roles}))
                                ELSE jsonb_build_object({join}, 'roles', to_jsonb({roles}))
                            END AS new
                      FROM loaded l JOIN schools_person p ON p.id = l.person_id
                     WHERE l.found IN ('update', 'join')) both_sides,
                   jsonb_each(old) o JOIN LATERAL jsonb_each(new) n ON n.key = o.key
             WHERE o.value <> n.value GROUP BY person
            """,
            by=by,
        )

    def _write_sites(self) -> None:
        if "additional_sites" in self.columns:
            self._run(
                "DELETE FROM schools_personsite s USING loaded l WHERE s.person_id = l.person_id"
                " AND l.found = 'update' AND l.additional_sites IS NOT NULL"
                " AND s.school_id <> ALL(l.additional_sites)"
            )
            self._run(
                """
                INSERT INTO schools_personsite (person_id, school_id)
                SELECT l.person_id, other FROM loaded l, unnest(l.additional_sites) other
                 WHERE other IS DISTINCT FROM l.site
                    ON CONFLICT DO NOTHING
                """
            )
        if "site" in self.columns:
            self._run(
                """
                INSERT INTO schools_personsite (person_id, school_id)
                SELECT p.id, l.site FROM loaded l JOIN schools_person p ON p.id = l.person_id
                 WHERE l.found = 'join' AND l.site IS NOT NULL
                   AND l.site IS DISTINCT FROM p.school_id
                    ON CONFLICT DO NOTHING
                """
            )

    def _unsettle(self) -> str:
        """Whoever here shares an identifier with a line is looked at by the next sync too."""
        shared = " UNION ".join(
            f"SELECT p.id FROM loaded l JOIN schools_person p"
            f" ON p.district_id = %(district)s AND lower(p.{name}) = lower(l.{name})"
            for name in self._present(IDENTIFIERS)
        )
        chosen = f"id IN ({shared})" if shared else "false"
        return f"UPDATE schools_person SET unsettled = true WHERE NOT unsettled AND {chosen}"

    def _here(self) -> str:
        return "p.district_id = %(district)s AND p.kind = %(kind)s AND p.archived_at IS NULL"

    def _present(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name in self.columns]

    def _all_columns(self) -> tuple[str, ...]:
        missing = [name for name in ("site", "additional_sites") if name not in self.columns]
        return (*self.columns, *missing)

    def _run(self, statement: str, **more: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self.parameters, **more})
            return int(cursor.rowcount)

    def _rows(self, statement: str, **more: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self.parameters, **more})
            return list(cursor.fetchall())


_SITES_OF_P = (
    "ARRAY(SELECT s.school_id FROM schools_personsite s"
    " WHERE s.person_id = p.id ORDER BY s.school_id)"
)
