"""The fields of a person as SQL for an undo: what stands there now, and whether it is a value.

In all of it `p` is schools_person and `f.key` names the field by its key of fields.md.
"""

from schools.bulk import SITE, TEXT, TYPED

ROLES, OTHER_SITES, DELETED = "roles", "additional_sites", "deleted"
_SITES_NOW = (
    "ARRAY(SELECT s.school_id FROM schools_personsite s WHERE s.person_id = p.id ORDER BY 1)"
)
_ROLES_NOW = "ARRAY(SELECT role::text FROM unnest(p.roles) role ORDER BY 1)"
_AS_TEXT = ("date", "numeric")


def here() -> str:
    """The present value of the field, as plans hold it."""
    cases = [f"WHEN '{name}' THEN to_jsonb(p.{name})" for name in TEXT]
    for name, kind in TYPED.items():
        cast = "::text" if kind in _AS_TEXT else ""
        cases.append(f"WHEN '{name}' THEN to_jsonb(p.{name}{cast})")
    cases += [
        f"WHEN '{SITE}' THEN to_jsonb(p.school_id)",
        f"WHEN '{ROLES}' THEN to_jsonb({_ROLES_NOW})",
        f"WHEN '{OTHER_SITES}' THEN to_jsonb({_SITES_NOW})",
        f"WHEN '{DELETED}' THEN to_jsonb(p.archived_at::date::text)",
    ]
    return f"coalesce(CASE f.key {' '.join(cases)} END, 'null'::jsonb)"


def is_still(values: str) -> str:
    """Whether the field still has the value that stands for it in the jsonb `values`."""
    text = f"({values}->>f.key)"
    cases = [f"WHEN '{name}' THEN p.{name} IS NOT DISTINCT FROM {text}" for name in TEXT]
    for name, kind in TYPED.items():
        cases.append(f"WHEN '{name}' THEN p.{name} IS NOT DISTINCT FROM {text}::{kind}")
    cases += [
        f"WHEN '{SITE}' THEN p.school_id IS NOT DISTINCT FROM {text}::bigint",
        f"WHEN '{ROLES}' THEN {_ROLES_NOW} = {_sorted(values, 'text')}",
        f"WHEN '{OTHER_SITES}' THEN {_SITES_NOW} = {_sorted(values, 'bigint')}",
        f"WHEN '{DELETED}' THEN (p.archived_at IS NULL) = ({text} IS NULL)",
    ]
    return f"CASE f.key {' '.join(cases)} ELSE false END"


def _sorted(values: str, kind: str) -> str:
    return (
        f"ARRAY(SELECT v::{kind} FROM jsonb_array_elements_text("
        f"CASE jsonb_typeof({values}->f.key) WHEN 'array' THEN {values}->f.key ELSE '[]' END"
        f") v ORDER BY 1)"
    )
