"""A row of a plan as the API tells it."""

from collections.abc import Callable
from typing import Any

from imports.exports import Documents
from imports.models import PlannedChange


def plan_row(read: Documents, row: PlannedChange, sees: Callable[[str], bool]) -> dict[str, Any]:
    """The row with the fields that the token may see."""
    document = read.of(row)
    for part in ("before", "after", "rules"):
        document[part] = {key: value for key, value in document[part].items() if sees(key)}
    return {"id": row.pk, "record": row.person_id, **document}
