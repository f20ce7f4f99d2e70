"""A record's history in plain values: who decides about each field, and what became of it."""

from collections.abc import Callable, Mapping
from typing import Any

from imports.history import Event
from imports.ownership import Owner


def origin(owner: Owner) -> dict[str, Any]:
    """Who decides about a field, and who wrote it last."""
    written = owner.written
    return {
        "owner": owner.kind,
        "policy": owner.policy or None,
        "written_at": written.at if written else None,
        "written_by": written.by if written else None,
        "run": written.run if written else None,
    }


def told(event: Event, sites: Mapping[int, str], sees: Callable[[str], bool]) -> dict[str, Any]:
    """One change of the record, with the fields that may be seen."""
    row, edit = event.row, event.edit
    source = row or edit
    assert source is not None
    return {
        "at": event.at,
        "what": row.action if row else edit.cause if edit else "",
        "by": event.actor,
        "run": row.run_id if row else None,
        "why": event.why,
        "changes": [
            {
                "field": value.key,
                "before": plain(value.key, source.before.get(value.key), sites),
                "after": plain(value.key, source.after.get(value.key), sites),
                "rule": value.rule or None,
            }
            for value in event.values
            if sees(value.key) or value.key in BESIDE_FIELDS
        ],
    }


# What an edit that is about locks tells in the place of fields (schools.models.LocalEdit).
BESIDE_FIELDS = ("locked", "reason", "until")


def plain(key: str, value: Any, sites: Mapping[int, str]) -> Any:
    """A value of a plan or an edit; schools by their site codes."""
    if key == "site" and value is not None:
        return sites.get(value, str(value))
    if key == "additional_sites" and value is not None:
        return sorted(sites.get(one, str(one)) for one in value)
    return value
