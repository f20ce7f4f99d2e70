"""Writing many people at once from a plan: the engine's half of the one door for people.

`plan` is always the SQL of a relation with the columns person_id, clever_id, person_revision,
before, after (jsonb, keys of fields.md) and action, already limited to what may be written.
Each function is one statement; the caller owns the transaction (engine.md 7).
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection as database

TEXT = (
    "clever_id", "legacy_id", "sis_id", "student_number", "teacher_number", "staff_id", "state_id",
    "barcode", "community_id", "first_name", "middle_name", "last_name", "sex", "address", "city",
    "state", "postal_code", "email", "grade", "username", "title", "department",
    "preferred_first_name", "home_language",
)  # fmt: skip
TYPED = {
    "birth_date": "date",
    "class_year": "smallint",
    "weighted_gpa": "numeric",
    "unweighted_gpa": "numeric",
    "status": "smallint",
}
SITE = "site"
COLUMN_OF = {**{name: name for name in (*TEXT, *TYPED)}, SITE: "school_id"}


def _sql_type(name: str) -> str:
    return "bigint" if name == SITE else TYPED.get(name, "text")


def create(plan: str, parameters: Sequence[Any], district_id: int, kind: str) -> int:
    """Inserts a person for each row of `plan`, under the id that the row names."""
    names = [*TEXT, *TYPED, SITE]
    columns = ", ".join(COLUMN_OF[name] for name in names)
    record = ", ".join(f'"{name}" {_sql_type(name)}' for name in names)
    values = ", ".join(f'r."{name}"' for name in names)
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO schools_person (id, district_id, kind, unsettled, roles, {columns})
            SELECT c.person_id, %s, %s, false,
                ARRAY(SELECT jsonb_array_elements_text(c.after->'roles')), {values}
            FROM ({plan}) c, jsonb_to_record(c.after) AS r({record})
            """,
            [district_id, kind, *parameters],
        )
        return int(cursor.rowcount)


def update(
    plan: str, parameters: Sequence[Any], fields: Sequence[str], *, unsettled: bool = False
) -> int:
    """Writes the changed `fields` of each row to its person, if the revision is still the one
    planned for; returns how many were written. The caller compares that with what it expected.

    "deleted" archives a record (its Clever ID becomes the former one), or brings it back when it
    is null. `unsettled` marks all of them, so that the next sync looks at them again.
    """
    settings = [_assignment(name) for name in fields if name in COLUMN_OF]
    if "roles" in fields:
        settings.append(
            "roles = CASE WHEN c.after ? 'roles'"
            " THEN ARRAY(SELECT jsonb_array_elements_text(c.after->'roles')) ELSE p.roles END"
        )
    if "deleted" in fields:
        settings += [
            f"{name} = CASE WHEN c.after->>'deleted' IS NOT NULL THEN {value}"
            f" WHEN c.after ? 'deleted' THEN NULL ELSE p.{name} END"
            for name, value in (("archived_at", "now()"), ("former_clever_id", "p.clever_id"))
        ]
    if "status" in fields:
        settings.append(
            "status_before = CASE WHEN c.action = 'transfer' THEN p.status"
            " WHEN c.after ? 'status' THEN NULL ELSE p.status_before END"
        )
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE schools_person p
            SET {", ".join(settings + ["revision = p.revision + 1"])},
                unsettled = %s, changed_at = now()
            FROM ({plan}) c
            WHERE p.id = c.person_id AND p.revision = c.person_revision
            """,
            [unsettled, *parameters],
        )
        return int(cursor.rowcount)


def _assignment(name: str) -> str:
    column = COLUMN_OF[name]
    value = f"(c.after->>'{name}')"
    if _sql_type(name) != "text":
        value += f"::{_sql_type(name)}"
    return f"{column} = CASE WHEN c.after ? '{name}' THEN {value} ELSE p.{column} END"


def replace_sites(plan: str, parameters: Sequence[Any]) -> None:
    """Makes the further schools of each row's person those that the row names."""
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM schools_personsite s USING ({plan}) c
            WHERE s.person_id = c.person_id AND c.after ? 'additional_sites'
            """,
            list(parameters),
        )
        cursor.execute(
            f"""
            INSERT INTO schools_personsite (person_id, school_id)
            SELECT c.person_id, site::bigint
            FROM ({plan}) c, jsonb_array_elements_text(c.after->'additional_sites') AS site
            WHERE c.after ? 'additional_sites'
            """,
            list(parameters),
        )


def settle(district_id: int, looked_at: str, parameters: Sequence[Any]) -> None:
    """Takes the `unsettled` mark from people that `looked_at` names in their present revision.

    `looked_at` is the SQL of a relation with person and person_revision.
    """
    with database.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE schools_person p SET unsettled = false FROM ({looked_at}) l
            WHERE p.district_id = %s AND p.id = l.person AND p.revision = l.person_revision
                AND p.unsettled
            """,
            [*parameters, district_id],
        )
